// Lets a chapter be presented: its sections, cut into slides that need no scrolling, and its widgets.

import { fitSlide } from "./fit_slide.mjs";
import { isTaken, togglePresenting } from "../../widgets/presenter.mjs";

/** @typedef {import("../../widgets/presenter.mjs").Slide} Slide */

const main = document.getElementById("chapter");
const html = document.documentElement;
const CELLS = ":scope > :is(.bp-prose:not(:has(> hr:first-child)), .bp-output)"; // no links at the end
const WIDE = 700; // on a phone, what is too wide is scrolled in its box
const SCALES = [1, 0.92, 0.85, 0.78, 0.7]; // of the type of a slide that would have to be scrolled

// ---- slides ----

const isHeading = (part) => part.matches("h1, h2, h3");
const notesOf = (cell) => JSON.parse(cell.dataset.notes || "{}");

/** The chapter's parts in their order: prose under a heading, or an output. */
function parts() {
  const found = [];
  let heading = null;
  for (const cell of main.querySelectorAll(CELLS)) {
    if (cell.matches(".bp-output")) {
      found.push({ cell, heading, blocks: [cell] });
      continue;
    }
    let part = null;
    for (const block of cell.children) {
      if (isHeading(block)) heading = block;
      if (!part || isHeading(block)) found.push((part = { cell, heading, blocks: [] }));
      if (!isHeading(block)) part.blocks.push(block);
    }
  }
  return found.filter(({ blocks, heading: { localName } = {} }) => blocks.length || localName === "h1");
}

const heightOf = (block) =>
  block ? block.offsetHeight + parseFloat(getComputedStyle(block).marginBottom) : 0;

/** Blocks that belong together: what ends with a colon, and what it leads to. */
function units(blocks, room) {
  const found = [];
  for (const block of blocks) {
    const last = found.at(-1)?.blocks.at(-1);
    const height = heightOf(block);
    const leads = last && (/:\s*$/.test(last.textContent) || last.matches("h4"));
    if (leads && found.at(-1).height + height <= room) {
      found.at(-1).blocks.push(block);
      found.at(-1).height += height;
    } else found.push({ blocks: [block], height });
  }
  return found;
}

/** Cut blocks into slides; a long table or list between its rows. @returns {Element[][]} */
function cut(blocks, room) {
  const slides = [];
  let together = [];
  const flush = () => {
    if (together.length) slides.push(...packEvenly(together, room));
    together = [];
  };
  for (const unit of units(blocks, room)) {
    const rows = [...unit.blocks[0].querySelectorAll(":scope > li, :scope > tbody > tr")];
    const high = unit.blocks.length === 1 && unit.height * SCALES[2] > room;
    if (high && rows.length > 1) {
      flush();
      const inside = rows.map((row) => ({ blocks: [row], height: heightOf(row) }));
      const around = unit.height - inside.reduce((sum, { height }) => sum + height, 0);
      slides.push(...packEvenly(inside, room - Math.max(0, around)));
    } else together.push(unit);
  }
  flush();
  return slides;
}

/** Fill one slide after the other. @returns {Element[][]} */
function pack(units, room) {
  const packed = [];
  let left = 0;
  for (const { blocks, height } of units) {
    if (!packed.length || height > left) {
      packed.push([]);
      left = room;
    }
    packed.at(-1).push(...blocks);
    left -= height;
  }
  return packed;
}

/** As few slides as there must be, and these about equally full. */
function packEvenly(units, room) {
  const fewest = pack(units, room).length;
  let [low, high] = [0, room];
  for (let n = 0; n < 6; n++) {
    const middle = (low + high) / 2;
    if (pack(units, middle).length > fewest) low = middle;
    else high = middle;
  }
  return pack(units, high);
}

/** @returns {Slide[]} */
function layOut() {
  html.classList.add("bp-measuring"); // all prose at once, as it will be on the slides
  main.style.removeProperty("--bp-fit");
  const { paddingTop, paddingBottom } = getComputedStyle(main);
  const room = innerHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
  const slides = parts().flatMap(({ cell, heading, blocks }) => {
    const shared = { title: titleOf(heading), cell, notes: notesOf(cell) };
    if (blocks[0] === cell) return [{ ...shared, elements: blocks, root: rootOf(cell) }];
    const below = room - heightOf(heading);
    const packed = blocks.length ? cut(blocks, below) : [[heading]];
    return packed.map((elements) => ({ ...shared, heading, elements }));
  });
  html.classList.remove("bp-measuring");
  return slides;
}

