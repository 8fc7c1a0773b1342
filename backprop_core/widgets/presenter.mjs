// Shows a page slide by slide, large enough for the last row: keys, a bar, marks, hidden numbers.
// The page stays as it is: what is shown gets classes, and they go when the presentation ends.

import { canCover, cover, isCovered, reveal, uncover } from "./covering.mjs";
import { countdown } from "./countdown.mjs";
import { notesWindow } from "./notes_window.mjs";
import { ACT_OF, buildChrome } from "./presenter_bar.mjs";
import { listener, make, tieOf, write } from "./shared.mjs";

/**
 * @typedef {{title: string, elements: Element[], heading?: Element, root?: HTMLElement,
 *   notes?: {question?: string, say?: string, minutes?: Object<string, number>}}} Slide
 *   a slide shows its elements, and the heading that they stand under; `root` is its widget
 * @typedef {{slides: () => Slide[], open: (relaid: () => void) => void, shown: (slide: Slide) => void,
 *   plan: (slide: Slide) => PlanRow[], close: () => void}} Deck
 */

const IDLE_MS = 2500;
const SCREEN = 0.8; // of a slide that is too long: so far it goes on, and the rest is seen again
const WORDS = /^.{0,60}\S*/; // with which a slide is announced
const ON_SLIDES = ["bp-slide", "bp-around", "bp-within"]; // what is on one; around that; around its widget
const MARKED = ON_SLIDES.map((name) => `.${name}`).join();
const NEARLY = 4; // px that are not worth a step
// In other widgets, and where edges are picked, a click on a picture has a meaning of its own.
const POINTED_AT = ":is(.bp-walk, .bp-walker, .bp-board, .bp-exercise:not(:has([type=checkbox])))";

// One presentation at a time, whichever widget's copy of this file began it.
const here = (globalThis[Symbol.for("backprop-core: presenter")] ??= { leave: null });

/** Begin a presentation, or end the one that runs. @param {Deck} deck @param {Element} from */
export function togglePresenting(deck, from) {
  if (here.leave) here.leave();
  else here.leave = present(deck, from, () => { here.leave = null; });
}

/** Mark whatever stands around an element, up to another one. */
function markAround(element, until, name) {
  for (let part = element.parentElement; part && until.contains(part); part = part.parentElement) {
    part.classList.add(name);
  }
}

/** Whether a key that is pressed there belongs to what is there. A clicker's keys go on. */
export function isTaken({ key = "", target, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey || !key) return true;
  const at = (selector) => Boolean(target.closest?.(selector));
  const [page, moves] = [key.startsWith("Page"), /^(Arrow\w+|Home|End| )$/.test(key)];
  const moved = "input:is([type=range], [type=checkbox], [type=radio])";
  if (at("textarea, [contenteditable=true]")) return true;
  if (at(`input:not(${moved})`)) return !page;
  if (at("select")) return moves || key.length === 1;
  if (at(moved)) return moves;
  return key === " " && at("button, summary, a");
}

// ---- a presentation ----

