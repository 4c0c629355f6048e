"use strict";
// What colours say: the kind of an operation, or how much of something it takes.

const RAMPS = {
  light: ["#eef4f9", "#bcd9ea", "#73b2d4", "#2f7fb5", "#10508a", "#072b57"],
  dark: ["#1d2733", "#1f4460", "#276e94", "#4a9dba", "#8bcbd6", "#e2f5ee"],
};
const MODES = {
  type: { title: "Type" },
  parameters: { title: "Parameters", of: (facts) => facts.parameters, say: amount },
  macs: { title: "MACs", of: (facts) => facts.macs, say: amount },
  memory: { title: "Memory", of: (facts) => facts.activations * BYTES, say: bytes },
  field: {
    title: "Receptive field",
    of: (facts) => (facts.field ? Math.max(...facts.field) : 0),
    say: (number) => `${exact(Math.round(number))} px`,
    even: true,
  },
};
const night = matchMedia("(prefers-color-scheme: dark)");
let mode = "type";

const isDark = () => (document.documentElement.dataset.theme || (night.matches ? "dark" : "light")) === "dark";
const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** A colour of a ramp, and whether text on it must be of the other brightness. */
function shade(share, ramp) {
  const at = Math.min(ramp.length - 1.001, Math.max(0, share) * (ramp.length - 1));
  const [low, high] = [channels(ramp[Math.floor(at)]), channels(ramp[Math.floor(at) + 1])];
  const mixed = low.map((value, place) => Math.round(between(value, high[place], at % 1)));
  const bright = (0.299 * mixed[0] + 0.587 * mixed[1] + 0.114 * mixed[2]) / 255;
  return [`rgb(${mixed.join(" ")})`, isDark() ? bright > 0.56 : bright < 0.56];
}

/** Colour all boxes that can be seen. Small shares stay apart: the scale is that of square roots. */
function paint() {
  const chosen = MODES[mode];
  const boxes = [...shown.values()].filter((drawing) => !drawing.element.classList.contains("frame"));
  const valued = boxes.filter((drawing) => drawing.item.facts);
  const most = chosen.of ? valued.reduce((top, { item }) => Math.max(top, chosen.of(item.facts)), 1) : 0;
  const ramp = RAMPS[isDark() ? "dark" : "light"];
  for (const { item, element } of boxes) {
    const plain = !chosen.of || !item.facts;
    const share = plain ? 0 : chosen.of(item.facts) / most;
    const [fill, inverse] = plain ? ["", false] : shade(chosen.even ? share : Math.sqrt(share), ramp);
    element.style.setProperty("--fill", fill);
    element.classList.toggle("inverse", inverse);
    element.classList.toggle("valued", !plain);
  }
  explain(chosen, most, ramp);
}

/** The legend: the kinds that occur, or the scale. */
function explain(chosen, most, ramp) {
  const key = `${mode} ${most} ${isDark()}`;
  if (legend.dataset.key === key) return;
  legend.dataset.key = key;
  if (!chosen.of) return legend.replaceChildren(html("ul", {}, ...kinds()));
  const bar = html("div", { class: "ramp" });
  bar.style.background = `linear-gradient(to right, ${ramp.join(", ")})`;
  const middle = chosen.even ? most / 2 : most / 4;
  const ticks = [0, middle, most].map((value) => html("span", {}, value ? chosen.say(value) : "0"));
  legend.replaceChildren(html("strong", {}, chosen.title), bar, html("div", { class: "ticks" }, ...ticks));
}

function kinds() {
  return Object.entries(network.styles).map(([style, look]) => {
    const swatch = svg("svg", { width: 30, height: 18, "aria-hidden": "true" },
      svg("g", { class: `item box is-${style}` },
        svg("path", { class: "outline", d: outline(look.form, 1.5, 1.5, 27, 15) })));
    return html("li", {}, swatch, look.title);
  });
}
