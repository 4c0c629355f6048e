"use strict";
// What is said of the selected item, or of the network while none is selected.

const facts = document.getElementById("facts");
const panelTitle = document.getElementById("panel-title");

/** The rows of a list of facts; those without a value are left out. */
function table(rows) {
  const list = html("dl");
  for (const [name, ...value] of rows.filter((row) => row[1])) {
    list.append(html("dt", {}, name), html("dd", {}, ...value));
  }
  return list;
}

function percent(share) {
  return share >= 0.9995 ? "100 %" : share >= 0.0005 ? `${(100 * share).toFixed(1)} %` : share ? "< 0.1 %" : "0 %";
}

/** A bar for a part of a whole, on a scale up to some share. */
function shareBar(share, most = 1) {
  const filled = html("span");
  filled.style.width = `${Math.min(100, (100 * share) / most)}%`;
  return html("span", { class: "bar", role: "img", "aria-label": percent(share) }, filled);
}

/** A number with its share of the network's; what serves a head is measured by the network with its heads. */
function cost(number, [main, all], item, say = exact) {
  if (!number) return [];
  const total = item.dashed ? all : main;
  const share = total ? number / total : 0;
  const whole = html("span", { class: "share" }, shareBar(share), `${percent(share)}${item.dashed ? " with heads" : ""}`);
  const each = item.times > 1 ? html("span", { class: "each" }, `${say(number / item.times)} each`) : "";
  return [html("span", {}, say(number)), whole, each];
}

const extent = ([rows, columns]) => (rows === columns ? `${exact(rows)} px` : `${exact(rows)} × ${exact(columns)} px`);

function weights(item) {
  if (!item.facts.weights) return "";
  const rows = item.facts.weights.map(([name, shape, trained]) =>
    html("li", trained ? {} : { class: "quiet" }, html("span", {}, name), html("span", {}, shape)));
  return html("details", {}, html("summary", {}, `${rows.length} tensors`), html("ul", { class: "weights" }, ...rows));
}

/** How often the item is there, where equal parts are drawn once. */
function repeats(item) {
  if (item.times > 1) return `${item.times} in a row`;
  return item.copies > 1 ? `one of ${item.copies} equal ones` : "";
}

function describe(item) {
  const known = item.facts;
  const run = known && known.last ? ` … ${known.last}` : "";
  panelTitle.textContent = known ? (known.name || item.title) + run : item.name;
  if (!known) return facts.replaceChildren(table([["Shape", item.gives || (item.labels || [])[0]]]));
  const labels = item.content ? item.note || "" : (item.labels || []).join(", ");
  const said = known.about || labels;
  const kind = said.startsWith(known.kind.replaceAll("_", " ")) ? [] : [html("code", {}, known.kind), " "];
  facts.replaceChildren(
    html("p", { class: "kind" }, ...kind, said),
    table([
      ["In", known.takes.join(", ")],
      ["Out", known.gives],
      ["Parameters", ...cost(known.parameters, network.parameters, item)],
      ["MACs", ...cost(known.macs, network.macs, item)],
      ["Memory", ...cost(known.activations * BYTES, network.activations.map((n) => n * BYTES), item, bytes)],
      ["Receptive field", known.field ? `${extent(known.field)}, stride ${extent(known.stride)}` : ""],
      ["Repeats", repeats(item)],
    ]),
    weights(item),
  );
}

/** The parts of the stages that cost most, as links. */
function dearest() {
  const parts = [...items.values()].filter((item) => item.parent && item.parent.stage && item.facts && item.facts.macs);
  parts.sort((one, two) => two.facts.macs - one.facts.macs);
  if (!parts.length) return [];
  const most = parts[0].facts.macs / network.macs[0];
  const rows = parts.slice(0, 6).map((item) => {
    const share = item.facts.macs / network.macs[0];
    const link = html("button", { type: "button", class: "row" },
      html("span", {}, titleOf(item)), shareBar(share, most), html("span", {}, percent(share)));
    link.addEventListener("click", () => select(item.id, { reveal: true }));
    return html("li", {}, link);
  });
  return [html("h3", {}, "Most multiply-accumulates"), html("ul", { class: "dearest" }, ...rows)];
}

/** A total, and that with auxiliary heads where it is another. */
function both([main, all], say) {
  const more = say(all) === say(main) ? "" : html("span", { class: "quiet" }, `${say(all)} with heads`);
  return [say(main), more];
}

function describeNetwork() {
  panelTitle.textContent = network.title;
  facts.replaceChildren(
    table([
      ["In", network.input],
      ["Out", network.output],
      ["Parameters", ...both(network.parameters, exact)],
      ["MACs", ...both(network.macs, exact)],
      ["Memory", ...both(network.activations.map((number) => number * BYTES), bytes)],
    ]),
    ...dearest(),
  );
}
