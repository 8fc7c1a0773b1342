// Steps through a walk that Python has computed: graph, equation, sentence, controls.
// Everything is looked up inside the view's own element, because a page may show it twice.

/**
 * @typedef {{symbols: string, numbers: string}} EquationMarkup MathML; a number's place is a `.slot`
 * @typedef {{phase: string, title: string, nodes: string[], edges: string[], receiving: string[],
 *   direction: string, bookmark: string, equations: EquationMarkup[]}} ScriptStep
 * @typedef {{sentence: string, spoken: string, numbers: string[][],
 *   shows: [slot: string, text: string, role: string][]}} NumberStep
 * @typedef {Map<string, {text: string, role: string, fresh: boolean}>} Snapshot
 */

const PHASES = ["forward", "error", "backward", "update"];
const GRANULARITIES = { neuron: "Neuron by neuron", layer: "Layer by layer" };
const PLAY_INTERVAL_MS = 2400;
const PULSE = { duration: 1300, iterations: 3, easing: "ease-in-out" };
const SMALLEST_FIT = 0.62;
const SVG = "http://www.w3.org/2000/svg";

const TEMPLATE = `
<div class="bp-bar">
  <div class="bp-phases" role="tablist" aria-label="Phases"></div>
  <span class="bp-count"></span>
</div>
<div class="bp-stage" role="tabpanel">
  <div class="bp-picture"></div>
  <div class="bp-telling">
    <p class="bp-title"></p>
    <div role="status" class="bp-sentence"><p></p><p class="bp-aside bp-unseen"></p></div>
    <div class="bp-equations"></div>
  </div>
  <div class="bp-controls">
    <button type="button" data-go="first" aria-label="First step" title="First step (Home)">⇤</button>
    <button type="button" data-go="previous" aria-label="Previous step" title="Previous step (←)">←</button>
    <button type="button" data-go="play" class="bp-play" title="Play or pause (space)">Play</button>
    <button type="button" data-go="next" aria-label="Next step" title="Next step (→)">→</button>
    <button type="button" data-go="last" aria-label="Last step" title="Last step (End)">⇥</button>
    <input type="range" min="0" step="1" aria-label="Step">
    <select aria-label="How much a step takes in"></select>
  </div>
  <p class="bp-problem" role="alert"></p>
</div>
<div class="bp-facts"><div class="bp-known"></div><div class="bp-check"><span></span><p></p></div></div>
<div class="bp-bookmarks" role="group" aria-label="The way back, picture by picture"></div>`;

/** What every place of the graph shows at every step: shows add up from step to step.
 * @param {NumberStep[]} steps @returns {Snapshot[]} */
function snapshots(steps) {
  let before = new Map();
  return steps.map(({ shows }) => {
    const now = new Map([...before].map(([slot, shown]) => [slot, { ...shown, fresh: false }]));
    for (const [slot, text, role] of shows) now.set(slot, { text, role, fresh: true });
    before = now;
    return now;
  });
}

/** The step of another granularity that tells the same part of the walk.
 * @param {ScriptStep} step @param {ScriptStep[]} others */
function counterpart(step, others) {
  const parts = (s) => [...s.edges, ...s.receiving.map((n) => `to ${n}`), ...s.nodes];
  const mine = new Set(parts(step));
  let [best, most] = [0, -1];
  others.forEach((other, place) => {
    if (other.phase !== step.phase) return;
    const theirs = parts(other);
    const shared = theirs.filter((part) => mine.has(part)).length;
    const score = shared / (mine.size + theirs.length - shared || 1);
    if (score > most) [best, most] = [place, score];
  });
  return best;
}

/** The classes that tie a term to the graph, or a part of the graph to its terms.
 * @param {Element | null} target @param {Element} root */
function tieOf(target, root) {
  for (let e = target; e && e !== root; e = e.parentElement) {
    const ties = [...e.classList].filter((name) => /^(node|edge)-/.test(name));
    if (ties.length) return ties;
  }
  return [];
}

