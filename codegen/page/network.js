"use strict";
// The network: one JSON document, read once. An item is a box, a stack, a split or a group; ids are those of the spec.

const network = JSON.parse(document.getElementById("network").textContent);
const items = new Map(); // boxes and groups by id, in the order in which a reader meets them
const opened = new Set(); // ids of groups that are open

function index(item, parent, times) {
  if (item.stack) return item.stack.forEach((inner) => index(inner, parent, times));
  if (item.branches) {
    if (item.entry) index(item.entry, parent, times);
    item.branches.forEach((inner) => index(inner, parent, times));
    return index(item.join, parent, times);
  }
  item.parent = parent;
  item.depth = parent ? parent.depth + 1 : 1;
  item.copies = times; // how often all of it is there, where equal parts are drawn once
  items.set(item.id, item);
  if (!item.content) return;
  if (item.open) opened.add(item.id);
  index(item.content, item, times * (item.times || 1));
}

network.strip.forEach((item) => index(item, null, 1));
network.beside.forEach(([, item]) => index(item, null, 1));

const isOpen = (item) => Boolean(item.content) && opened.has(item.id);

/** What of an item can be seen: itself, or the outermost closed group around it. */
function visible(item) {
  let seen = item;
  for (let group = item.parent; group; group = group.parent) {
    if (!opened.has(group.id)) seen = group;
  }
  return seen;
}

/** The items that can be seen, in reading order. */
function* seen() {
  for (const item of items.values()) if (visible(item) === item) yield item;
}

/** The values that go from one visible item to another, each once. */
function seenWires() {
  const found = new Map();
  for (const [source, target, shape, dashed] of network.wires) {
    const from = visible(items.get(source)).id;
    const to = visible(items.get(target)).id;
    const key = `${from} ${to}`;
    if (from !== to && !found.has(key)) found.set(key, { key, source: from, target: to, shape, dashed });
  }
  return [...found.values()];
}

const titleOf = (item) => {
  const name = item.content ? item.title : item.name;
  return item.times > 1 ? `${name} ×${item.times}` : name;
};

const UNITS = [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]];

/** A number in three digits: 5.71 G. */
function amount(number) {
  const [unit, factor] = UNITS.find(([, least]) => number >= least) || ["", 1];
  return factor === 1 ? String(number) : `${Number((number / factor).toPrecision(3))} ${unit}`;
}

const exact = (number) => number.toLocaleString("en-GB");
const BYTES = 4; // of a float32

function bytes(number) {
  const [unit, factor] = number >= 2 ** 20 ? ["MiB", 2 ** 20] : number >= 1024 ? ["KiB", 1024] : ["B", 1];
  return `${Number((number / factor).toPrecision(3))} ${unit}`;
}
