// What several widgets share: `bundle.py` puts it before the file of each of them (a page of Voilà,
// which presents them, imports some of it).
// Everything is looked up inside a view's own element, because a page may show a widget twice.

const SVG = "http://www.w3.org/2000/svg";
const PLAY_INTERVAL_MS = 2400;
const PULSE = { duration: 1300, iterations: 3, easing: "ease-in-out" };
const SMALLEST_FIT = 0.62;

// ---- elements ----

/** An element with a class and a text. */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** Write a text, if it is another one: a live region would say the same again. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The element of a view. @param {string} template our own, without a word of anybody else's */
function makeGroup(el, className, template, label = "") {
  const root = make("div", `bp ${className}`);
  root.setAttribute("role", "group");
  if (label) root.setAttribute("aria-label", label);
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab would take the arrow keys
  root.innerHTML = template;
  // JupyterLab would take Enter, too: a number would not be read, a text would have one line.
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input, textarea")) event.stopPropagation();
  });
  el.append(root);
  return root;
}

/** The element of a view that the keyboard can reach as a whole. */
function makeRoot(el, className, template, label = "") {
  const root = makeGroup(el, className, template, label);
  root.tabIndex = 0;
  return root;
}

/** Listen to a model. @param {Object<string, Function>} watched @returns {() => void} ends it */
function watch(model, watched) {
  for (const [name, action] of Object.entries(watched)) model.on(name, action);
  return () => {
    for (const [name, action] of Object.entries(watched)) model.off(name, action);
  };
}

/** Do something when an element becomes wider or narrower; a step changes its height alone. */
function onWidth(element, action) {
  let width = 0;
  const resized = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width !== width) action();
    width = contentRect.width;
  });
  resized.observe(element);
  return resized;
}

/** A listener that ends with the view. @returns {[listen: Function, listening: AbortController]} */
export function listener() {
  const listening = new AbortController();
  const listen = (target, type, action) =>
    target.addEventListener(type, action, { signal: listening.signal });
  return [listen, listening];
}

/** A name that no other element of the page has. */
function unique(name) {
  return `${name}-${Math.random().toString(36).slice(2)}`;
}

// ---- the graph ----

/** The classes that tie a term to the graph, or a part of the graph to its terms.
 * @param {Element | null} target @param {Element} root */
export function tieOf(target, root) {
  for (let e = target; e && e !== root; e = e.parentElement) {
    const ties = [...e.classList].filter((name) => /^(node|edge)-/.test(name));
    if (ties.length) return ties;
  }
  return [];
}

/** The weight or bias that a part of the graph, or a term, stands for: "weight-f1-f3", or "".
 * @param {Element} target @param {string} parts what counts besides the numbers in the graph */
function slotOf(target, root, parts = ".edge, .node") {
  const text = target.closest("text:is(.weight, .bias)");
  const named = text && [...text.classList].find((name) => /^(weight|bias)-/.test(name));
  const [tie = ""] = named ? [] : tieOf(target.closest(parts), root);
  return named ?? tie.replace(/^edge-/, "weight-").replace(/^node-/, "bias-");
}

/** The parts of a graph that a weight or bias has: its edge or node, and its number. */
function partsOf(picture, slot) {
  const tie = slot.replace(/^weight-/, "edge-").replace(/^bias-/, "node-");
  return picture.querySelectorAll(`.${CSS.escape(tie)}, text.${CSS.escape(slot)}`);
}

/** Mark the weight or bias that is picked in a graph, and no other. */
function markPicked(picture, slot) {
  picture.querySelectorAll(".is-picked").forEach((part) => part.classList.remove("is-picked"));
  if (slot) partsOf(picture, slot).forEach((part) => part.classList.add("is-picked"));
}

/** Give each edge a wide, unseen line that is easy to hit. */
function addReaches(picture) {
  for (const edge of picture.querySelectorAll(".edge:has(.shaft)")) {
    const reach = edge.querySelector(".shaft").cloneNode();
    reach.setAttribute("class", "reach");
    edge.prepend(reach);
  }
}

/** Light parts of a graph: `lit` are lists of a part's class and the classes it gets. */
function light(graph, lit) {
  for (const part of graph.querySelectorAll(".node, .edge")) {
    part.classList.remove("is-lit", "is-back", "is-receiving");
  }
  for (const [name, ...classes] of lit) {
    graph.querySelectorAll(`.${CSS.escape(name)}`).forEach((part) => part.classList.add(...classes));
  }
}