/** @param {string} markup @param {string[]} numbers */
function fill(markup, numbers) {
  const box = document.createElement("div");
  box.innerHTML = markup;
  box.querySelectorAll(".slot").forEach((slot, i) => { slot.textContent = numbers[i]; });
  return box.firstElementChild;
}

/** @param {Element} edge the two ends of its shaft */
function ends(edge) {
  const d = edge.querySelector(".shaft").getAttribute("d");
  const [x1, y1, x2, y2] = d.match(/-?[\d.]+/g).map(Number);
  return [{ x: x1, y: y1 }, { x: x2, y: y2 }];
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "bp-walk";
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Walkthrough");
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab would take the arrow keys
  root.innerHTML = TEMPLATE;
  el.append(root);

  const $ = (selector) => root.querySelector(selector);
  const parts = {
    count: $(".bp-count"), picture: $(".bp-picture"), title: $(".bp-title"),
    sentence: $(".bp-sentence p"), aside: $(".bp-aside"), equations: $(".bp-equations"),
    slider: $("input[type=range]"), granularity: $("select"), play: $(".bp-play"),
    problem: $(".bp-problem"), facts: $(".bp-known"), check: $(".bp-check"), bookmarks: $(".bp-bookmarks"),
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const listening = new AbortController();
  const listen = (target, type, action) =>
    target.addEventListener(type, action, { signal: listening.signal });
  let memory = { of: null, snapshots: [] }; // snapshots of the numbers that were painted last
  let playing = 0;     // the timer, while it plays
  let editor = null;   // the field that is open in the graph

  const script = () => model.get("script")[model.get("by")];
  const numbers = () => model.get("numbers")[model.get("by")].steps;
  const here = () => Math.min(model.get("step"), script().length - 1);

  // ---- moving ----

  function go(step) {
    const inside = Math.max(0, Math.min(step, script().length - 1));
    if (inside === model.get("step")) return;
    model.set("step", inside); // repaints through change:step, without the kernel
    model.save_changes();
  }

  function play(on = !playing) {
    clearInterval(playing);
    playing = 0;
    if (on) {
      if (here() === script().length - 1) go(0);
      playing = setInterval(() => {
        go(here() + 1);
        if (here() === script().length - 1) play(false);
      }, PLAY_INTERVAL_MS);
    }
    parts.play.textContent = playing ? "Pause" : "Play";
  }

  const moves = {
    first: () => go(0), previous: () => go(here() - 1), play: () => play(),
    next: () => go(here() + 1), last: () => go(script().length - 1),
  };
  const KEYS = {
    ArrowLeft: "previous", ArrowUp: "previous", ArrowRight: "next", ArrowDown: "next",
    Home: "first", End: "last", " ": "play",
  };

  function onKey(event) {
    const move = KEYS[event.key];
    const typing = event.target.closest("input:not([type=range]), select");
    const presses = event.key === " " && event.target.closest("button");
    if (!move || typing || presses || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (move !== "play") play(false);
    moves[move]();
  }

  function changeGranularity(by, step = counterpart(script()[here()], model.get("script")[by])) {
    model.set({ by, step });
    model.save_changes();
  }

  function openBookmark(name) {
    play(false);
    const step = model.get("script").neuron.findIndex((s) => s.bookmark === name);
    if (model.get("by") === "neuron") go(step);
    else changeGranularity("neuron", step);
  }

  // ---- painting ----

  function buildPhases() {
    const tabs = PHASES.map((phase) => {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.setAttribute("role", "tab");
      tab.dataset.phase = phase;
      tab.textContent = phase[0].toUpperCase() + phase.slice(1);
      return tab;
    });
    $(".bp-phases").replaceChildren(...tabs);
    for (const [by, name] of Object.entries(GRANULARITIES)) {
      parts.granularity.append(new Option(name, by));
    }
  }

  function buildGraph() {
    parts.picture.innerHTML = model.get("graph");
    for (const edge of parts.picture.querySelectorAll(".edge")) {
      const reach = edge.querySelector(".shaft").cloneNode();
      reach.setAttribute("class", "reach"); // a wide, unseen line that is easy to hit
      edge.prepend(reach);
    }
    buildBookmarks();
  }

  function buildBookmarks() {
    const marked = model.get("script").neuron.filter((step) => step.bookmark);
    parts.bookmarks.replaceChildren(...marked.map((step) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.bookmark = step.bookmark;
      const small = parts.picture.querySelector("svg").cloneNode(true);
      small.querySelectorAll("text, .reach").forEach((part) => part.remove());
      small.removeAttribute("role");
      small.removeAttribute("aria-label");
      small.setAttribute("aria-hidden", "true");
      light(small, step);
      button.append(small, step.title);
      return button;
    }));
  }

  /** Light a step's nodes and edges in a graph. */
  function light(graph, step) {
    for (const part of graph.querySelectorAll(".node, .edge")) {
      part.classList.remove("is-lit", "is-back", "is-receiving");
    }
    const each = (names, prefix, ...classes) => {
      for (const name of names) graph.querySelector(`.${prefix}-${name}`)?.classList.add(...classes);
    };
    each(step.nodes, "node", "is-lit");
    each(step.receiving, "node", "is-receiving");
    each(step.edges, "edge", "is-lit", ...(step.direction === "backward" ? ["is-back"] : []));
  }

  function pulse(step) {
    parts.picture.querySelectorAll(".pulse").forEach((dot) => dot.remove());
    if (!step.direction || still.matches) return;
    for (const name of step.edges) {
      const edge = parts.picture.querySelector(`.edge-${name}`);
      const [from, to] = step.direction === "backward" ? ends(edge).reverse() : ends(edge);
      const dot = document.createElementNS(SVG, "circle");
      dot.setAttribute("class", "pulse");
      dot.setAttribute("r", "5.5");
      edge.insertBefore(dot, edge.querySelector("text")); // under the number, if there is one
      const at = ({ x, y }) => `translate(${x}px, ${y}px)`;
      dot.animate([{ transform: at(from) }, { transform: at(to) }], PULSE).onfinish = () =>
        dot.remove();
    }
  }

  function paintGraph() {
    const step = script()[here()];
    light(parts.picture, step);
    const snapshot = allSnapshots()[here()];
    for (const text of parts.picture.querySelectorAll("text:not(.name)")) {
      const slot = [...text.classList].find((name) => snapshot.has(name));
      const value = snapshot.get(slot);
      const shown = value?.text ?? "";
      if (text.textContent !== shown) text.textContent = shown; // else it is laid out anew
      text.dataset.role = value?.role ?? "";
      text.classList.toggle("is-fresh", Boolean(value?.fresh) && here() > 0);
    }
  }

  function paintEquations() {
    const step = script()[here()];
    const values = numbers()[here()].numbers;
    const focused = parts.equations.contains(root.getRootNode().activeElement);
    parts.equations.classList.toggle("is-long", step.equations.length > 4);
    parts.equations.replaceChildren(...step.equations.map(({ symbols, numbers }, i) => {
      const pair = document.createElement("div");
      pair.className = "bp-equation";
      pair.append(fill(symbols, []));
      if (numbers) pair.append(fill(numbers, values[i]));
      pair.firstChild.classList.add("bp-symbols");
      pair.children[1]?.classList.add("bp-numbers");
      for (const term of pair.firstChild.querySelectorAll(".term")) term.setAttribute("tabindex", "0");
      return pair;
    }));
    if (focused) root.focus({ preventScroll: true }); // the keys go on working
    fitEquations();
  }

  /** Let a line that is wider than its place shrink a little, before it has to be scrolled. */
  function fitEquations() {
    const pairs = [...parts.equations.children];
    pairs.forEach((pair) => pair.removeAttribute("style"));
    const fits = pairs.map((pair) => pair.clientWidth / pair.scrollWidth); // one layout for all
    pairs.forEach((pair, i) => {
      if (fits[i] < 1) pair.style.setProperty("--fit", Math.max(SMALLEST_FIT, 0.985 * fits[i]));
    });
  }

  function paintStep() {
    const [step, said, steps] = [script()[here()], numbers()[here()], script()];
    root.dataset.step = here();
    root.dataset.steps = steps.length;
    root.dataset.phase = step.phase;
    for (const tab of root.querySelectorAll("[role=tab]")) {
      tab.setAttribute("aria-selected", String(tab.dataset.phase === step.phase));
    }
    $(".bp-stage").setAttribute("aria-label", step.title);
    parts.count.textContent = `Step ${here() + 1} of ${steps.length}`;
    parts.title.textContent = step.title;
    parts.sentence.textContent = said.sentence;
    parts.aside.textContent = said.spoken;
    parts.slider.max = String(steps.length - 1);
    parts.slider.value = String(here());
    parts.slider.style.setProperty("--done", `${(100 * here()) / (steps.length - 1)}%`);
    parts.slider.setAttribute("aria-valuetext", `Step ${here() + 1} of ${steps.length}: ${step.title}`);
    parts.granularity.value = model.get("by");
    const [atStart, atEnd] = [here() === 0, here() === steps.length - 1];
    for (const [move, off] of Object.entries({ first: atStart, previous: atStart, next: atEnd, last: atEnd })) {
      $(`[data-go=${move}]`).setAttribute("aria-disabled", String(off));
    }
    for (const mark of parts.bookmarks.children) {
      const current = mark.dataset.bookmark === step.bookmark;
      if (current) mark.setAttribute("aria-current", "step");
      else mark.removeAttribute("aria-current");
    }
    paintGraph();
    paintEquations();
    pulse(step);
  }

  function paintFacts() {
    const { facts, check } = model.get("numbers");
    parts.facts.replaceChildren(...facts.map(([name, value]) => {
      const fact = document.createElement("span");
      const strong = document.createElement("b");
      strong.textContent = value;
      fact.append(`${name} `, strong);
      return fact;
    }));
    parts.check.classList.toggle("is-warning", !check.ok);
    parts.check.firstChild.textContent = `${check.ok ? "✓" : "⚠"} ${check.finding}`;
    parts.check.lastChild.textContent = check.reason;
  }

  function allSnapshots() {
    if (memory.of !== numbers()) memory = { of: numbers(), snapshots: snapshots(numbers()) };
    return memory.snapshots;
  }

  function paintNumbers() {
    paintFacts();
    paintStep();
  }

  function paintProblem() {
    parts.problem.textContent = model.get("problem");
    if (!model.get("problem") && editor?.hasAttribute("aria-invalid")) {
      closeEditor(root.getRootNode().activeElement === editor);
    }
  }

  // ---- pointing: a term and its edge or node light each other ----

  function point(event) {
    root.querySelectorAll(".is-pointed").forEach((part) => part.classList.remove("is-pointed"));
    const leaves = event.type === "pointerleave" || event.type === "focusout";
    const inside = event.target instanceof Element && event.target.closest(".bp-picture, .bp-equations");
    if (leaves || !inside) return;
    for (const tie of tieOf(event.target, root)) {
      root.querySelectorAll(`.bp-picture .${tie}, .bp-equations .${tie}`)
        .forEach((part) => part.classList.add("is-pointed"));
    }
  }

  // ---- editing a weight or a bias in place ----

  /** The parameter that a part of the graph, or a term, stands for. */
  function slotOf(target) {
    const text = target.closest(".weight, .bias");
    const named = text && [...text.classList].find((name) => /^(weight|bias)-/.test(name));
    if (named) return named;
    const tied = target.closest(".edge, .role-weight");
    const [tie = ""] = tied ? tieOf(tied, root) : [];
    const slot = tie.replace(/^edge-/, "weight-").replace(/^node-/, "bias-");
    return slot in model.get("numbers").parameters ? slot : null;
  }

  function openEditor(slot) {
    const parameter = slot && model.get("numbers").parameters[slot];
    const label = slot && parts.picture.querySelector(`text.${slot}`);
    if (!model.get("editable") || !parameter || !label) return;
    closeEditor();
    play(false);
    const what = slot.startsWith("weight") ? "Weight" : "Bias";
    // Under Update the graph shows where the number goes; what is edited is where it comes from.
    const when = script()[here()].phase === "update" ? " before the update" : "";
    const now = () => model.get("numbers").parameters[slot].text;
    editor = document.createElement("input");
    Object.assign(editor, { className: "bp-editor", value: now(), inputMode: "text" });
    editor.setAttribute("aria-label", `${what} ${parameter.name}${when}`);
    editor.title = `${parameter.name}${when}`;
    editor.dataset.slot = slot;
    parts.picture.append(editor);
    placeEditor();
    editor.addEventListener("keydown", (event) => {
      if (event.key === "Enter") send();
      if (event.key === "Escape") {
        if (editor.dataset.sent) send(now()); // takes a refused text back
        closeEditor(true);
      }
      event.stopPropagation();
    });
    editor.addEventListener("change", () => send());
    editor.addEventListener("blur", () => editor?.value === now() && closeEditor());
    editor.focus();
    editor.select();
  }

  function placeEditor() {
    if (!editor) return;
    const frame = parts.picture.getBoundingClientRect();
    const around = parts.picture.querySelector(`text.${editor.dataset.slot}`).getBoundingClientRect();
    const centre = around.left + around.width / 2 - frame.left;
    editor.style.left = `${Math.max(44, Math.min(frame.width - 44, centre))}px`;
    editor.style.top = `${around.top + around.height / 2 - frame.top}px`;
  }

  function send(text = editor?.value) {
    if (!editor || text === editor.dataset.sent) return;
    editor.dataset.sent = text;
    editor.dataset.ticket = String(Math.random()); // no other view's, nor an earlier page's
    model.set("edit", { slot: editor.dataset.slot, text, ticket: editor.dataset.ticket });
    model.save_changes();
  }

  function closeEditor(refocus = false) {
    if (!editor) return;
    const closing = editor;
    editor = null; // first: to remove a focused field blurs it, which would send it again
    closing.remove();
    if (refocus) root.focus({ preventScroll: true });
  }

  function onAnswer() {
    const { ticket, taken } = model.get("answer");
    if (!editor || editor.dataset.ticket !== ticket) return;
    if (taken) closeEditor(document.activeElement === editor);
    else editor.setAttribute("aria-invalid", "true");
  }

  // ---- wiring ----

  buildPhases();
  buildGraph();
  paintNumbers();
  paintProblem();

  listen(root, "keydown", onKey);
  listen(root, "click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.go) {
      if (button.dataset.go !== "play") play(false);
      moves[button.dataset.go]();
    } else if (button?.dataset.phase) {
      play(false);
      go(script().findIndex((step) => step.phase === button.dataset.phase));
    } else if (button?.dataset.bookmark) openBookmark(button.dataset.bookmark);
    else if (target.closest(".bp-picture svg, .bp-equations")) openEditor(slotOf(target));
  });
  listen(parts.equations, "keydown", (event) => {
    if (event.key === "Enter") openEditor(slotOf(event.target));
  });
  listen(parts.slider, "input", () => { play(false); go(Number(parts.slider.value)); });
  listen(parts.granularity, "change", () => changeGranularity(parts.granularity.value));
  for (const type of ["pointerover", "pointerleave", "focusin", "focusout"]) listen(root, type, point);

  let width = 0;
  const resized = new ResizeObserver(([{ contentRect }]) => {
    if (width && contentRect.width !== width) { // a step changes the height alone
      fitEquations();
      placeEditor();
    }
    width = contentRect.width;
  });
  resized.observe(parts.equations);

  const onStep = () => paintStep();
  const onStructure = () => { buildGraph(); paintNumbers(); };
  const watched = {
    "change:step": onStep, "change:by": paintNumbers, "change:numbers": paintNumbers,
    "change:script": onStructure, "change:graph": onStructure,
    "change:problem": paintProblem, "change:answer": onAnswer,
  };
  for (const [name, action] of Object.entries(watched)) model.on(name, action);
  const editableNow = () => root.classList.toggle("is-editable", model.get("editable"));
  model.on("change:editable", editableNow);
  editableNow();

  return () => {
    play(false);
    listening.abort();
    resized.disconnect();
    for (const [name, action] of Object.entries(watched)) model.off(name, action);
    model.off("change:editable", editableNow);
  };
}

export default { render };
