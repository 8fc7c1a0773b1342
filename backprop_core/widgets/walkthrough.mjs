// Steps through a walk that Python has computed: graph, equation, sentence, controls.

/**
 * @typedef {{phase: string, title: string, nodes: string[], edges: string[], receiving: string[],
 *   direction: string, bookmark: string, equations: {symbols: string, numbers: string, names: string[]}[]}} ScriptStep
 * @typedef {{sentence: string, spoken: string, numbers: string[][],
 *   shows: [slot: string, text: string, role: string][]}} NumberStep
 * @typedef {Map<string, {text: string, role: string, fresh: boolean}>} Snapshot
 */

const PHASES = ["forward", "error", "backward", "update"];
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
  </div>
  <div class="bp-controls">
    ${STEPPING}
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

function render({ model, el }) {
  const root = makeRoot(el, "bp-walk", TEMPLATE);
  root.setAttribute("aria-label", "Walkthrough");
  const $ = (selector) => root.querySelector(selector);
  const parts = {
    picture: $(".bp-picture"), title: $(".bp-title"),
    sentence: $(".bp-sentence p"), aside: $(".bp-aside"), equations: $(".bp-equations"),
    granularity: $("select"),
    problem: $(".bp-problem"), facts: $(".bp-known"), check: $(".bp-check"), bookmarks: $(".bp-bookmarks"),
  };
  const [listen, listening] = listener();
  let memory = { of: null, snapshots: [] }; // snapshots of the numbers that were painted last
  let editor = null; // the field that is open in the graph

  const script = () => model.get("script")[model.get("by")];
  const numbers = () => model.get("numbers")[model.get("by")].steps;
  const way = stepping(root, listen, model, () => script().length);
  const { here, go } = way;

  // ---- moving ----

  function changeGranularity(by, step = counterpart(script()[here()], model.get("script")[by])) {
    model.set({ by, step });
    model.save_changes();
  }

  function openBookmark(name) {
    way.play(false);
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
    addReaches(parts.picture);
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
    const values = numbers()[here()].numbers;
    writeEquations(parts.equations, script()[here()].equations
      .map((equation, i) => ({ ...equation, values: values[i] })));
    refreshTip();
  }

  function paintStep() {
    const [step, said] = [script()[here()], numbers()[here()]];
    root.dataset.phase = step.phase;
    for (const tab of root.querySelectorAll("[role=tab]")) {
      tab.setAttribute("aria-selected", String(tab.dataset.phase === step.phase));
    }
    $(".bp-stage").setAttribute("aria-label", step.title);
    way.paint(step.title);
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
    pulse(parts.picture, step.direction ? edgesOf(step) : [], step.direction === "backward");
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

  // ---- editing a weight or a bias in place ----

  /** Open a field at the weight or bias that a part of the graph, or a term, stands for. */
  function openEditor(target) {
    const slot = slotOf(target, root, ".edge, .role-weight");
    const parameter = model.get("numbers").parameters[slot];
    const label = slot && parts.picture.querySelector(`text.${slot}`);
    if (!model.get("editable") || !parameter || !label) return;
    closeEditor();
    way.play(false);
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

  const refreshTip = tooltips(root, listen);
  pointing(root, listen);
  buildPhases();
  buildGraph();
  paintNumbers();
  paintProblem();

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
    fit([...parts.equations.children]);
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
