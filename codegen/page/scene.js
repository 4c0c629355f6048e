"use strict";
// The picture on the screen. Only what can be seen has elements; what stays glides to its new place.

const GLIDE = 160; // milliseconds; what opens is in its place at once
const world = document.getElementById("world");
const layers = { frames: svg("g"), wires: svg("g", { class: "wires", "aria-hidden": "true" }), boxes: svg("g") };
world.append(layers.frames, layers.wires, layers.boxes);
const shown = new Map(); // of items, by id with a sign for open groups
const ways = new Map(); // of wires, by key
const branches = new Map(); // names of branches, by key
let layout = { rects: new Map(), routes: [], named: [], bounds: { x: 0, y: 0, w: 0, h: 0 } };
let gliding = null;

const still = matchMedia("(prefers-reduced-motion: reduce)");
const keyOf = (item) => (isOpen(item) ? `${item.id}+` : item.id);

/** The thickness of a wire grows with the root of the channels, as in all pictures. */
const thickness = (shape) => Math.min(3.4, 0.55 + 0.06 * Math.sqrt(parseInt(shape, 10) || 0));

function spoken(item) {
  const facts = item.facts;
  const parts = [titleOf(item), item.note, ...(item.labels || [])];
  if (givenBy(item)) parts.push(`gives ${givenBy(item)}`);
  if (facts && facts.parameters) parts.push(`${amount(facts.parameters)} parameters`);
  return parts.filter(Boolean).join(", ");
}

function text(kind, x, y, content) {
  return svg("text", { class: kind, x: tidy(x), y: tidy(y) }, content);
}

function makeItem(item) {
  const open = isOpen(item);
  const style = item.style || "block";
  const group = svg("g", {
    class: ["item", open ? "frame" : "box", `is-${open && item.stage ? "stage" : style}`,
      item.dashed ? "dashed" : ""].join(" ").trim(),
    role: "treeitem",
    tabindex: "-1",
    "data-id": item.id,
    "aria-level": item.depth,
    "aria-label": spoken(item),
    "aria-selected": "false",
  });
  if (item.content) group.setAttribute("aria-expanded", String(open));
  const form = open ? "round" : network.styles[style].form;
  const outlines = [svg("path", { class: "outline" })];
  if (item.times > 1) outlines.unshift(svg("path", { class: "outline card" }));
  group.append(...outlines);
  if (open) group.append(...heading(item));
  else group.append(...writing(item));
  return { item, element: group, form, outlines, rect: null };
}

function heading(item) {
  const title = text("title", 30, 20, titleOf(item));
  const note = text("label", 38 + textWidth(titleOf(item), "title"), 20, item.note || "");
  return [svg("rect", { class: "grip", height: HEADING }), chevron(17, 15, true), title, note];
}

function chevron(x, y, down) {
  const path = down ? `M${x - 4} ${y - 2}l4 4l4 -4` : `M${x - 2} ${y - 4}l4 4l-4 4`;
  return svg("path", { class: "chevron", d: path });
}

function writing(item) {
  const lines = linesOf(item);
  const [wide, high] = boxSize(item);
  if (item.style === "join") {
    const all = svg("text", { class: "label", x: 0, y: 18.5, "text-anchor": "middle" });
    lines.forEach(([kind, line], place) => {
      all.append(svg("tspan", { class: kind, ...(place ? { dx: 8 } : {}) }, line));
    });
    return [all];
  }
  const first = high / 2 - 8 * (lines.length - 1) + 4.5;
  const texts = lines.map(([kind, line], place) => text(`${kind} middle`, 0, first + 16 * place, line));
  if (item.content) texts.push(chevron(wide / 2 - 14, high / 2, false));
  return texts;
}

/** Put an item somewhere; all of it hangs on the middle of its top, an open group on its corner. */
function put(drawing, rect) {
  const { x, y, w, h } = rect;
  const open = drawing.element.classList.contains("frame");
  const left = open ? 0 : -w / 2;
  drawing.rect = rect;
  drawing.element.setAttribute("transform", `translate(${tidy(open ? x : x + w / 2)} ${tidy(y)})`);
  const away = drawing.outlines.length > 1 ? 5 : 0;
  drawing.outlines.forEach((path, place) => {
    const off = place === drawing.outlines.length - 1 ? 0 : away;
    path.setAttribute("d", outline(drawing.form, left + off, -off, w, h));
  });
  if (open) drawing.element.querySelector(".grip").setAttribute("width", tidy(w));
}

function makeWay(route) {
  const { wire } = route;
  const group = svg("g", { class: wire.dashed ? "way dashed" : "way", "data-ends": wire.key });
  const line = svg("path", { class: "line" });
  line.style.strokeWidth = thickness(wire.shape);
  const way = { element: group, line, tip: svg("path", { class: "tip" }), label: null, points: null };
  group.append(line, way.tip);
  if (route.label) {
    way.label = text("shape", 0, 0, route.label);
    group.append(way.label);
  }
  layers.wires.append(group);
  return way;
}

