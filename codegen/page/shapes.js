"use strict";
// Outlines and ways as SVG paths, and the making of elements.

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function html(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const tidy = (number) => Math.round(number * 10) / 10;
const polygon = (corners) => `M${corners.map((corner) => corner.map(tidy).join(" ")).join("L")}Z`;

function rounded(x, y, w, h, radius) {
  const r = Math.min(radius, w / 2, h / 2);
  return `M${x + r} ${y}h${w - 2 * r}a${r} ${r} 0 0 1 ${r} ${r}v${h - 2 * r}a${r} ${r} 0 0 1 ${-r} ${r}` +
    `h${2 * r - w}a${r} ${r} 0 0 1 ${-r} ${-r}v${2 * r - h}a${r} ${r} 0 0 1 ${r} ${-r}Z`;
}

/** The outline of a box whose top left corner is at (x, y): each family of operations has a form of its own. */
function outline(form, x, y, w, h) {
  const right = x + w;
  const foot = y + h;
  const middle = y + h / 2;
  switch (form) {
    case "round": return rounded(x, y, w, h, 7);
    case "pill": return rounded(x, y, w, h, h / 2);
    case "funnel": return polygon([[x, y], [right, y], [right - 9, foot], [x + 9, foot]]);
    case "slanted": return polygon([[x + 8, y], [right, y], [right - 8, foot], [x, foot]]);
    case "hexagon":
      return polygon([[x + 8, y], [right - 8, y], [right, middle], [right - 8, foot], [x + 8, foot], [x, middle]]);
    case "chamfer":
      return polygon([
        [x + 7, y], [right - 7, y], [right, y + 7], [right, foot - 7],
        [right - 7, foot], [x + 7, foot], [x, foot - 7], [x, y + 7],
      ]);
    default: return rounded(x, y, w, h, 2.5);
  }
}

const BEND = 9;

/** A way along points, with round corners, that ends where the arrow's head starts. */
function course(points) {
  const ends = points.slice();
  const last = ends.length - 1;
  const [before, tip] = [ends[last - 1], ends[last]];
  const length = Math.hypot(tip[0] - before[0], tip[1] - before[1]) || 1;
  ends[last] = [tip[0] - (5 * (tip[0] - before[0])) / length, tip[1] - (5 * (tip[1] - before[1])) / length];
  let path = `M${ends[0].map(tidy).join(" ")}`;
  for (let place = 1; place < last; place += 1) {
    const into = towards(ends[place], ends[place - 1]);
    const out = towards(ends[place], ends[place + 1]);
    path += `L${into.map(tidy).join(" ")}Q${ends[place].map(tidy).join(" ")} ${out.map(tidy).join(" ")}`;
  }
  return `${path}L${ends[last].map(tidy).join(" ")}`;
}

/** The point a bend away from a corner, at most half of the way to another. */
function towards(corner, other) {
  const length = Math.hypot(other[0] - corner[0], other[1] - corner[1]) || 1;
  const share = Math.min(BEND, length / 2) / length;
  return [corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share];
}

/** The head of an arrow at the end of a way. */
function head(points) {
  const [x, y] = points[points.length - 1];
  const [fromX, fromY] = points[points.length - 2];
  const [dx, dy] = [Math.sign(tidy(x - fromX)), Math.sign(tidy(y - fromY))];
  const back = [x - 7 * dx, y - 7 * dy];
  return polygon([[back[0] + 3.6 * dy, back[1] + 3.6 * dx], [x, y], [back[0] - 3.6 * dy, back[1] - 3.6 * dx]]);
}