/** @param {Element} edge the two ends of its shaft */
function ends(edge) {
  const d = edge.querySelector(".shaft").getAttribute("d");
  const [x1, y1, x2, y2] = d.match(/-?[\d.]+/g).map(Number);
  return [{ x: x1, y: y1 }, { x: x2, y: y2 }];
}

/** Let pulses run along edges, from their tail or back to it. */
function pulse(picture, edges, backward) {
  picture.querySelectorAll(".pulse").forEach((dot) => dot.remove());
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const name of edges) {
    const edge = picture.querySelector(`.${CSS.escape(name)}:has(.shaft)`);
    if (!edge) continue;
    const [from, to] = backward ? ends(edge).reverse() : ends(edge);
    const dot = document.createElementNS(SVG, "circle");
    dot.setAttribute("class", "pulse");
    dot.setAttribute("r", "5.5");
    edge.insertBefore(dot, edge.querySelector("text")); // under the number, if there is one
    const at = ({ x, y }) => `translate(${x}px, ${y}px)`;
    dot.animate([{ transform: at(from) }, { transform: at(to) }], PULSE).onfinish = () =>
      dot.remove();
  }
}

/** A term and its edge or node light each other, under the pointer or the focus. */
function pointing(root, listen) {
  const places = [".bp-picture", ".bp-equations"];
  const point = (event) => {
    root.querySelectorAll(".is-pointed").forEach((part) => part.classList.remove("is-pointed"));
    const leaves = event.type === "pointerleave" || event.type === "focusout";
    const inside = event.target instanceof Element && event.target.closest(places.join());
    if (leaves || !inside) return;
    for (const tie of tieOf(event.target, root)) {
      root.querySelectorAll(places.map((place) => `${place} .${CSS.escape(tie)}`).join())
        .forEach((part) => part.classList.add("is-pointed"));
    }
  };
  for (const type of ["pointerover", "pointerleave", "focusin", "focusout"]) listen(root, type, point);
}

// ---- equations: MathML that our own kernel made from our own formulas ----

/** @typedef {{symbols: string, numbers: string, names: string[], values: string[]}} ToldEquation
 * a number's place in the MathML is a `.slot`; names begin with the result, values end with it */

/** What an element of class `bp-equation` shows. @type {WeakMap<Element, ToldEquation>} */
const TOLD = new WeakMap();

/** MathML with texts in its slots. @param {string} markup @param {string[]} numbers */
function fill(markup, numbers) {
  const box = document.createElement("div");
  box.innerHTML = markup;
  refill(box, numbers);
  return box.firstElementChild;
}

function refill(box, numbers) {
  box.querySelectorAll(".slot").forEach((slot, i) => { slot.textContent = numbers[i] ?? ""; });
}

/** Write equations into a box. What only gets other numbers stays, and so do focus and pointer.
 * @param {Element} box @param {ToldEquation[]} equations */
function writeEquations(box, equations) {
  const here = [...box.children];
  const active = () => box.contains(box.getRootNode().activeElement);
  const focused = active();
  const pairs = equations.map((told, i) => {
    const before = here[i] && TOLD.get(here[i]);
    const same = before && before.symbols === told.symbols && before.numbers === told.numbers;
    const pair = same ? here[i] : equationPair(told);
    if (same) refill(pair, told.values);
    TOLD.set(pair, told);
    return pair;
  });
  box.classList.toggle("is-long", equations.length > 4);
  if (pairs.length !== here.length || pairs.some((pair, i) => pair !== here[i])) {
    box.replaceChildren(...pairs);
    if (focused && !active()) box.closest(".bp").focus({ preventScroll: true }); // keys go on working
  }
  markNew(pairs, equations);
  fit(pairs);
}

/** Mark the numbers that come out of the equations, wherever they stand in them.
 * @param {Element[]} pairs @param {ToldEquation[]} equations */
function markNew(pairs, equations) {
  const results = new Set(equations.map(({ names }) => names?.[0]));
  pairs.forEach((pair, i) => {
    const slots = [...pair.querySelectorAll(".bp-numbers .slot")];
    slots.forEach((slot, n) => {
      const isNew = n === slots.length - 1 || results.has(equations[i].names?.[n + 1]);
      slot.classList.toggle("is-new", isNew);
    });
  });
}