function lead(way, points, down) {
  way.points = points;
  way.line.setAttribute("d", course(points));
  way.tip.setAttribute("d", head(points));
  if (!way.label) return;
  const [x, y] = points[0];
  way.label.setAttribute("x", tidy(x + 7));
  way.label.setAttribute("y", tidy(down ? y + 14 : y - 6));
}

/** Take out what is no longer there. */
function prune(known, wanted) {
  for (const [key, drawing] of known) {
    if (wanted.has(key)) continue;
    drawing.element.remove();
    known.delete(key);
  }
}

/**
 * Show a new layout. What was there before glides, seen from where the reader looks.
 * @param anchor id of the item that keeps its place on the screen, if one does
 */
function show(anchor) {
  finish();
  const before = layout.rects.get(anchor);
  const old = layout;
  layout = layOut();
  const after = layout.rects.get(anchor);
  const shift = before && after ? [after.x + after.w / 2 - before.x - before.w / 2, after.y - before.y] : [0, 0];
  camera.x -= shift[0] * camera.k;
  camera.y -= shift[1] * camera.k;
  camera.apply();

  const moves = [];
  const animated = old.rects.size > 0 && !still.matches;
  prune(shown, new Set([...layout.rects.values()].map((rect) => keyOf(rect.item))));
  const last = new Map();
  for (const rect of layout.rects.values()) {
    const key = keyOf(rect.item);
    const drawing = shown.get(key) || makeItem(rect.item);
    const from = shown.has(key) && drawing.rect;
    shown.set(key, drawing);
    const layer = isOpen(rect.item) ? layers.frames : layers.boxes;
    const next = last.has(layer) ? last.get(layer).nextSibling : layer.firstChild;
    if (next !== drawing.element) layer.insertBefore(drawing.element, next);
    last.set(layer, drawing.element);
    if (animated && from) moves.push(glideItem(drawing, from, rect, shift));
    else {
      put(drawing, rect);
      drawing.element.classList.toggle("entering", animated);
    }
  }
  prune(ways, new Set(layout.routes.map((route) => route.wire.key)));
  for (const route of layout.routes) {
    const known = ways.get(route.wire.key);
    if (known && Boolean(known.label) !== Boolean(route.label)) {
      known.element.remove();
      ways.delete(route.wire.key);
    }
    const way = ways.get(route.wire.key) || makeWay(route);
    const same = way.points && way.points.length === route.points.length;
    if (animated && same) moves.push(glideWay(way, way.points, route, shift));
    else {
      lead(way, route.points, route.down);
      way.element.classList.toggle("entering", animated);
    }
    ways.set(route.wire.key, way);
  }
  prune(branches, new Set(layout.named.map(({ key }) => key)));
  for (const to of layout.named) {
    const known = branches.get(to.key);
    const branch = known || { element: text("shape", 0, 0, to.name) };
    if (animated && known) moves.push(glideName(branch, shift, to));
    else {
      branch.element.classList.toggle("entering", animated);
      layers.wires.append(branch.element);
      name(branch, to.x, to.y);
    }
    branches.set(to.key, branch);
  }
  paint();
  if (moves.length) glide(moves);
}

const between = (from, to, share) => from + (to - from) * share;

function glideItem(drawing, from, to, shift) {
  const start = { ...from, x: from.x + shift[0], y: from.y + shift[1] };
  return (share) =>
    put(drawing, share === 1 ? to : {
      item: to.item,
      x: between(start.x, to.x, share),
      y: between(start.y, to.y, share),
      w: between(start.w, to.w, share),
      h: between(start.h, to.h, share),
    });
}

function glideWay(way, from, route, shift) {
  const start = from.map(([x, y]) => [x + shift[0], y + shift[1]]);
  return (share) =>
    lead(way, route.points.map(([x, y], place) =>
      [between(start[place][0], x, share), between(start[place][1], y, share)]), route.down);
}

function name(branch, x, y) {
  Object.assign(branch, { x, y });
  branch.element.setAttribute("x", tidy(x));
  branch.element.setAttribute("y", tidy(y));
}

function glideName(branch, shift, to) {
  const [x, y] = [branch.x + shift[0], branch.y + shift[1]];
  return (share) => name(branch, between(x, to.x, share), between(y, to.y, share));
}

function glide(moves) {
  const start = performance.now();
  for (const move of moves) move(0);
  const step = (now) => {
    const share = Math.min(1, Math.max(0, (now - start) / GLIDE));
    for (const move of moves) move(1 - (1 - share) ** 3);
    gliding = share < 1 ? { frame: requestAnimationFrame(step), moves } : null;
    if (!gliding) settled();
  };
  gliding = { frame: requestAnimationFrame(step), moves };
}

/** End a glide at once. */
function finish() {
  if (!gliding) return;
  cancelAnimationFrame(gliding.frame);
  for (const move of gliding.moves) move(1);
  gliding = null;
  settled();
}

function settled() {
  for (const element of world.querySelectorAll(".entering")) element.classList.remove("entering");
}
