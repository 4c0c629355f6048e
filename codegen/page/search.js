"use strict";
// Finding a part by its name, its operation or its block.

const field = document.getElementById("search");
const results = document.getElementById("results");
const count = document.getElementById("count");
const MOST_RESULTS = 60;
let found = [];
let active = -1;

const haystacks = new Map();
for (const item of items.values()) {
  if (!item.facts) continue;
  const words = [item.facts.name, item.facts.kind, item.note, ...(item.labels || [])];
  haystacks.set(item, words.join(" ").toLowerCase().replaceAll("×", "x"));
}

function look() {
  const words = field.value.toLowerCase().replaceAll("×", "x").split(/\s+/).filter(Boolean);
  found = words.length ? [...haystacks].filter(([, text]) => words.every((word) => text.includes(word))) : [];
  found = found.map(([item]) => item);
  count.textContent = words.length ? `${found.length} found` : "";
  list();
  markHits();
}

function list() {
  results.replaceChildren(...found.slice(0, MOST_RESULTS).map((item, place) => {
    const entry = html("li", { role: "option", id: `result-${place}`, "aria-selected": "false" },
      html("span", {}, item.facts.name), html("span", { class: "quiet" }, (item.labels || [item.facts.kind]).join(", ")));
    entry.addEventListener("pointerdown", (event) => event.preventDefault());
    entry.addEventListener("click", () => choose(place));
    return entry;
  }));
  active = -1;
  reach(found.length > 0);
}

function reach(open) {
  results.hidden = !open;
  field.setAttribute("aria-expanded", String(open));
  if (!open) field.removeAttribute("aria-activedescendant");
}

/** Ring what was found, or the closed group in which it is. */
function markHits() {
  const hits = new Set(found.map((item) => keyOf(visible(item))));
  for (const [key, drawing] of shown) drawing.element.classList.toggle("hit", hits.has(key));
}

function point(place) {
  if (results.children[active]) results.children[active].setAttribute("aria-selected", "false");
  active = place;
  const entry = results.children[place];
  entry.setAttribute("aria-selected", "true");
  entry.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", entry.id);
}

function choose(place) {
  point(place);
  reach(false);
  select(found[place].id, { reveal: true, always: true });
}

field.addEventListener("input", look);
field.addEventListener("focus", () => reach(found.length > 0));
field.addEventListener("blur", () => reach(false));
field.addEventListener("keydown", (event) => {
  const total = results.children.length;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && total) {
    event.preventDefault();
    reach(true);
    point((Math.max(active, step < 0 ? 0 : -1) + step + total) % total);
  } else if (event.key === "Enter" && total) {
    choose(results.hidden ? (active + 1) % total : Math.max(active, 0));
  } else if (event.key === "Escape") {
    event.stopPropagation();
    if (field.value) {
      field.value = "";
      look();
    } else stage.querySelector("#tree").focus();
  }
});
