"use strict";
// The texts that the network came from and went into, with the lines of what is selected marked in them.

const RULES = {
  yaml: new RegExp([
    /(?<comment>(?<![^\s])#[^\n]*)/,
    /(?<string>(?<=[\s[{,(]|^)(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'))/,
    /(?<key>[\w.]+(?=:[\s}]))/,
    /(?<number>(?<=[:,[{]\s?)-?\d[\d.e-]*(?=[\s,}\]]))/,
    /(?<name>\$\w+|\$\([^)\n]*\))/,
  ].map((rule) => rule.source).join("|"), "g"),
  python: new RegExp([
    /(?<comment>#[^\n]*)/,
    /(?<string>[fr]?"""[^]*?"""|[fr]?"(?:[^"\\\n]|\\.)*")/,
    /(?<key>\b(?:class|def|return|import|from|for|in|if|elif|else|with|as|not|and|or|None|True|False)\b)/,
    /(?<number>(?<![\w.])\d[\d.e_-]*(?![\w.]))/,
    /(?<name>\bself\b)/,
  ].map((rule) => rule.source).join("|"), "g"),
};
const tabs = document.getElementById("tabs");
const listing = document.getElementById("listing");
const sheets = []; // of each text its lines, made when they are first looked at
let marks = { own: [], around: [] };
let current = 0;
let language = "yaml";

/** The lines of a text, with its tokens told apart. */
function linesIn(content, rule) {
  const lines = [];
  let line = html("div", { class: "line", "data-line": 1 });
  const write = (part, kind) => {
    part.split("\n").forEach((piece, place) => {
      if (place) {
        lines.push(line);
        line = html("div", { class: "line", "data-line": lines.length + 1 });
      }
      if (piece) line.append(kind ? html("span", { class: `t-${kind}` }, piece) : piece);
    });
  };
  let end = 0;
  for (const match of content.matchAll(rule)) {
    write(content.slice(end, match.index));
    write(match[0], Object.keys(match.groups).find((kind) => match.groups[kind] !== undefined));
    end = match.index + match[0].length;
  }
  write(content.slice(end));
  return [...lines, line];
}

function sheet(place) {
  if (sheets[place]) return sheets[place];
  const { text: content, language: spoken } = network.texts[place];
  const lines = linesIn(content.trimEnd(), RULES[spoken]);
  const page = html("pre", { class: "code" }, ...lines);
  page.style.setProperty("--digits", String(String(lines.length).length));
  page.addEventListener("click", (event) => {
    const line = event.target.closest(".line");
    const item = line && getSelection().isCollapsed && itemAt(place, Number(line.dataset.line));
    if (item) select(item.id, { reveal: true });
  });
  return (sheets[place] = { page, lines, marked: [] });
}

/** The spans of an item in a text, as pairs of lines. */
function spansIn(place, facts, around) {
  if (network.texts[place].language === "python") return (around ? facts.code_around : facts.code) || [];
  const spans = (around ? facts.spec_around : facts.spec) || [];
  return spans.filter(([number]) => number === place).map(([, first, last]) => [first, last]);
}

/** What a line belongs to: the least that has it. */
function itemAt(place, line) {
  let best = null;
  for (const item of items.values()) {
    for (const [first, last] of item.facts ? spansIn(place, item.facts) : []) {
      const longer = best && last - first >= best.length;
      if (first <= line && line <= last && !longer) best = { item, length: last - first };
    }
  }
  return best && best.item;
}

function openTab(place, byHand) {
  current = place;
  const chosen = network.texts[place];
  if (byHand) ({ language } = chosen);
  [...tabs.children].forEach((tab, at) => {
    tab.setAttribute("aria-selected", String(at === place));
    tab.tabIndex = at === place ? 0 : -1;
  });
  listing.setAttribute("aria-labelledby", `tab-${place}`);
  const { page, lines, marked } = sheet(place);
  marked.splice(0).forEach((line) => line.classList.remove("own", "around"));
  for (const kind of ["around", "own"]) {
    for (const [first, last] of marks.facts ? spansIn(place, marks.facts, kind === "around") : []) {
      for (let at = first; at <= last && at <= lines.length; at += 1) {
        lines[at - 1].classList.add(kind);
        marked.push(lines[at - 1]);
      }
    }
  }
  listing.replaceChildren(page);
  const start = lines.find((line) => line.classList.contains("own"));
  listing.scrollTop = start ? Math.max(0, start.offsetTop - listing.clientHeight / 3) : 0;
}

/** Mark the lines of an item, in the text of the reader's choice where that has some. */
function mark(item) {
  marks = { facts: item && item.facts };
  const has = network.texts.map((_, place) => Boolean(marks.facts && spansIn(place, marks.facts).length));
  [...tabs.children].forEach((tab, place) => tab.classList.toggle("has", has[place]));
  const wanted = network.texts.findIndex((text, place) => has[place] && text.language === language);
  const keep = has[current] && network.texts[current].language === language;
  openTab(keep || wanted < 0 ? current : wanted);
}

network.texts.forEach(({ name }, place) => {
  const tab = html("button", { role: "tab", id: `tab-${place}`, "aria-controls": "listing", type: "button" }, name);
  tab.addEventListener("click", () => openTab(place, true));
  tabs.append(tab);
});
tabs.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  openTab((current + step + network.texts.length) % network.texts.length, true);
  tabs.children[current].focus();
});
