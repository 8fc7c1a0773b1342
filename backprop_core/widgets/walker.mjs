// Steps through a derivation that Python has computed: the line above and the present line, what
// was done, the part of the network that it is about, and the column of values so far.

/**
 * @typedef {{printed: string, terms: number[], note: string}} Slip what the article prints
 * @typedef {{here: string, above: string, move: string, title: string, quantity: string,
 *   lit: string[], terms: number[], referee: boolean, slips: Slip[], question: string,
 *   listen: string}} Line
 */

const TEMPLATE = `
<div class="walker-body">
<div class="walker-bar">
  <div class="walker-tabs" role="group" aria-label="Derivations of this section"></div>
  <div class="walker-pick">
    <label>Weight or bias <select data-set="slot"></select></label>
    <label><span class="walker-name"></span> = <input type="text" data-set="value" maxlength="1000"></label>
  </div>
  <span class="bp-count"></span>
</div>
<div class="walker-lines bp-equations">
  <div class="walker-equation is-above" aria-hidden="true"></div>
  <div class="walker-equation is-here"></div>
</div>
<p class="bp-problem" role="alert"></p>
<div class="walker-stage">
  <div class="walker-side">
    <div class="walker-move" role="status"><p></p><p class="bp-unseen"></p></div>
    <div class="bp-picture"></div>
  </div>
  <ol class="walker-column" tabindex="0" aria-label="The lines so far, with their values"></ol>
</div>
<div class="bp-controls">${STEPPING}</div>
<div class="walker-setup" role="group" aria-label="Network and teacher set">
  <label>N<sub>0</sub> <select data-set="n_0" aria-label="Number of inputs, N₀"></select></label>
  <label>N<sub>1</sub> <select data-set="n_1" aria-label="Number of hidden neurons, N₁"></select></label>
  <label>Activation <select data-set="activation"></select></label>
  <label>Teacher set <select data-set="teacher_set"></select></label>
  <button type="button" data-set="redraw">New random weights</button>
  <button type="button" data-set="reset">Reset</button>
  <span class="walker-seed"></span>
  <details class="walker-samples"><summary></summary><ul></ul></details>
  <p class="walker-warning"></p>
</div>
</div>`;

/** Write options into a menu, unless it has them already. */
function offer(menu, options, chosen) {
  const told = JSON.stringify(options);
  if (menu.dataset.told !== told) {
    menu.dataset.told = told;
    menu.replaceChildren(...options.map(([value, name]) => new Option(name, value)));
  }
  menu.value = chosen;
}

/** An equation as a row has it: without sample indices and limits of sums. */
function shorten(math) {
  math.setAttribute("display", "inline");
  for (const sum of math.querySelectorAll("munderover")) sum.replaceWith(sum.firstElementChild);
  for (const raised of math.querySelectorAll("msup, msubsup")) {
    if (raised.lastElementChild.textContent !== "(i)") continue;
    raised.lastElementChild.remove();
    if (raised.localName === "msup") raised.replaceWith(raised.firstElementChild);
    else {
      const lowered = document.createElementNS(math.namespaceURI, "msub");
      lowered.append(...raised.children);
      raised.replaceWith(lowered);
    }
  }
  return math;
}

