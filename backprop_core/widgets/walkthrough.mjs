// Steps through a walk that Python has computed: graph, equation, sentence, controls.

/**
 * @typedef {{phase: string, title: string, nodes: string[], edges: string[], receiving: string[],
 *   direction: string, bookmark: string, question: string, listen: string, note?: string,
 *   equations: (Spelled | string)[]}} ScriptStep
 * @typedef {{symbols: string, numbers: string, names: string[]}} Spelled
 * @typedef {{sentence: string, spoken: string, numbers: string[][],
 *   shows: [slot: string, text: string, role: string][]}} NumberStep
 */

const PHASES = ["forward", "error", "backward", "update"];
const MOST_PULSES = 40; // more are a swarm, in which nobody sees a direction
const GRANULARITIES = { neuron: "Neuron by neuron", layer: "Layer by layer" };

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
    <p class="bp-note"></p>
  </div>
  <div class="bp-controls">
    ${STEPPING}
    <select aria-label="How much a step takes in"></select>
  </div>
  <p class="bp-problem" role="alert"></p>
</div>
<div class="bp-facts"><div class="bp-known"></div><div class="bp-check"><span></span><p></p></div></div>
<div class="bp-bookmarks" role="group" aria-label="The way back, picture by picture"></div>`;

/** What Python sent: as it is, or for a large network as JSON in bytes, which is read once. */
const READ = new WeakMap();
function read(sent) {
  if (!sent.json) return sent;
  if (!READ.has(sent)) READ.set(sent, JSON.parse(new TextDecoder().decode(sent.json)));
  return READ.get(sent);
}

const put = (text, nodes, write) => text.replace(/\{(\d+)\}/g, (_, n) => write(nodes[n]));
const below = (number) => [...number].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]).join("");

/** What is asked or listened for: for a large network, the place of the words and the numbers. */
function worded(told, words) {
  if (!words) return told;
  const [place, ...nodes] = told.split(" ");
  return put(words[place], nodes, below);
}

/** An equation of a step: for a large network, the place of its template and the nodes' numbers.
 * @param {Spelled | string} told @param {Spelled[]} templates @returns {Spelled} */
function spelled(told, templates) {
  if (typeof told !== "string") return told;
  const [place, ...nodes] = told.split(" ");
  const { symbols, numbers, names } = templates[place];
  const plain = (number) => number;
  return {
    symbols: put(symbols, nodes, plain), numbers: put(numbers, nodes, plain),
    names: names.map((name) => put(name, nodes, below)),
  };
}

/** What the graph shows at each step, by place: shows add up from step to step.
 * @param {NumberStep[]} steps */
function shownBy(steps) {
  const history = new Map(); // of each place, what it shows and from which step on
  steps.forEach(({ shows }, step) => {
    for (const [slot, text, role] of shows) {
      if (!history.has(slot)) history.set(slot, []);
      history.get(slot).push({ step, text, role });
    }
  });
  return {
    has: (slot) => history.has(slot),
    at: (slot, step) => history.get(slot)?.findLast((shown) => shown.step <= step),
  };
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

/** Equations that would have to be scrolled even after `fit` go on below instead. */
function wrap(box) {
  const long = [...box.children].filter((pair) => pair.scrollWidth > pair.clientWidth + 1);
  long.forEach((pair) => pair.classList.add("is-wrapped"));
}

function unwrap(box) {
  box.querySelectorAll(".is-wrapped").forEach((pair) => pair.classList.remove("is-wrapped"));
}

function render({ model, el }) {
  const root = makeRoot(el, "bp-walk", TEMPLATE, "Walkthrough");
  const $ = (selector) => root.querySelector(selector);
  const parts = {
    picture: $(".bp-picture"), telling: $(".bp-telling"), title: $(".bp-title"),
    sentence: $(".bp-sentence p"), aside: $(".bp-aside"), equations: $(".bp-equations"),
    note: $(".bp-note"),
    granularity: $("select"),
    problem: $(".bp-problem"), facts: $(".bp-known"), check: $(".bp-check"), bookmarks: $(".bp-bookmarks"),
  };
  const [listen, listening] = listener();
  let memory = { of: null, shown: null }; // what the graph shows, of the numbers painted last
  let places = []; // the graph's texts, and the place that each shows
  let editor = null; // the field that is open in the graph

  const told = (name) => read(model.get(name));
  const script = () => told("script")[model.get("by")];
  const numbers = () => told("numbers")[model.get("by")].steps;
  const way = stepping(root, listen, model, () => script().length);
  const { here, go } = way;

  // ---- moving ----

  function changeGranularity(by, step = counterpart(script()[here()], told("script")[by])) {
    model.set({ by, step });
    model.save_changes();
  }

  function openBookmark(name) {
    way.play(false);
    const step = told("script").neuron.findIndex((s) => s.bookmark === name);
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
    memory = { of: null, shown: null };
    root.classList.toggle("is-wide", Boolean(parts.picture.querySelector(".node-f8")));
    addReaches(parts.picture);
    buildBookmarks();
  }

  function buildBookmarks() {
    const marked = told("script").neuron.filter((step) => step.bookmark);
    parts.bookmarks.replaceChildren(...marked.map((step) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.bookmark = step.bookmark;
      const small = parts.picture.querySelector("svg").cloneNode(true);
      small.querySelectorAll("text, .reach").forEach((part) => part.remove());
      small.removeAttribute("role");
      small.removeAttribute("aria-label");
      small.setAttribute("aria-hidden", "true");
      light(small, litAt(step));
      button.append(small, step.title);
      return button;
    }));
  }

  const edgesOf = (step) => step.edges.map((name) => `edge-${name}`);

  /** A step's nodes and edges with the classes they get. */
  function litAt(step) {
    const back = step.direction === "backward" ? ["is-back"] : [];
    return [
      ...step.nodes.map((name) => [`node-${name}`, "is-lit"]),
      ...step.receiving.map((name) => [`node-${name}`, "is-receiving"]),
      ...edgesOf(step).map((name) => [name, "is-lit", ...back]),
    ];
  }

  function paintGraph() {
    const step = script()[here()];
    light(parts.picture, litAt(step));
    for (const [text, slot] of slots()) {
      const value = memory.shown.at(slot, here());
      const shown = value?.text ?? "";
      if (text.textContent !== shown) text.textContent = shown; // else it is laid out anew
      text.dataset.role = value?.role ?? "";
      // the first step is given what it starts from, which has no role
      const isGiven = here() === 0 && !value?.role;
      text.classList.toggle("is-fresh", value?.step === here() && !isGiven);
    }
  }

  function paintEquations() {
    const values = numbers()[here()].numbers;
    const { equations, note = "" } = script()[here()];
    for (const n of [2, 3, 4, 5]) parts.telling.classList.toggle(`has-${n}`, equations.length >= n);
    unwrap(parts.equations);
    writeEquations(parts.equations, equations
      .map((equation, i) => ({ ...spelled(equation, told("script").templates), values: values[i] })));
    wrap(parts.equations);
    parts.note.textContent = note;
    refreshTip();
  }

  function paintStep() {
    const [step, said] = [script()[here()], numbers()[here()]];
    root.dataset.phase = step.phase;
    const { words } = told("script");
    root.dataset.question = worded(step.question, words);
    root.dataset.listen = worded(step.listen, words);
    for (const tab of root.querySelectorAll("[role=tab]")) {
      tab.setAttribute("aria-selected", String(tab.dataset.phase === step.phase));
    }
    $(".bp-stage").setAttribute("aria-label", step.title);
    way.paint(step.title, script()[here() + 1]?.title);
    parts.title.textContent = step.title;
    parts.sentence.textContent = said.sentence;
    parts.aside.textContent = said.spoken;
    parts.granularity.value = model.get("by");
    for (const mark of parts.bookmarks.children) {
      const current = mark.dataset.bookmark === step.bookmark;
      if (current) mark.setAttribute("aria-current", "step");
      else mark.removeAttribute("aria-current");
    }
    paintGraph();
    paintEquations();
    const pulses = step.direction && step.edges.length <= MOST_PULSES ? edgesOf(step) : [];
    pulse(parts.picture, pulses, step.direction === "backward");
  }

  function paintFacts() {
    const { facts, check } = told("numbers");
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

  /** The texts of the graph, each with the place that it shows. */
  function slots() {
    if (memory.of !== numbers()) {
      memory = { of: numbers(), shown: shownBy(numbers()) };
      places = [...parts.picture.querySelectorAll("text:not(.name)")].map((text) =>
        [text, [...text.classList].find((name) => memory.shown.has(name))]);
    }
    return places;
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

  // ---- editing a weight or a bias in place ----

  /** Open a field at the weight or bias that a part of the graph, or a term, stands for. */
  function openEditor(target) {
    const slot = slotOf(target, root, ".edge, .role-weight");
    const parameter = told("numbers").parameters[slot];
    const label = slot && parts.picture.querySelector(`text.${slot}`);
    if (!model.get("editable") || !parameter || !label) return;
    closeEditor();
    way.play(false);
    const what = slot.startsWith("weight") ? "Weight" : "Bias";
    // Under Update the graph shows where the number goes; what is edited is where it comes from.
    const when = script()[here()].phase === "update" ? " before the update" : "";
    const now = () => told("numbers").parameters[slot].text;
    editor = document.createElement("input");
    Object.assign(editor, { className: "bp-editor", value: now(), inputMode: "text", maxLength: 1000 });
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

  const refreshTip = tooltips(root, listen);
  pointing(root, listen);
  buildPhases();
  buildGraph();
  paintNumbers();
  paintProblem();
  presentable(root, listening);

  listen(root, "click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.phase) {
      way.play(false);
      go(script().findIndex((step) => step.phase === button.dataset.phase));
    } else if (button?.dataset.bookmark) openBookmark(button.dataset.bookmark);
    else if (target.closest(".bp-picture svg, .bp-equations")) openEditor(target);
  });
  listen(parts.equations, "keydown", (event) => {
    if (event.key === "Enter") openEditor(event.target);
  });
  listen(parts.granularity, "change", () => changeGranularity(parts.granularity.value));

  const resized = onWidth(parts.equations, () => {
    unwrap(parts.equations);
    fit([...parts.equations.children]);
    wrap(parts.equations);
    placeEditor();
  });
  const onStructure = () => { buildGraph(); paintNumbers(); };
  const paintEditable = () => root.classList.toggle("is-editable", model.get("editable"));
  paintEditable();
  const unwatch = watch(model, {
    "change:step": paintStep, "change:by": paintNumbers, "change:numbers": paintNumbers,
    "change:script": onStructure, "change:graph": onStructure, "change:editable": paintEditable,
    "change:problem": paintProblem, "change:answer": onAnswer,
  });

  return () => {
    way.play(false);
    listening.abort();
    resized.disconnect();
    unwatch();
  };
}

export default { render };