function equationPair({ symbols, numbers, values }) {
  const pair = make("div", "bp-equation");
  pair.append(fill(symbols, []));
  if (numbers) pair.append(fill(numbers, values));
  pair.firstChild.classList.add("bp-symbols");
  pair.children[1]?.classList.add("bp-numbers");
  for (const term of pair.firstChild.querySelectorAll(".term")) term.setAttribute("tabindex", "0");
  return pair;
}

/** Let lines that are wider than their places shrink a little, before they have to be scrolled.
 * @param {Element[]} boxes */
function fit(boxes) {
  boxes.forEach((box) => box.style.removeProperty("--fit"));
  const fits = boxes.map((box) => box.clientWidth / box.scrollWidth); // one layout for all
  boxes.forEach((box, n) => {
    if (fits[n] < 1) box.style.setProperty("--fit", Math.max(SMALLEST_FIT, 0.985 * fits[n]));
  });
}

/** Equations wider than the page scroll in their own box, and then the keyboard reaches them. */
function markScrollable(box) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Equation, wider than the page");
  } else {
    box.removeAttribute("tabindex");
    box.removeAttribute("role");
    box.removeAttribute("aria-label");
  }
}

/** Make a line one stop of the keyboard, at one of its terms, however many it has. */
function oneStop(line) {
  line.querySelectorAll(".term").forEach((term, n) => term.setAttribute("tabindex", n ? "-1" : "0"));
}

/** Let the arrow keys move among the terms of a line that is `oneStop`. */
function moveAmongTerms(root, listen) {
  const ways = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  listen(root, "keydown", (event) => {
    const way = ways[event.key];
    const term = event.target.closest(".term");
    if (!way || !term || event.ctrlKey || event.metaKey || event.altKey) return;
    const terms = [...term.closest("math").querySelectorAll(".term")];
    const place = Math.max(0, Math.min(terms.length - 1, terms.indexOf(term) + way));
    event.preventDefault();
    term.setAttribute("tabindex", "-1");
    terms[place].setAttribute("tabindex", "0");
    terms[place].focus();
  });
}

/** Name and present value of a term of a `bp-equation`. @returns {[string?, string?]} */
function nameAndValue(term) {
  const pair = term.closest(".bp-equation");
  const { names, values } = (pair && TOLD.get(pair)) ?? {};
  if (!names?.length || !values?.length) return [];
  const line = term.closest("math");
  const place = [...line.querySelectorAll(".term")].indexOf(term);
  // symbols begin with the result, the line of numbers ends with it
  const n = line.classList.contains("bp-numbers") ? (place + 1) % names.length : place;
  return [names[n], values[n ? n - 1 : values.length - 1]];
}

// ---- tooltips ----

/** An element for the text of a tooltip, which is its only child. */
function makeTip(root) {
  const tip = make("div", "bp-tip");
  tip.id = unique("bp-tip");
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  tip.append(make("span"));
  root.append(tip);
  return tip;
}

/** Say what a term means and what it is now, beside it, under the pointer or the focus.
 * @param {(term: Element) => [name?: string, value?: string]} tell
 * @returns {() => void} to be called when what is told may have changed */
function tooltips(root, listen, tell = nameAndValue) {
  const tip = makeTip(root);
  let term = null;

  function hide() {
    term?.removeAttribute("aria-describedby");
    term = null;
    tip.hidden = true;
  }

  function show(next) {
    const [name, value] = tell(next);
    if (!name) return hide();
    if (next !== term) hide();
    term = next;
    term.setAttribute("aria-describedby", tip.id);
    const [, plain] = /^\((.*)\)$/.exec(value ?? "") ?? [null, value]; // brackets belong to its line
    tip.firstChild.textContent = plain ? `${name}: ${plain}` : name;
    tip.hidden = false;
    place();
  }

  /** Above the term, or below it where there is no room; never beyond the edge of the page. */
  function place() {
    const [around, at] = [root.getBoundingClientRect(), term.getBoundingClientRect()];
    const { width, height } = tip.getBoundingClientRect();
    const page = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(page - 8 - width, at.left + at.width / 2 - width / 2));
    const top = at.top - height < 4 ? at.bottom : at.top - height;
    const zoom = root.currentCSSZoom ?? 1; // of a slide
    tip.style.left = `${(left - around.left) / zoom - root.clientLeft}px`;
    tip.style.top = `${(top - around.top) / zoom - root.clientTop}px`;
  }

  const termAt = (target) => (target instanceof Element ? target.closest(".term") : null);
  const follow = ({ target }) => {
    const next = termAt(target);
    if (next) show(next);
    else if (!tip.contains(target)) hide();
  };
  listen(root, "pointerover", follow);
  listen(root, "focusin", follow);
  // a finger that is lifted leaves too, but what it has touched is to be read
  listen(root, "pointerleave", ({ pointerType }) => pointerType !== "touch" && hide());
  listen(root, "focusout", hide);
  listen(document, "pointerdown", ({ target }) => !root.contains(target) && hide());
  listen(document, "keydown", ({ key }) => key === "Escape" && hide());
  return () => {
    if (term?.isConnected) show(term);
    else hide();
  };
}