const titleOf = (heading) => heading?.textContent.replace("¶", "").trim() ?? "";

/** The widget of an output, if it is one of ours alone. */
function rootOf(cell) {
  const roots = [...cell.querySelectorAll(".bp")].filter((root) => !root.parentElement.closest(".bp"));
  return roots.length === 1 ? roots[0] : null;
}

/** The minutes of each section, from its cells' notes. @param {Slide[]} slides @param {Slide} shown */
function planOf(slides, shown) {
  const rows = [];
  let cell = null;
  for (const slide of slides) {
    if (rows.at(-1)?.title !== slide.title) {
      rows.push({ title: slide.title, minutes: { 45: 0, 90: 0 }, current: false });
    }
    const row = rows.at(-1);
    row.current ||= slide === shown;
    if (slide.cell !== cell) {
      for (const [plan, minutes] of Object.entries(slide.notes.minutes ?? {})) row.minutes[plan] += minutes;
    }
    cell = slide.cell;
  }
  return rows.some(({ minutes }) => minutes[90]) ? rows : [];
}

// ---- the deck ----

function deck() {
  let [slides, relaid, due] = [[], null, 0];
  let unfit = () => {};
  const observer = new MutationObserver((changes) => {
    const typeset = changes.some(({ target }) => target.closest?.(".bp-prose"));
    const outside = changes.some(({ target }) => !target.closest?.(".bp")); // no step of a widget
    const arrived = outside && slides.some(({ cell, root }) => cell.matches(".bp-output") && root !== rootOf(cell));
    if (typeset || arrived) soon();
  });

  function soon() {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(() => {
      slides = layOut();
      relaid();
    });
  }

  /** Smaller type, before a slide has to be scrolled. */
  function fit() {
    const tooWide = (box) => innerWidth >= WIDE && box.scrollWidth > box.clientWidth + 1;
    for (const scale of SCALES) {
      main.style.setProperty("--bp-fit", scale);
      const boxes = [...main.querySelectorAll(".bp-slide:is(table, pre), .bp-slide :is(pre, .bp-formula)")];
      if (html.scrollHeight <= innerHeight && !boxes.some(tooWide)) break;
    }
  }

  return {
    place: main,
    slides: () => slides,
    open(changed) {
      relaid = changed;
      slides = layOut();
      observer.observe(main, { childList: true, subtree: true });
      addEventListener("resize", soon);
      main.addEventListener("toggle", fit, true);
    },
    shown: ({ cell }) => {
      const isOutput = cell.matches(".bp-output");
      main.style.removeProperty("--bp-fit");
      main.classList.toggle("has-output", isOutput);
      unfit();
      unfit = () => {};
      if (isOutput) unfit = fitSlide(cell);
      else fit();
    },
    plan: (slide) => planOf(slides, slide),
    close() {
      unfit();
      cancelAnimationFrame(due);
      observer.disconnect();
      removeEventListener("resize", soon);
      main.removeEventListener("toggle", fit, true);
      main.style.removeProperty("--bp-fit");
      main.classList.remove("has-output");
    },
  };
}

/** What a reader looks at: what has the focus, if it is on the screen, or else what is in sight. */
function inSight() {
  const seen = (element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const focused = document.activeElement;
  if (focused !== main && main.contains(focused) && seen(focused)) return focused;
  const all = [...main.querySelectorAll(":scope > .bp-output, .bp-prose > *")];
  const begins = all.find((element) => element.getBoundingClientRect().top >= 0);
  const near = begins?.getBoundingClientRect().top < 0.6 * innerHeight;
  return near ? begins : all.findLast((element) => element.getBoundingClientRect().top < 0) ?? main;
}

const toggle = () => togglePresenting(deck(), inSight());

addEventListener("keydown", (event) => {
  if (!isTaken(event) && event.key.toLowerCase() === "p") toggle();
});
const button = document.getElementById("bp-present");
button.addEventListener("click", toggle);
button.hidden = false;
