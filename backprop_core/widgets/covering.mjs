// Covers the numbers that are new at a step, so that a class predicts them before it sees them.
// A cover takes a number's place: whoever listens hears "?", and nothing moves when it goes.

import { make } from "./shared.mjs";

/**
 * @typedef {{shown: string, hidden: string, bar?: Element, spans?: Map<Element, string>}} Piece
 *   an element's text with its numbers and without, and what stands for them
 * @typedef {{pieces: Map<Element, Piece>, told: Set<string>, step: string,
 *   observer: MutationObserver}} Covering
 */

/** @type {WeakMap<Element, Covering>} */
const COVERINGS = new WeakMap();

/** A number as the pages write it. Targets are given, and in a sentence a whole number counts
 * something, unless it stands where a result does. */
const NUMBER = new RegExp(
  "(?<![\\d.]|(?<!− )\\bt = −?)−?" // neither the rest of a number nor a target
    + "(?:\\d+\\.\\d+|(?<=^\\(?−?|(?:=|is|adds|from|to|Value) −?)\\d+(?![\\d.]))"
    + "(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?",
  "g",
);
const FIGURE_SPACE = "\u2007";

/** What may be new at a step. Inputs, targets, weights and biases are given until an update. */
const GIVEN = ".target, [class*='value-x'], :is(.weight, .bias):not([data-role='error'])";
const LABELS = `.bp-graph text.is-fresh:not(${GIVEN})`;
const MARKS = ".bp-front text";
const SLOTS = ".bp-equations .bp-numbers .slot";
const VALUES = "li[aria-current] .walker-worth, .is-referee.is-to-come .walker-worth";
const SENTENCES =
  "[role=status]:not(:has(p)), [role=status]:not(.walker-move) p, .walker-move .bp-unseen";

/** Whether a widget has steps with numbers to predict. @param {Element} root */
export function canCover(root) {
  return root.matches("[data-steps]:is(.bp-walk, .bp-walker, .bp-board)");
}

/** Cover what is new at this step and, from now on, at each step that is gone to. */
export function cover(root) {
  if (!canCover(root)) return;
  if (!COVERINGS.has(root)) {
    const observer = new MutationObserver(() => renew(root));
    observer.observe(root, {
      subtree: true, childList: true, characterData: true, attributeFilter: ["data-step"],
    });
    COVERINGS.set(root, { pieces: new Map(), told: new Set(), step: "", observer });
  }
  COVERINGS.get(root).step = ""; // as if the step were new
  root.classList.add("is-covering");
  renew(root);
}

/** Give all numbers back and cover none from now on. */
export function uncover(root) {
  const covering = COVERINGS.get(root);
  covering?.observer.disconnect();
  covering?.pieces.forEach((piece, element) => restore(element, piece));
  COVERINGS.delete(root);
  root.classList.remove("is-covering", "is-revealed");
}

/** Reveal this step's numbers, or only the one under a click, wherever it stands.
 * @param {Element} [target] @returns {boolean} whether there was one */
export function reveal(root, target) {
  const covering = COVERINGS.get(root);
  if (!covering) return false;
  const at = target?.closest(".bp-covered, .bp-cover");
  if (target && !(at && root.contains(at))) return false;
  if (target) numbersUnder(at, covering).forEach((number) => covering.told.add(number));
  else root.classList.add("is-revealed");
  renew(root);
  return true;
}

/** Whether something is covered at this moment. */
export function isCovered(root) {
  return Boolean(COVERINGS.get(root)?.pieces.size);
}

/** Cover what there is to cover, whatever the widget has painted since. */
function renew(root) {
  const covering = COVERINGS.get(root);
  const { pieces, told } = covering;
  if (covering.step !== root.dataset.step) {
    covering.step = root.dataset.step;
    told.clear();
    root.classList.remove("is-revealed");
  }
  const [labels, values, sentences] = root.classList.contains("is-revealed")
    ? [[], [], []] : newAt(root, pieces);
  const parts = new Set([...labels, ...values, ...sentences]);
  pieces.forEach((piece, element) => {
    const told = numbersIn(piece.shown).some((number) => covering.told.has(number));
    if (!told && parts.has(element) && element.textContent === piece.hidden) return; // as it was
    restore(element, piece);
    pieces.delete(element);
  });
  const bare = (elements) =>
    elements.filter((element) => !pieces.has(element) && isSecret(element, told));
  coverLabels(bare(labels), pieces);
  coverTexts(bare(values), bare(sentences), covering);
  if (pieces.size) coverTip(root);
  else if (told.size) root.classList.add("is-revealed"); // each was asked for by itself
  covering.observer.takeRecords(); // what we did ourselves
}