function present(deck, from, ended) {
  const html = document.documentElement;
  const before = { focus: document.activeElement, scroll: window.scrollY };
  const began = Date.now();
  const [listen, listening] = listener();
  const chrome = buildChrome();
  const $ = (selector) => chrome.querySelector(selector);
  const stepped = new MutationObserver(onStep);
  const marked = new Set(); // classes of nodes and edges
  let [slides, slide, first] = [[], null, null];
  let hiding = false;
  let idle = 0;

  const say = (text) => write($("[role=status]"), text);
  const complain = (text) => write($("[role=alert]"), text);
  const notes = notesWindow(onKey);
  const clock = countdown(say, () => { press("time", clock.runs()); tellNotes(); });
  chrome.append(clock.box);

  const isStepped = () => slide.root?.dataset.steps !== undefined;
  const placeText = () => `Slide ${slides.indexOf(slide) + 1} of ${slides.length}`;
  const press = (act, on) => $(`[data-act=${act}]`).setAttribute("aria-pressed", String(on));

  // ---- moving ----

  /** @param {Slide | undefined} next */
  function show(next) {
    if (!next) return;
    const anew = next.root !== slide?.root;
    if (slide) conceal(anew);
    slide = next;
    for (const part of [slide.heading, ...slide.elements].filter(Boolean)) {
      part.classList.add("bp-slide");
      markAround(part, document.body, "bp-around");
    }
    if (slide.root) {
      slide.root.classList.add("is-presented");
      markAround(slide.root, slide.elements[0], "bp-within");
      stepped.observe(slide.root, { attributeFilter: ["data-step", "data-question"] });
      if (anew && hiding && canCover(slide.root)) cover(slide.root);
    }
    for (const part of [document.scrollingElement, ...slide.elements]) part.scrollTop = 0;
    deck.shown(slide);
    write($(".bp-presenter-place span"), slide.title ? `${slide.title} · ` : "");
    write($(".bp-presenter-place b"), `${slides.indexOf(slide) + 1} / ${slides.length}`);
    tellNotes();
  }

  /** @param {boolean} whole or only its classes, because the same widget stays */
  function conceal(whole) {
    html.querySelectorAll(MARKED).forEach((part) => part.classList.remove(...ON_SLIDES));
    stepped.disconnect();
    slide.root?.classList.remove("is-presented");
    if (!whole || !slide.root) return;
    if (hiding) uncover(slide.root);
    clearMarks();
  }

  function announce(opening = "") {
    const names = [slide.title, slide.root?.getAttribute("aria-label")].filter(Boolean);
    say(`${opening}${placeText()}: ${[...new Set(names)].join(", ")}`);
  }

  function goTo(next) {
    if (!next || next === slide) return;
    show(next);
    focusSlide();
    announce();
  }

  const focusSlide = () =>
    (slide.root?.hasAttribute("tabindex") ? slide.root : deck.place).focus({ preventScroll: true });

  /** @returns {boolean} whether the widget on the slide had such a step */
  function step(name) {
    const button = isStepped() && slide.root.querySelector(`[data-go=${name}]`);
    if (!button || button.getAttribute("aria-disabled") === "true") return false;
    button.click();
    return true;
  }

  /** @param {1 | -1} way @returns {boolean} whether the slide goes on there, out of sight */
  function scroll(way) {
    if (isStepped()) return false;
    const box = slide.elements.find((part) => part.scrollHeight > part.clientHeight + NEARLY
      && getComputedStyle(part).overflowY === "auto") ?? document.scrollingElement;
    const before = box.scrollTop;
    box.scrollTop += way * SCREEN * box.clientHeight;
    return Math.abs(box.scrollTop - before) > NEARLY;
  }

  const beside = (way) => slides[slides.indexOf(slide) + way];

  const acts = {
    previous: () => step("previous") || scroll(-1) || goTo(beside(-1)),
    next() {
      if (hiding && slide.root && isCovered(slide.root)) reveal(slide.root);
      else if (!step("next") && !scroll(1)) goTo(beside(1));
    },
    first: () => step("first") || goTo(slides[0]),
    last: () => step("last") || goTo(slides.at(-1)),
    hide() {
      hiding = !hiding;
      press("hide", hiding);
      if (slide.root && canCover(slide.root)) (hiding ? cover : uncover)(slide.root);
      say(hiding ? "Numbers are hidden until you reveal them." : "Numbers are shown.");
    },
    uncover() {
      if (!hiding) say("Nothing is hidden: H hides numbers.");
      else if (slide.root && canCover(slide.root)) (isCovered(slide.root) ? reveal : cover)(slide.root);
    },
    clear: clearMarks,
    time: () => clock.toggle(slide.notes?.minutes?.["45"]),
    notes() {
      if (notes.open()) tellNotes();
      else complain("The browser keeps the notes' window closed: allow pop-ups for this page, then press N.");
    },
    screen() {
      if (document.fullscreenElement) document.exitFullscreen();
      else html.requestFullscreen?.().catch(() => complain("The browser does not allow full screen here."));
    },
    help() {
      const list = $("dialog");
      if (list.open) list.close();
      else list.showModal();
    },
    leave,
  };

  // ---- marks: what the teacher points at ----

  function mark(ties) {
    for (const tie of ties) if (!marked.delete(tie)) marked.add(tie);
    paintMarks();
  }

  function paintMarks() {
    slide.root?.querySelectorAll(".is-marked").forEach((part) => part.classList.remove("is-marked"));
    for (const tie of marked) {
      slide.root?.querySelectorAll(`.${CSS.escape(tie)}`).forEach((part) => part.classList.add("is-marked"));
    }
  }

  function clearMarks() {
    marked.clear();
    paintMarks();
  }

  /** What a click or Enter on a part of a picture or an equation does. @returns {boolean} whether */
  function pointAt(target) {
    const root = slide.root?.matches(POINTED_AT) && slide.root.contains(target) && slide.root;
    if (!root || target.closest("button, a, summary, label, input, select, .is-pickable, .is-movable")) return false;
    if (hiding && reveal(root, target)) return true;
    const within = target.closest("svg, math");
    const ties = within ? tieOf(target, root) : [];
    if (ties.length) mark(ties);
    return ties.length > 0;
  }

  // ---- what happens ----

  function onStep() {
    paintMarks();
    tellNotes();
  }

  function tellNotes() {
    if (!notes.isOpen()) return;
    const { root, title } = slide;
    const way = isStepped() ? root.querySelector(".bp-step").getAttribute("aria-valuetext") : "";
    notes.show({
      title, step: way, place: placeText(),
      question: root?.dataset.question || slide.notes?.question || "",
      listen: root?.dataset.listen ?? "", advice: slide.notes?.say ?? "",
      next: (isStepped() && root.dataset.next) || nameOfNext(),
      began, left: clock.text(), plan: deck.plan(slide),
    });
  }

  /** Its title, or how it begins if it goes on with this one's. */
  function nameOfNext() {
    const next = beside(1);
    if (!next) return "The end";
    if (next.title !== slide.title) return next.title;
    return next.root?.getAttribute("aria-label") ?? `${next.elements[0].textContent.trim().match(WORDS)} …`;
  }

  function onKey(event) {
    if (isTaken(event)) return;
    const act = ACT_OF.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    const term = event.key === "Enter" && event.target.closest?.(".term");
    if ($("dialog").open && act !== "help") return;
    if (!act && !(term && pointAt(term))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!act || (event.repeat && !["previous", "next"].includes(act))) return;
    complain("");
    acts[act]();
  }

  function onClick(event) {
    const button = event.target.closest?.("[data-act]");
    if (button && chrome.contains(button)) {
      complain("");
      acts[button.dataset.act]();
    } else if (pointAt(event.target)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  function wake() {
    clearTimeout(idle);
    chrome.classList.remove("is-idle");
    idle = setTimeout(() => chrome.classList.add("is-idle"), IDLE_MS);
  }

  function relaid() {
    const [shown] = slide.elements;
    slides = deck.slides();
    show(find(shown));
  }

  const comesAfter = (element, other) =>
    element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING;

  const find = (element) =>
    slides.find(({ elements }) => elements.some((part) => part.contains(element)))
      ?? slides.find(({ heading }) => heading?.contains(element))
      ?? slides.findLast(({ elements: [top] }) => comesAfter(element, top)) ?? slides[0];

  function leave() {
    listening.abort();
    clearTimeout(idle);
    notes.close();
    clock.stop();
    const { root, heading, elements: [top] } = slide;
    const begins = heading && slides.find((other) => other.heading === heading) === slide;
    conceal(true);
    deck.close();
    html.classList.remove("bp-presenting");
    chrome.remove();
    if (document.fullscreenElement === html) document.exitFullscreen();
    ended();
    const back = before.focus?.isConnected ? before.focus : root ?? deck.place;
    back.focus({ preventScroll: true });
    if (top === first) window.scrollTo(0, before.scroll);
    else (begins ? heading : top).scrollIntoView({ block: "start" });
  }

  document.body.append(chrome);
  html.classList.add("bp-presenting");
  deck.open(relaid);
  slides = deck.slides();
  show(find(from));
  [first] = slide.elements;
  raise();
  focusSlide();
  requestAnimationFrame(() => announce("Presenting. "));
  wake();

  /** In front of what is in full screen, too. */
  function raise() {
    for (const part of [deck.place, chrome]) {
      if (!part.popover) continue;
      part.hidePopover();
      part.showPopover();
    }
  }

  listen(document, "fullscreenchange", raise);
  listen(document, "pointermove", wake);
  listen(chrome, "focusin", wake);
  window.addEventListener("keydown", onKey, { capture: true, signal: listening.signal });
  document.addEventListener("click", onClick, { capture: true, signal: listening.signal });
  listen(window, "pagehide", () => notes.close());
  return leave;
}

// ---- a widget on its own, where the page is not ours ----

/** Let a widget be presented; a page of Voilà does that with the whole chapter.
 * @param {HTMLElement} root @param {AbortController} listening ends with the view */
export function presentable(root, listening) {
  if (document.querySelector(".bp-page")) return;
  const title = root.getAttribute("aria-label");
  const slide = { title, elements: [root], root };
  const deck = {
    place: root,
    slides: () => [slide],
    open() {
      root.popover = "manual";
      document.documentElement.classList.add("bp-alone");
    },
    shown() {},
    plan: () => [],
    close() {
      root.popover = null;
      document.documentElement.classList.remove("bp-alone");
    },
  };
  const toggle = () => togglePresenting(deck, root);
  const { signal } = listening;
  const button = make("button", "bp-present", "Present (P)");
  button.type = "button";
  root.querySelector(".bp-controls").append(button);
  button.addEventListener("click", toggle, { signal });
  root.addEventListener("keydown", (event) => {
    if (!isTaken(event) && event.key.toLowerCase() === "p") toggle();
  }, { signal });
  signal.addEventListener("abort", () => root.classList.contains("is-presented") && here.leave());
}
