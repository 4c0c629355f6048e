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
const GUTTER = 56; // between columns
const ABOVE = 22; // above a column, for the wire that comes from the one before
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
    this.named = []; // names of branches, beside the wires that lead to them
    this.waiting = new Map(wires.map((wire) => [wire.key, wire]));
  }

  /** What an item needs left and right of its axis, and from top to bottom. */
  room(item) {
    if (!this.rooms.has(item)) this.rooms.set(item, this.measured(item));
    return this.rooms.get(item);
  }

  measured(item) {
    if (item.name && item.stack) {
      const [left, right, high] = this.measured({ stack: item.stack });
      return [left, Math.max(right, textWidth(item.name, "shape") + 14), high];
    }
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
      const entry = item.entry ? BUS + DROP + this.room(item.entry)[2] + GAP : 0;
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
      this.rects.set(item.id, { item, x: axis - left, y: top, w: left + right, h: high, column: this.column });
      return this.place(item.content, axis, top + HEADING + PAD, feed);
    }
    return this.box(item, axis, top, boxSize(item)[0], [[feed, axis]]);
  }

  box(item, axis, top, wide, entries) {
    const high = boxSize(item)[1];
    this.rects.set(item.id, { item, x: axis - wide / 2, y: top, w: wide, h: high, column: this.column });
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
    const above = top + BUS; // where branches leave that pass an entry by
    let entered = null;
    if (item.entry) {
      entered = this.place(item.entry, axis, above + DROP, feed);
      top = above + DROP + this.room(item.entry)[2] + GAP;
    }
    const bus = top + BUS;
    let x = axis - wide / 2;
    const exits = item.branches.map((inner, place) => {
      const [left, right] = rooms[place];
      const own = x + left;
      x += left + right + APART;
      if (inner.name && inner.stack) {
        this.named.push({ key: `${item.join.id} ${place}`, x: own + 7, y: bus + 17, name: inner.name });
      }
      const passes = entered && !item.entered.includes(place);
      const led = passes ? this.past(item.entry, feed, axis, above, bus, own) : this.led(entered || feed, axis, bus, own);
      return [this.place(inner, own, bus + DROP, led), own];
    });
    return this.box(item.join, axis, foot, this.room(item)[0] * 2, exits);
  }

  /** A value on its way past an entry to a branch that does not read that. */
  past(entry, feed, axis, above, bus, own) {
    if (!feed) return feed;
    const [left, right] = this.room(entry);
    const free = own < axis - left - 6 || own > axis + right + 6;
    const x = free ? own : axis + right + 12;
    const bend = free ? [] : [[x, bus + DROP / 2], [own, bus + DROP / 2]];
    return { source: feed.source, points: [...feed.points, [axis, above], [x, above], ...bend] };
  }

  /** A value on its way to a branch. */
  led(feed, axis, bus, own) {
    if (!feed || Math.abs(own - axis) < 1) return feed;
    return { source: feed.source, points: [...feed.points, [axis, bus], [own, bus]] };
  }

  /** The wires that do not follow the order: along the right side of the group of both ends, or between columns. */
  around() {
    for (const wire of [...this.waiting.values()]) {
      const source = this.rects.get(wire.source);
      const target = this.rects.get(wire.target);
      const group = this.shared(source.item, target.item);
      const key = group ? group.id : "";
      const lane = (this.taken.get(key) || 0) + 1;
      this.taken.set(key, lane);
      const from = [source.x + source.w, source.y + source.h * 0.7];
      const to = target.y + target.h * 0.3;
      const out = group ? this.rects.get(key) : source.column;
      const x = group ? out.x + out.w - LANE * (lane - 0.3) : out.x + out.w + (LANE / 2) * lane;
      const onward = target.column.place - source.column.place;
      if (group || onward === 0) {
        this.draw(wire, [from, [x, from[1]], [x, to], [target.x + target.w, to]]);
      } else if (onward === 1) {
        this.draw(wire, [from, [x, from[1]], [x, to], [target.x, to]]);
      } else {
        const high = -ABOVE - (LANE / 2) * lane;
        const into = target.column.x - (LANE / 2) * lane;
        this.draw(wire, [from, [x, from[1]], [x, high], [into, high], [into, to], [target.x, to]]);
      }
    }
  }

  shared(one, two) {
    const above = new Set();
    for (let group = one.parent; group; group = group.parent) above.add(group);
    for (let group = two.parent; group; group = group.parent) if (above.has(group)) return group;
    return null;
  }

  /** An auxiliary head, right of its column, from the side of what feeds it. */
  beside(source, item) {
    const [left, right, high] = this.room(item);
    const from = [source.x + source.w, source.y + source.h / 2];
    const gutter = this.right + GUTTER / 2;
    const top = Math.max(from[1] + 28, this.foot + 44);
    const axis = this.right + GUTTER + left;
    const level = top - 18;
    const late = level - from[1] > 12;
    const points = late ? [from, [gutter, from[1]], [gutter, level], [axis, level]] : [from, [axis, from[1]]];
    this.place(item, axis, top, { source: source.item.id, points });
    this.foot = top + high;
    return axis + right;
  }

  /** The network in columns, each with the heads that stand beside it. */
  columns(columns) {
    let feed = null;
    let edge = -GUTTER;
    for (const [place, stack] of columns.entries()) {
      const [left, right, high] = this.room({ stack });
      const axis = edge + GUTTER + left;
      this.column = { place, x: axis - left, w: left + right };
      if (feed) feed.points.push([edge + GUTTER / 2, -ABOVE], [axis, -ABOVE]);
      feed = this.place({ stack }, axis, 0, feed);
      this.right = edge = axis + right;
      this.foot = 0;
      for (const [id, item] of network.beside) {
        const source = this.rects.get(visible(items.get(id)).id);
        if (source && !this.rects.has(item.id)) edge = Math.max(edge, this.beside(source, item));
      }
      const under = Math.max(high, this.foot) + FOOT;
      feed.points.push([axis, under], [edge + GUTTER / 2, under]);
    }
  }

  bounds() {
    let [left, top, right, foot] = [Infinity, 0, -Infinity, -Infinity];
    const take = (x, y) => {
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, foot] = [Math.max(right, x), Math.max(foot, y)];
    };
    for (const { x, y, w, h } of this.rects.values()) {
      take(x, y);
      take(x + w, y + h);
    }
    for (const { points } of this.routes) for (const [x, y] of points) take(x, y);
    return { x: left, y: top, w: right - left, h: foot - top };
  }
}

/** On a wide screen a column for each stage, elsewhere one for all. */
function columnsOf(strip, wide) {
  const columns = [[]];
  for (const item of strip) {
    const started = columns[columns.length - 1].some((other) => other.stage);
    if (wide && item.stage && started) columns.push([]);
    columns[columns.length - 1].push(item);
  }
  return columns;
}

const stageSize = document.getElementById("stage").getBoundingClientRect();
const columns = columnsOf(network.strip, stageSize.width > 1.1 * stageSize.height);

function drawn(wires, lanes) {
  const pen = new Pen(wires, lanes);
  pen.columns(columns);
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
  return { rects: pen.rects, routes: pen.routes, named: pen.named, bounds: pen.bounds() };
}
