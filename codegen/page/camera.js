"use strict";
// Where the reader looks: a shift and a scale, moved by wheel, pointers and keys.

const stage = document.getElementById("stage");
const legend = document.getElementById("legend");
const LEAST_SCALE = 0.05;
const MOST_SCALE = 4;
const READABLE = 0.66; // a network that would be smaller is shown from its top
const MARGIN = 28;

const camera = {
  x: 0,
  y: 0,
  k: 1,
  flight: 0,

  apply() {
    world.setAttribute("transform", `translate(${tidy(this.x)} ${tidy(this.y)}) scale(${this.k})`);
  },

  /** Scale about a point of the screen. */
  zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const k = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, this.k * factor));
    this.set(x - ((x - this.x) * k) / this.k, y - ((y - this.y) * k) / this.k, k);
  },

  set(x, y, k) {
    cancelAnimationFrame(this.flight);
    [this.x, this.y, this.k] = [x, y, k];
    this.apply();
  },

  /** Move there within a moment. */
  fly(x, y, k) {
    cancelAnimationFrame(this.flight);
    if (still.matches) return this.set(x, y, k);
    const [fromX, fromY, fromK] = [this.x, this.y, this.k];
    const start = performance.now();
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - start) / 200));
      const eased = 1 - (1 - share) ** 3;
      [this.x, this.y, this.k] = [between(fromX, x, eased), between(fromY, y, eased), between(fromK, k, eased)];
      this.apply();
      if (share < 1) this.flight = requestAnimationFrame(step);
    };
    this.flight = requestAnimationFrame(step);
  },

  /** The whole network, above the legend. */
  whole() {
    const { x, y, w, h } = layout.bounds;
    const [wide, high] = [stage.clientWidth - 2 * MARGIN, stage.clientHeight - 2 * MARGIN - legend.offsetHeight];
    const k = Math.min(1, wide / w, high / h);
    return [(stage.clientWidth - w * k) / 2 - x * k, MARGIN + (high - h * k) / 2 - y * k, k];
  },

  /** What is seen first: the whole, or where that could not be read, as much from the top as can. */
  first() {
    const [x, y, k] = this.whole();
    if (k >= READABLE) return this.set(x, y, k);
    const bounds = layout.bounds;
    const wide = Math.min(1, Math.max(READABLE, (stage.clientWidth - 2 * MARGIN) / bounds.w));
    const fits = bounds.w * wide <= stage.clientWidth - 2 * MARGIN;
    const middle = fits ? bounds.x + bounds.w / 2 : 0;
    this.set(stage.clientWidth / 2 - middle * wide, MARGIN - bounds.y * wide, wide);
  },

  /** Bring an item into view, without moving where it is seen already. */
  reveal(id, always) {
    const rect = layout.rects.get(id);
    const k = always ? Math.max(this.k, 0.8) : this.k;
    const left = this.x + rect.x * this.k;
    const top = this.y + rect.y * this.k;
    const inside = left > 8 && top > 8 && left + Math.min(rect.w * this.k, 200) < stage.clientWidth - 8 &&
      top + Math.min(rect.h * this.k, 120) < stage.clientHeight - 8;
    if (inside && !always) return;
    const high = Math.min(rect.h, stage.clientHeight / k - 80);
    this.fly(stage.clientWidth / 2 - (rect.x + rect.w / 2) * k, stage.clientHeight / 2 - (rect.y + high / 2) * k, k);
  },
};

stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  const unit = event.deltaMode === 1 ? 16 : 1;
  if (event.ctrlKey || event.metaKey) {
    const box = stage.getBoundingClientRect();
    camera.zoom(Math.exp(-event.deltaY * unit * 0.008), event.clientX - box.left, event.clientY - box.top);
  } else {
    const [dx, dy] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
    camera.set(camera.x - dx * unit, camera.y - dy * unit, camera.k);
  }
}, { passive: false });

// One pointer drags, two pinch. A press that does not move is a click, which the viewer handles.
const pointers = new Map();
let dragged = 0;

stage.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  if (!pointers.size) dragged = 0;
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
});

addEventListener("pointermove", (event) => {
  const last = pointers.get(event.pointerId);
  if (!last) return;
  const now = [event.clientX, event.clientY];
  const [dx, dy] = [now[0] - last[0], now[1] - last[1]];
  dragged += Math.abs(dx) + Math.abs(dy);
  const others = [...pointers].filter(([id]) => id !== event.pointerId);
  pointers.set(event.pointerId, now);
  stage.classList.toggle("dragging", dragged > 4);
  if (!others.length) return void (dragged > 4 && camera.set(camera.x + dx, camera.y + dy, camera.k));
  const other = others[0][1];
  const box = stage.getBoundingClientRect();
  const spread = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
  const middle = [(now[0] + other[0]) / 2 - box.left, (now[1] + other[1]) / 2 - box.top];
  camera.set(camera.x + dx / 2, camera.y + dy / 2, camera.k);
  camera.zoom(spread(now) / spread(last), ...middle);
});

for (const kind of ["pointerup", "pointercancel"]) {
  addEventListener(kind, (event) => {
    pointers.delete(event.pointerId);
    if (!pointers.size) stage.classList.remove("dragging");
  });
}