/** What is new at this step: labels of pictures, numbers with an element to themselves, sentences. */
function newAt(root, pieces) {
  const all = (selector) => [...root.querySelectorAll(selector)];
  const told = (element) => numbersIn(pieces.get(element)?.shown ?? element.textContent);
  const known = all(".bp-graph text.value:not(.is-fresh)").flatMap(told); // y is what f₅ has put out
  const isKnown = (text) => text.matches(".value") && known.includes(told(text)[0]);
  const labels = all(LABELS).filter((text) => !isKnown(text));
  const secrets = new Set(labels.flatMap(told));
  const isNew = (slot) => slot.matches(".is-new") || told(slot).some((number) => secrets.has(number));
  return [[...labels, ...all(MARKS)], [...all(SLOTS).filter(isNew), ...all(VALUES)], all(SENTENCES)];
}

/** The element's own text again, unless the widget has written another one meanwhile. */
function restore(element, { shown, hidden, bar }) {
  bar?.remove();
  element.classList.remove("bp-covered");
  element.style.removeProperty("padding-inline");
  if (element.textContent === hidden) element.textContent = shown;
}

const numbersIn = (text) => text.match(NUMBER) ?? [];

function numbersUnder(at, { pieces }) {
  for (const [element, { shown, bar, spans }] of pieces) {
    if (element === at || bar === at) return numbersIn(shown);
    if (spans?.has(at)) return [spans.get(at)];
  }
  return [];
}

/** Whether an element has numbers that nobody has asked for. */
function isSecret(element, told) {
  return numbersIn(element.textContent).some((number) => !told.has(number));
}

// What is measured is measured of all of them at once, so that the page is laid out once.

/** Labels in a graph: their symbols stay, bars stand for their numbers. */
function coverLabels(texts, pieces) {
  const masked = texts.map((text) => {
    const shown = text.textContent;
    const [{ 0: number, index }] = shown.matchAll(NUMBER);
    const room = FIGURE_SPACE.repeat(Math.floor((number.length - 1) / 2));
    const mask = `${room}?${room}`;
    const hidden = shown.slice(0, index) + mask + shown.slice(index + number.length);
    text.textContent = hidden;
    return { text, shown, hidden, ends: [index, index + mask.length - 1] };
  });
  const extents = masked.map(({ text, ends }) => ends.map((at) => text.getExtentOfChar(at)));
  masked.forEach(({ text, shown, hidden }, n) => {
    const [first, last] = extents[n];
    const bar = document.createElementNS(text.namespaceURI, "rect");
    const place = {
      class: "bp-cover", x: first.x - 2, y: first.y, rx: 3,
      width: last.x + last.width - first.x + 4, height: first.height,
    };
    for (const [name, value] of Object.entries(place)) bar.setAttribute(name, value);
    if (text.hasAttribute("transform")) bar.setAttribute("transform", text.getAttribute("transform"));
    text.before(bar);
    text.classList.add("bp-covered");
    pieces.set(text, { shown, hidden, bar });
  });
}

/** Numbers that have an element to themselves, and those in sentences, whose words stay. */
function coverTexts(values, sentences, { pieces, told }) {
  const split = sentences.map((element) => [element, element.textContent, spansIn(element, told)]);
  const covered = [...values, ...split.flatMap(([, , spans]) => [...spans.keys()])];
  const width = (element) => element.getBoundingClientRect().width;
  const widths = covered.map(width);
  values.forEach((element) => pieces.set(element, { shown: element.textContent, hidden: "?" }));
  for (const element of covered) {
    element.textContent = "?";
    element.classList.add("bp-covered");
  }
  const rooms = covered.map((element, n) => {
    const em = Number.parseFloat(getComputedStyle(element).fontSize) * (element.currentCSSZoom ?? 1);
    return Math.max(0, (widths[n] - width(element)) / 2 / em);
  });
  covered.forEach((element, n) => { element.style.paddingInline = `${rooms[n]}em`; });
  for (const [element, shown, spans] of split) {
    pieces.set(element, { shown, hidden: element.textContent, spans });
  }
}

/** The numbers of a sentence that nobody has asked for, each put into a span of its own.
 * @returns {Map<Element, string>} */
function spansIn(element, told) {
  const shown = element.textContent;
  const [parts, spans] = [[], new Map()];
  let at = 0;
  for (const { 0: number, index } of shown.matchAll(NUMBER)) {
    if (told.has(number)) continue;
    const span = make("span", "", number);
    parts.push(shown.slice(at, index), span);
    spans.set(span, number);
    at = index + number.length;
  }
  element.replaceChildren(...parts, shown.slice(at));
  return spans;
}

/** A tooltip says what a term means; what it is now would be half the answer. */
function coverTip(root) {
  const text = root.querySelector(".bp-tip > span");
  const value = text?.textContent.lastIndexOf(": ") ?? -1;
  if (value >= 0) text.textContent = text.textContent.slice(0, value);
}