// ---- the way through steps ----

const STEPPING = `
<button type="button" data-go="first" aria-label="First step" title="First step (Home)">⇤</button>
<button type="button" data-go="previous" aria-label="Previous step" title="Previous step (←)">←</button>
<button type="button" data-go="play" class="bp-play" title="Play or pause (space)">Play</button>
<button type="button" data-go="next" aria-label="Next step" title="Next step (→)">→</button>
<button type="button" data-go="last" aria-label="Last step" title="Last step (End)">⇥</button>
<input type="range" class="bp-step" min="0" step="1" aria-label="Step">`;
const KEYS = {
  ArrowLeft: "previous", ArrowUp: "previous", ArrowRight: "next", ArrowDown: "next",
  Home: "first", End: "last", " ": "play",
};

/** The buttons and the slider of `STEPPING` inside the root, its keys, and its `.bp-count`: they
 * move the model's `step`, as `go` does.
 * @param {() => number} length how many steps there are
 * @returns {{paint: (title: string, next?: string) => void, play: (on?: boolean) => void, here: () => number,
 *   go: (step: number) => void}} `go` may be asked for a step that there is not */
function stepping(root, listen, model, length) {
  const [slider, button] = [root.querySelector(".bp-step"), root.querySelector(".bp-play")];
  let playing = 0; // the timer, while it plays

  const inside = (step) => Math.max(0, Math.min(step, length() - 1));
  const here = () => inside(model.get("step"));

  function go(step) {
    if (inside(step) === model.get("step")) return;
    model.set("step", inside(step)); // repaints through change:step, without the kernel
    model.save_changes();
  }

  function play(on = !playing) {
    clearInterval(playing);
    playing = 0;
    if (on) {
      if (here() === length() - 1) go(0);
      playing = setInterval(() => {
        go(here() + 1);
        if (here() >= length() - 1) play(false);
      }, PLAY_INTERVAL_MS);
    }
    button.textContent = playing ? "Pause" : "Play";
  }

  const moves = {
    first: () => go(0), previous: () => go(here() - 1), play: () => play(),
    next: () => go(here() + 1), last: () => go(length() - 1),
  };

  function move(name) {
    if (name !== "play") play(false); // who steps by hand has taken over
    moves[name]();
  }

  listen(root, "keydown", (event) => {
    const name = KEYS[event.key];
    const typing = event.target !== slider && event.target.closest("input, select, textarea");
    const presses = event.key === " " && event.target.closest("button, summary");
    if (!name || !length() || typing || presses) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    move(name);
  });
  listen(root, "click", ({ target }) => {
    const name = target.closest("button")?.dataset.go;
    if (name) move(name);
  });
  listen(slider, "input", () => { play(false); go(Number(slider.value)); });

  function paint(title, next = "") {
    const [step, last] = [here(), length() - 1];
    const count = `Step ${step + 1} of ${last + 1}`;
    root.dataset.step = step;
    root.dataset.steps = last + 1;
    root.dataset.next = next;
    root.querySelector(".bp-count").textContent = count;
    slider.max = String(last);
    slider.value = String(step);
    slider.style.setProperty("--done", `${last ? (100 * step) / last : 0}%`);
    slider.setAttribute("aria-valuetext", title ? `${count}: ${title}` : count);
    const ends = { first: 0, previous: 0, next: last, last };
    for (const [name, end] of Object.entries(ends)) {
      root.querySelector(`[data-go=${name}]`).setAttribute("aria-disabled", String(step === end));
    }
  }

  return { paint, play, here, go };
}
