"use strict";
// Where everything stands. A network says itself what follows what, so nothing is searched for: items are measured
// from the inside out and placed from the outside in. Every item hangs on an axis, on which values enter and leave it.

const GAP = 33; // between a box and the next below it
const BUS = 7; // from the top of a split to the line on which its branches hang
const DROP = 22; // from that line to the branches
const APART = 24; // between branches
const PAD = 14; // inside a group, around its content
const FOOT = 20; // under it
const LANE = 14; // for a wire along a group's right side
const HEADING = 30; // height of a group's title
const GUTTER = 56; // between the network and its heads
const LEAST = 84; // width of a box

const FACE = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const FONTS = { name: `600 13px ${FACE}`, label: `12px ${FACE}`, shape: `11px ${FACE}`, title: `600 13px ${FACE}` };
const pencil = document.createElement("canvas").getContext("2d");
const widths = new Map();

function textWidth(text, kind) {
  const key = `${kind} ${text}`;
  if (!widths.has(key)) {
    pencil.font = FONTS[kind];
    widths.set(key, pencil.measureText(text).width);
  }
  return widths.get(key);
}

/** The lines of a box or of a closed group. */
function linesOf(item) {
  const lines = [];
  const title = titleOf(item);
  if (title) lines.push(["name", title]);
  for (const label of item.labels || []) lines.push(["label", label]);
  return lines;
}

function boxSize(item) {
  if (item.size) return item.size;
  const lines = linesOf(item);
  if (item.style === "join") {
    const wide = lines.reduce((sum, [kind, text]) => sum + textWidth(text, kind) + 10, 20);
    return (item.size = [Math.max(LEAST, wide), 28]);
  }
  const room = (item.content ? 44 : 26) + 2 * (network.styles[item.style || "block"].slant || 0);
  const wide = Math.max(...lines.map(([kind, text]) => textWidth(text, kind))) + room;
  return (item.size = [Math.max(LEAST, wide), Math.max(32, 16 + 16 * lines.length)]);
}

const givenBy = (item) => item.gives || (item.facts && item.facts.gives) || "";

class Pen {
  constructor(wires, lanes) {
    this.wires = wires;
    this.lanes = lanes; // wires along a group's right side, by its id
    this.taken = new Map(); // those that were drawn
    this.rooms = new Map();
    this.rects = new Map();
    this.routes = [];
    this.waiting = new Map(wires.map((wire) => [wire.key, wire]));
  }

  /** What an item needs left and right of its axis, and from top to bottom. */
  room(item) {
    if (!this.rooms.has(item)) this.rooms.set(item, this.measured(item));
    return this.rooms.get(item);
  }

  measured(item) {
    if (item.stack) {
      if (!item.stack.length) return [12, 12, 0];
      const rooms = item.stack.map((inner) => this.room(inner));
      const high = rooms.reduce((sum, room) => sum + room[2], GAP * (rooms.length - 1));
      return [Math.max(...rooms.map((room) => room[0])), Math.max(...rooms.map((room) => room[1])), high];
    }
    if (item.branches) {
      const rooms = item.branches.map((inner) => this.room(inner));
      const wide = rooms.reduce((sum, room) => sum + room[0] + room[1], APART * (rooms.length - 1));
      const [bar, high] = boxSize(item.join);
      const half = Math.max(wide, bar) / 2;
      const entry = item.entry ? this.room(item.entry)[2] + GAP : 0;
      return [half, half, entry + BUS + DROP + Math.max(...rooms.map((room) => room[2])) + GAP + high];
    }
    if (isOpen(item)) {
      const [left, right, high] = this.room(item.content);
      const title = textWidth(titleOf(item), "title") + textWidth(item.note || "", "label") + 46;
      const wide = Math.max(left, Math.min(title, 190));
      const lanes = LANE * (this.lanes.get(item.id) || 0);
      return [wide + PAD, Math.max(right, title - wide) + PAD + lanes, high + HEADING + PAD + FOOT];
    }
    const [wide, high] = boxSize(item);
    return [wide / 2, Math.max(wide / 2, textWidth(givenBy(item), "shape") + 12), high];
  }

  /** Place an item under a value; gives the value that leaves it. */
  place(item, axis, top, feed) {
    if (item.stack) {
      for (const inner of item.stack) {
        feed = this.place(inner, axis, top, feed);
        top += this.room(inner)[2] + GAP;
      }
      return feed;
    }
    if (item.branches) return this.split(item, axis, top, feed);
    if (isOpen(item)) {
      const [left, right, high] = this.room(item);
      this.rects.set(item.id, { item, x: axis - left, y: top, w: left + right, h: high });
      return this.place(item.content, axis, top + HEADING + PAD, feed);
    }
    return this.box(item, axis, top, boxSize(item)[0], [[feed, axis]]);
  }

