// Keeps what was solved, and a reader's place in a class, in this browser's own storage. Nothing is
// sent anywhere, and whatever the storage holds is checked before it is used: it may be damaged,
// foreign, full or forbidden.

/**
 * @typedef {{solved: number, first: number, tries: number, mistakes: Object<string, number>,
 *   numbers: number[], open: number[]}} KindProgress
 *   exercises solved, and those at the first try; answers given to exercises that were not solved
 *   yet; how often each mistake was named; numbers of exercises that are solved, and of those that
 *   were tried
 */

const PROGRESS = "backprop-core progress"; // the entry's name, and that of the event on a change
const PROGRESS_VERSION = 1;
const PLACE = "backprop-core class"; // the entry's name of a reader's place in a class
const MOST_KINDS = 40;
const MOST_MISTAKES = 80;
const MOST_NUMBERS = 500; // of the latest exercises; the counts go on
const MOST_COUNT = 1_000_000;
const NAME = /^[a-z][a-z0-9_+-]{0,79}$/;

// Where the storage cannot be used, what was solved lasts as long as the page does.
const PAGE_PROGRESS = (globalThis[Symbol.for(PROGRESS)] ??= { text: null });

/** Whether what was solved outlasts the page. */
function progressIsKept() {
  return PAGE_PROGRESS.text === null;
}

/** What was solved, by kind. @returns {Object<string, KindProgress>} with no other properties */
function readProgress() {
  let text = PAGE_PROGRESS.text;
  if (text === null) {
    try {
      text = localStorage.getItem(PROGRESS);
    } catch {
      PAGE_PROGRESS.text = ""; // forbidden
    }
  }
  try {
    const { version, kinds } = JSON.parse(text || "{}") ?? {};
    return version === PROGRESS_VERSION ? named(kinds, MOST_KINDS, asKind) : named({}, 0, asKind);
  } catch {
    return named({}, 0, asKind); // it was written by somebody else
  }
}

/** The properties of an object that have a name such as ours, each made sure of. */
function named(found, most, make) {
  const entries = isObject(found) ? Object.entries(found) : [];
  const good = entries.filter(([name]) => NAME.test(name)).slice(0, most);
  return Object.assign(Object.create(null), Object.fromEntries(good.map(([n, v]) => [n, make(v)])));
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isWhole = (value, most) => Number.isInteger(value) && value >= 0 && value <= most;
const asCount = (value) => (isWhole(value, MOST_COUNT) ? value : 0);

function asNumbers(value) {
  const numbers = (Array.isArray(value) ? value : []).filter((n) => isWhole(n, 999_999));
  return [...new Set(numbers)].slice(-MOST_NUMBERS);
}

/** @returns {KindProgress} */
function asKind(value) {
  const found = isObject(value) ? value : {};
  const solved = asCount(found.solved);
  return {
    solved,
    first: Math.min(solved, asCount(found.first)),
    tries: Math.max(solved, asCount(found.tries)),
    mistakes: named(found.mistakes, MOST_MISTAKES, asCount),
    numbers: asNumbers(found.numbers),
    open: asNumbers(found.open),
  };
}

/** Write down what was solved, and tell all of this page that show it. */
function writeProgress(kinds) {
  const text = JSON.stringify({ version: PROGRESS_VERSION, kinds });
  try {
    localStorage.setItem(PROGRESS, text);
    PAGE_PROGRESS.text = null;
  } catch {
    PAGE_PROGRESS.text = text; // full or forbidden
  }
  window.dispatchEvent(new Event(PROGRESS));
}

/** Forget all of it, and the reader's place in a class. */
function clearProgress() {
  try {
    localStorage.removeItem(PROGRESS);
    localStorage.removeItem(PLACE);
    PAGE_PROGRESS.text = null;
  } catch {
    PAGE_PROGRESS.text = "";
  }
  window.dispatchEvent(new Event(PROGRESS));
}

/** Count an answer; an exercise that is solved counts no more.
 * @param {{right: boolean, mistakes: string[]}} judged */
function recordAnswer(kind, number, { right, mistakes }) {
  const kinds = readProgress();
  const own = kinds[kind] ?? asKind({});
  if (own.numbers.includes(number)) return;
  own.tries += 1;
  for (const key of mistakes) own.mistakes[key] = (own.mistakes[key] ?? 0) + 1;
  if (right) {
    own.solved += 1;
    own.first += own.open.includes(number) ? 0 : 1;
    own.numbers.push(number);
    own.open = own.open.filter((other) => other !== number);
  } else if (!own.open.includes(number)) own.open.push(number);
  kinds[kind] = asKind(own); // bounded
  writeProgress(kinds);
}

/** Whether an exercise is solved. */
function isSolved(kind, number) {
  return readProgress()[kind]?.numbers.includes(number) ?? false;
}

/** Remember a place in a class. @param {[seed: string, student: string]} place */
function keepPlace(place) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(place));
  } catch {} // full or forbidden: it can be typed again
}

/** @returns {[seed: string, student: string]} each "" if there is none */
function readPlace() {
  let place = null;
  try {
    place = JSON.parse(localStorage.getItem(PLACE));
  } catch {} // forbidden, or written by somebody else
  const isGood = Array.isArray(place) && place.length === 2
    && place.every((text) => typeof text === "string" && /^\d{1,12}$/.test(text));
  return isGood ? place : ["", ""];
}

/** Do something whenever there is news, of this page or of another tab. */
function onProgress(listen, action) {
  listen(window, PROGRESS, action);
  listen(window, "storage", ({ key }) => (key === PROGRESS || key === null) && action());
}
