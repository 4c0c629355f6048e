"use strict";
// What a reader does: select, open and close, move with the keyboard, print.

const tree = document.getElementById("tree");
const root = document.documentElement;
const said = document.getElementById("said");
let selected = null;

const elementOf = (id) => {
  const drawing = shown.get(keyOf(items.get(id)));
  return drawing && drawing.element;
};

/** Open what an item stands in, so that it can be seen. */
function unfold(item) {
  const above = [];
  for (let group = item.parent; group; group = group.parent) if (!opened.has(group.id)) above.push(group);
  if (!above.length) return;
  const outer = above[above.length - 1].id;
  above.forEach((group) => opened.add(group.id));
  show(outer);
}

function select(id, { reveal = false, always = false, focus = false } = {}) {
  const item = id && items.get(id);
  if (item) unfold(item);
  for (const element of world.querySelectorAll(".selected")) {
    element.classList.remove("selected");
    element.setAttribute("aria-selected", "false");
    element.tabIndex = -1;
  }
  selected = item ? id : null;
  highlight();
  root.classList.toggle("has-selection", Boolean(item));
  if (item) {
    describe(item);
    if (reveal) camera.reveal(id, always);
    if (focus) elementOf(id).focus({ preventScroll: true });
  } else describeNetwork();
  mark(item);
  history.replaceState(null, "", item ? `#${encodeURIComponent(id)}` : "#");
}

/** Show which element is selected, and its wires. */
function highlight() {
  const element = selected && elementOf(selected);
  if (element) {
    element.classList.add("selected");
    element.setAttribute("aria-selected", "true");
  }
  (element || elementOf(seen().next().value.id)).tabIndex = 0;
  for (const { element: way } of ways.values()) {
    const on = Boolean(element) && way.dataset.ends.split(" ").includes(selected);
    if (on !== way.classList.contains("on")) way.classList.toggle("on");
    if (on) layers.wires.append(way); // above those that share a part of its course
  }
}

/** Open a group, or close it, where it stands. */
function toggle(id, open = !opened.has(id)) {
  const item = items.get(id);
  if (!item.content || open === opened.has(id)) return;
  const focused = document.activeElement === elementOf(id);
  if (open) opened.add(id);
  else opened.delete(id);
  show(id);
  const hidden = selected && visible(items.get(selected));
  if (hidden && hidden.id !== selected) select(hidden.id);
  highlight();
  markHits();
  if (focused) elementOf(id).focus({ preventScroll: true });
  said.textContent = `${titleOf(item)} ${open ? "opened" : "closed"}`;
}

function toggleAll(open) {
  const middle = [...layout.rects.values()].find(({ y, h }) => (y + h) * camera.k + camera.y > 60);
  for (const item of items.values()) {
    if (!item.content) continue;
    if (open || item.open) opened.add(item.id);
    else opened.delete(item.id);
  }
  show(middle && visible(middle.item).id);
  if (selected) select(visible(items.get(selected)).id);
  else highlight();
  markHits();
  if (!open) camera.first();
}

tree.addEventListener("click", (event) => {
  if (dragged > 4) return;
  const element = event.target.closest(".item");
  if (!element) return select(null);
  const { id } = element.dataset;
  const item = items.get(id);
  const onFrame = isOpen(item) && !event.target.closest(".grip, .chevron");
  select(id, { focus: true });
  if (item.content && !onFrame) toggle(id);
});

/** Moves with the arrows: through what can be seen, into groups and out of them. */
function move(key, item) {
  const all = [...seen()];
  const at = all.indexOf(item);
  switch (key) {
    case "ArrowDown": return all[Math.min(all.length - 1, at + 1)];
    case "ArrowUp": return all[Math.max(0, at - 1)];
    case "Home": return all[0];
    case "End": return all[all.length - 1];
    case "ArrowRight":
      if (item.content && !isOpen(item)) toggle(item.id, true);
      else if (item.content) return all[at + 1];
      return item;
    case "ArrowLeft":
      if (isOpen(item)) toggle(item.id, false);
      else if (item.parent) return item.parent;
      return item;
    default: return null;
  }
}

tree.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const item = items.get(selected) || seen().next().value;
  if (event.key === "Enter" || event.key === " ") {
    if (selected) toggle(selected);
    else select(item.id, { reveal: true, focus: true });
  } else {
    const next = selected || event.key.startsWith("End") ? move(event.key, item) : move(event.key, item) && item;
    if (!next) return;
    select(next.id, { reveal: true, focus: true });
  }
  event.preventDefault();
});

const ACTIONS = {
  "zoom-in": () => camera.zoom(1.25),
  "zoom-out": () => camera.zoom(0.8),
  whole: () => camera.fly(...camera.whole()),
  open: () => toggleAll(true),
  close: () => toggleAll(false),
  theme: () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    paint();
  },
  print: () => print(),
  help: () => document.getElementById("help").showModal(),
  unselect: () => select(null),
};
for (const button of document.querySelectorAll("[data-action]")) {
  button.addEventListener("click", () => ACTIONS[button.dataset.action]());
}

const KEYS = { "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", 0: "whole", e: "open", c: "close", d: "theme", "?": "help" };
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, dialog")) return;
  if (event.key === "/") {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape") select(null);
  else if (KEYS[event.key]) ACTIONS[KEYS[event.key]]();
});

const colour = document.getElementById("colour");
for (const [key, { title }] of Object.entries(MODES)) colour.append(html("option", { value: key }, title));
colour.addEventListener("change", () => {
  mode = colour.value;
  paint();
});
night.addEventListener("change", paint);

// On paper: the picture as it is opened, whole, on white.
let screenTheme = null;
addEventListener("beforeprint", () => {
  finish();
  screenTheme = root.dataset.theme;
  root.dataset.theme = "light";
  paint();
  const { x, y, w, h } = layout.bounds;
  tree.setAttribute("viewBox", [x - 8, y - 8, w + 16, h + 16].map(tidy).join(" "));
  world.removeAttribute("transform");
});
addEventListener("afterprint", () => {
  if (screenTheme) root.dataset.theme = screenTheme;
  else delete root.dataset.theme;
  tree.removeAttribute("viewBox");
  camera.apply();
  paint();
});

show(null);
camera.first();
const asked = decodeURIComponent(location.hash.slice(1));
select(items.has(asked) ? asked : null, { reveal: true, always: true });
addEventListener("hashchange", () => {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id !== (selected || "") && items.has(id)) select(id, { reveal: true, always: true });
});