  box(item, axis, top, wide, entries) {
    const high = boxSize(item)[1];
    this.rects.set(item.id, { item, x: axis - wide / 2, y: top, w: wide, h: high });
    for (const [feed, x] of entries) {
      const wire = feed && this.waiting.get(`${feed.source} ${item.id}`);
      if (wire) this.draw(wire, [...feed.points, [x, top]]);
    }
    return { source: item.id, points: [[axis, top + high]] };
  }

  draw(wire, points) {
    this.waiting.delete(wire.key);
    this.routes.push({ wire, points });
  }

  split(item, axis, top, feed) {
    const rooms = item.branches.map((inner) => this.room(inner));
    const foot = top + this.room(item)[2] - boxSize(item.join)[1];
    const wide = rooms.reduce((sum, room) => sum + room[0] + room[1], APART * (rooms.length - 1));
    let entered = null;
    if (item.entry) {
      entered = this.place(item.entry, axis, top, feed);
      top += this.room(item.entry)[2] + GAP;
    }
    const bus = top + BUS;
    let x = axis - wide / 2;
    const exits = item.branches.map((inner, place) => {
      const [left, right] = rooms[place];
      const own = x + left;
      x += left + right + APART;
      return [this.place(inner, own, bus + DROP, this.led(entered || feed, axis, bus, own)), own];
    });
    return this.box(item.join, axis, foot, this.room(item)[0] * 2, exits);
  }

  /** A value on its way to a branch. */
  led(feed, axis, bus, own) {
    if (!feed || Math.abs(own - axis) < 1) return feed;
    return { source: feed.source, points: [...feed.points, [axis, bus], [own, bus]] };
  }

  /** The wires that do not run down: from a value to a later box, along the right side of the group of both. */
  around() {
    for (const wire of [...this.waiting.values()]) {
      const source = this.rects.get(wire.source);
      const target = this.rects.get(wire.target);
      const group = this.shared(source.item, target.item);
      const key = group ? group.id : "";
      const lane = (this.taken.get(key) || 0) + 1;
      this.taken.set(key, lane);
      const edge = group ? this.rects.get(key) : { x: this.right, w: 0 };
      const x = group ? edge.x + edge.w - LANE * (lane - 0.3) : edge.x + LANE * lane;
      const from = source.y + source.h * 0.7;
      const to = target.y + target.h * 0.3;
      this.draw(wire, [[source.x + source.w, from], [x, from], [x, to], [target.x + target.w, to]]);
    }
  }

  shared(one, two) {
    const above = new Set();
    for (let group = one.parent; group; group = group.parent) above.add(group);
    for (let group = two.parent; group; group = group.parent) if (above.has(group)) return group;
    return null;
  }

  /** An auxiliary head, right of the network, from the side of what feeds it. */
  beside(sourceId, item) {
    const source = this.rects.get(visible(items.get(sourceId)).id);
    const [left] = this.room(item);
    const from = [source.x + source.w, source.y + source.h / 2];
    const gutter = this.right + GUTTER / 2;
    const top = Math.max(source.y + source.h / 2 + 28, this.foot + 44);
    const axis = this.right + GUTTER + left;
    const level = top - 18;
    const late = level - from[1] > 12;
    const points = late ? [from, [gutter, from[1]], [gutter, level], [axis, level]] : [from, [axis, from[1]]];
    this.place(item, axis, top, { source: source.item.id, points });
    this.foot = top + this.room(item)[2];
  }

  bounds() {
    const rects = [...this.rects.values()];
    const xs = this.routes.flatMap((route) => route.points.map((point) => point[0]));
    const x = Math.min(...rects.map((rect) => rect.x), ...xs);
    const right = Math.max(...rects.map((rect) => rect.x + rect.w), ...xs);
    const bottom = Math.max(...rects.map((rect) => rect.y + rect.h));
    return { x, y: 0, w: right - x, h: bottom };
  }
}

function drawn(wires, lanes) {
  const pen = new Pen(wires, lanes);
  const strip = { stack: network.strip };
  pen.place(strip, 0, 0, null);
  pen.right = pen.room(strip)[1];
  pen.foot = 0;
  for (const [source, item] of network.beside) pen.beside(source, item);
  pen.around();
  return pen;
}

/** The places of all that can be seen, and the ways of the wires between. */
function layOut() {
  const wires = seenWires();
  const trial = drawn(wires, new Map());
  const pen = trial.taken.size ? drawn(wires, trial.taken) : trial;
  const named = new Set();
  for (const route of pen.routes) {
    const value = `${route.wire.source} ${route.wire.shape}`;
    route.down = route.points[0][0] === route.points[1][0];
    route.label = !named.has(value) && route.wire.shape;
    named.add(value);
  }
  return { rects: pen.rects, routes: pen.routes, bounds: pen.bounds() };
}