function render({ model, el }) {
  const root = makeRoot(el, "bp-walker", TEMPLATE);
  const $ = (selector) => root.querySelector(selector);
  const [above, present] = [$(".is-above"), $(".is-here")];
  const [column, picture, field] = [$(".walker-column"), $(".bp-picture"), $("[data-set=value]")];
  const [listen, listening] = listener();
  let built = null; // the lines that the column was built from
  let opened = new Set(); // the lines whose slips are open
  let ticket = 0; // of what was last asked here
  let typed = false; // whether that was a text that is not taken yet

  /** @returns {Line[]} */
  const lines = () => model.get("lines");
  const way = stepping(root, listen, model, () => lines().length);
  const retell = tooltips(root, listen, (term) => {
    const place = [...term.closest("math").querySelectorAll(".term")].indexOf(term);
    const leaf = term.closest("[data-terms]")?.dataset.terms.split(" ")[place];
    return [model.get("names")[leaf], model.get("numbers").tips[leaf]];
  });

  // ---- the column ----

  function buildRow(className, markup, terms, ...more) {
    const row = make("div", `walker-row ${className}`);
    const equation = make("div", "walker-short");
    equation.dataset.terms = terms.join(" ");
    if (markup) equation.append(shorten(fill(markup, [])));
    row.append(equation, make("span", "walker-worth"), make("span", "walker-check"), ...more);
    return row;
  }

  function buildItem(line, n) {
    const item = make("li");
    item.dataset.line = String(n);
    item.classList.toggle("is-referee", line.referee);
    item.dataset.quantity = line.quantity;
    const slips = make("div", "walker-slips");
    slips.id = unique("bp-slips");
    for (const { printed, terms, note } of line.slips) {
      const slip = make("div", "walker-slip");
      slip.append(...(printed ? [buildRow("is-printed", printed, terms)] : []), make("p", "", note));
      slips.append(slip);
    }
    const row = buildRow("", line.here, line.terms);
    row.prepend(make("span", "walker-number", String(n + 1)));
    if (line.slips.length) row.append(buildOpener(slips.id));
    item.append(row, slips);
    openSlips(item, opened.has(n));
    return item;
  }

  function buildOpener(id) {
    const opener = make("button", "walker-opener", "print");
    opener.type = "button";
    opener.title = "What the printed article has here";
    opener.setAttribute("aria-controls", id);
    return opener;
  }

  function openSlips(item, open) {
    item.querySelector(".walker-opener")?.setAttribute("aria-expanded", String(open));
    item.querySelector(".walker-slips").hidden = !open;
    item.classList.toggle("is-open", open);
    if (open && item.isConnected) fitRows(item);
  }

  function toggleSlips(item) {
    const n = Number(item.dataset.line);
    if (!opened.delete(n)) opened.add(n);
    openSlips(item, opened.has(n));
    keepInView(item);
  }

  function buildColumn() {
    if (built === lines()) return;
    built = lines();
    opened = new Set();
    column.replaceChildren(...lines().map(buildItem));
    fitRows();
  }

  function fitRows(within = column) {
    const boxes = [...within.querySelectorAll(".walker-short")];
    fit(boxes);
    boxes.forEach(markScrollable);
  }

  // ---- painting ----

  function writeEquation(box, n, markup) {
    const focused = box.contains(root.getRootNode().activeElement);
    box.dataset.terms = lines()[n]?.terms.join(" ") ?? "";
    box.replaceChildren(...(markup ? [fill(markup, [])] : []));
    if (focused) root.focus({ preventScroll: true }); // the keys go on working
  }

  function paintStep() {
    const n = way.here();
    const line = lines()[n];
    way.paint(line.title, lines()[n + 1]?.title);
    Object.assign(root.dataset, { question: line.question, listen: line.listen });
    $(".bp-count").textContent = `Line ${n + 1} of ${lines().length}`;
    writeEquation(above, n - 1, n ? lines()[n - 1].above : "");
    writeEquation(present, n, line.here);
    for (const term of present.querySelectorAll(".term")) term.setAttribute("tabindex", "0");
    fit([above, present]);
    $(".walker-move p").textContent = line.move;
    light(picture, line.lit.map((name) => [name, "is-lit"]));
    [...column.children].forEach((item, k) => {
      item.classList.toggle("is-to-come", k > n);
      if (k === n) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    keepInView(column.children[n]);
    paintSpoken();
    retell();
  }

  /** Scroll the column alone, never the page; the referee stands in front of its end. */
  function keepInView(item) {
    const referee = column.lastElementChild;
    const room = column.clientHeight - referee.offsetHeight;
    const [top, bottom] = [item.offsetTop, item.offsetTop + item.offsetHeight];
    if (item === referee) column.scrollTop = column.scrollHeight;
    else if (bottom > column.scrollTop + room) column.scrollTop = bottom - room;
    else if (top < column.scrollTop) column.scrollTop = top;
  }

  function paintSpoken() {
    const { values, checks } = model.get("numbers");
    $(".walker-move .bp-unseen").textContent = `Value ${values[way.here()]}. ${checks[way.here()]?.spoken ?? ""}`;
  }

  function paintRow(row, value, { ok, mark }) {
    row.querySelector(".walker-worth").textContent = value;
    row.querySelector(".walker-check").textContent = mark;
    row.classList.toggle("is-broken", !ok);
  }

  function paintNumbers() {
    buildColumn();
    const { values, checks, slips, texts } = model.get("numbers");
    [...column.children].forEach((item, n) => {
      paintRow(item.querySelector(".walker-row"), values[n], checks[n]);
      item.querySelectorAll(".walker-slip").forEach((slip, place) => {
        const row = slip.querySelector(".walker-row");
        if (row) paintRow(row, slips[n][place].value, slips[n][place]);
      });
    });
    for (const text of picture.querySelectorAll("text:not(.name)")) {
      const slot = [...text.classList].find((name) => name in texts);
      const shown = slot ? texts[slot] : "";
      if (text.textContent !== shown) text.textContent = shown;
    }
    $(".walker-warning").textContent = model.get("numbers").warning;
    paintField();
    paintSpoken();
    retell();
  }

  function paintSetup() {
    const setup = model.get("setup");
    root.setAttribute("aria-label", `Derivation for ${setup.name}`);
    for (const [key, { options, chosen }] of Object.entries(setup.menus)) {
      offer($(`[data-set=${key}]`), options, chosen);
    }
    $(".walker-name").textContent = setup.name;
    field.setAttribute("aria-label", `Value of ${setup.name}`);
    $(".walker-seed").textContent = setup.seed;
    $(".walker-samples summary").textContent = `M = ${setup.samples.length} samples`;
    $(".walker-samples ul").replaceChildren(...setup.samples.map((text) => make("li", "", text)));
    const { n_0, n_1, slot } = setup.menus;
    picture.classList.toggle("is-tall", Math.max(n_0.chosen, n_1.chosen) > 4);
    paintTabs(setup.tabs, slot.chosen);
    markPicked(picture, slot.chosen);
  }

  function paintTabs(tabs, chosen) {
    const box = $(".walker-tabs");
    while (box.children.length > tabs.length) box.lastChild.remove();
    tabs.forEach(([slot, name], place) => {
      const button = box.children[place] ?? box.appendChild(make("button")); // it keeps the focus
      button.type = "button";
      button.textContent = name;
      button.dataset.slot = slot;
      button.setAttribute("aria-pressed", String(slot === chosen));
    });
  }

  /** The field says what is so, unless a text that was refused stands in it. */
  function paintField() {
    const refused = typed && Boolean(model.get("problem"));
    if (refused) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (!refused) field.value = model.get("numbers").text;
  }

  function paintProblem() {
    $(".bp-problem").textContent = model.get("problem");
    paintField();
  }

  function paintGraph() {
    picture.innerHTML = model.get("graph");
    addReaches(picture);
    markPicked(picture, model.get("setup").menus.slot.chosen);
    paintNumbers();
  }

  function paintLines() {
    paintNumbers();
    paintStep();
  }

  // ---- what the reader does ----

  function ask(key, value) {
    ticket = Math.random(); // no other view's, nor an earlier page's
    typed = key === "value";
    model.set("action", { key, value, ticket });
    model.save_changes();
  }

  function onAnswer() {
    const answer = model.get("answer");
    if (answer.ticket === ticket && answer.taken) typed = false;
    paintField();
  }

  listen(root, "change", ({ target }) => {
    const { set } = target.dataset;
    if (set) ask(set, target.value);
  });
  listen(field, "keydown", (event) => {
    if (event.key !== "Escape") return;
    if (typed) ask("value", model.get("numbers").text); // takes a refused text back
    field.value = model.get("numbers").text;
    root.focus({ preventScroll: true });
  });
  listen(root, "click", ({ target }) => {
    const button = target.closest("button");
    const item = target.closest("li:not(.is-to-come)");
    if (button?.dataset.slot) ask("slot", button.dataset.slot);
    else if (button?.dataset.set) ask(button.dataset.set, "");
    else if (button?.matches(".walker-opener")) toggleSlips(item);
    else if (target.closest("li > .walker-row") && item) way.go(Number(item.dataset.line));
    else if (target.closest(".bp-picture svg")) {
      const slot = slotOf(target, root);
      const { options } = model.get("setup").menus.slot;
      if (options.some(([known]) => known === slot)) ask("slot", slot);
    }
  });
  pointing(root, listen);

  paintSetup();
  paintGraph();
  paintLines();
  paintProblem();
  presentable(root, listening);

  const resized = onWidth(root, () => {
    fitRows();
    fit([above, present]);
  });
  const unwatch = watch(model, {
    "change:step": paintStep, "change:numbers": paintNumbers, "change:lines": paintLines,
    "change:graph": paintGraph, "change:setup": paintSetup,
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
