// Shows an exercise, takes an answer, and says what Python found: one thing after the other.

/**
 * @typedef {{kind: string, number: number, title: string, prompt: string, form: string,
 *   asked: string, texts: [string, string][], known: {sample: number, values: [string, string][]}[],
 *   options: object[]}} Shown
 * @typedef {{status?: "right" | "rounded" | "convention" | "wrong", sentence: string,
 *   findings: string[], mistakes: string[][], lit: string[], more: string[], peeked: boolean,
 *   line?: {symbols: string, names: string[]}[], place?: boolean, hint?: string[],
 *   solution?: {lines: ToldEquation[], right: [key: string, move: string][],
 *   explanation: string}}} Feedback
 */

const STATUS_SIGNS = { right: "✓", rounded: "≈", convention: "⇄", wrong: "≠" };

const EXERCISE = `
<div class="bp-bar">
  <label class="bp-kinds"><span>Kind</span> <select></select></label>
  <label><span>Exercise</span>
    <input class="bp-number" type="text" inputmode="numeric" autocomplete="off" maxlength="12"></label>
  <span class="bp-solved" hidden>✓<span> solved</span></span>
  <button type="button" data-do="another">Another one</button>
</div>
<p class="bp-problem bp-which" role="alert"></p>
<div class="bp-stage">
  <div class="bp-asking">
    <p class="bp-title"></p>
    <p class="bp-prompt"></p>
    <div class="bp-given"></div>
  </div>
  <div class="bp-picture"></div>
  <div class="bp-answering">
    <div class="bp-place"></div>
    <button type="button" data-do="check" class="bp-check">Check</button>
    <p class="bp-help">A number, a fraction or an expression: 0.25 or 0,25 or 1/4 or 0.5·(1 − 0.5).</p>
    <p class="bp-problem bp-unread" role="alert"></p>
  </div>
  <div class="bp-said">
    <div class="bp-verdict" role="status"></div>
    <div class="bp-parts"></div>
    <div class="bp-controls"></div>
  </div>
</div>
<details class="bp-class">
  <summary>My teacher gave me a seed</summary>
  <div class="bp-controls">
    <label>Seed <input class="bp-seed" type="text" inputmode="numeric" autocomplete="off" maxlength="1000"></label>
    <label>Student <input class="bp-student" type="text" inputmode="numeric" autocomplete="off" maxlength="1000"></label>
    <button type="button" data-do="class">Take my exercises</button>
  </div>
  <p class="bp-problem bp-class-problem" role="alert"></p>
</details>`;

function render({ model, el }) {
  const root = makeGroup(el, "bp-exercise", EXERCISE, model.get("name"));
  root.tabIndex = -1; // whoever loses a focused equation is still here
  const $ = (selector) => root.querySelector(selector);
  const [listen, listening] = listener();
  const [menu, number, picture] = [$(".bp-kinds select"), $(".bp-number"), $(".bp-picture")];
  const [seed, student] = [$(".bp-seed"), $(".bp-student")];
  const [verdict, parts, more, unread] =
    [$(".bp-verdict"), $(".bp-parts"), $(".bp-said .bp-controls"), $(".bp-unread")];
  const { ask, ahead, answered } = asking(model, ["check", "kind", "number"]);
  const here = () => model.get("shown");
  let painted = ""; // the exercise on show
  let known = ""; // of the field of its number: what was painted there, or asked for
  let form = null;
  let forming = null; // ends the listeners of the form
  let wanted = ""; // what this view has asked for last
  unread.id = unique("bp-unread");
  $(".bp-help").id = unique("bp-help");

  // ---- the exercise ----

  function paintKinds() {
    const kinds = model.get("kinds");
    menu.replaceChildren(...kinds.map(([key, title]) => new Option(title, key)));
    $(".bp-kinds").hidden = kinds.length < 2;
    $(".bp-asking .bp-title").hidden = kinds.length > 1; // the menu says it
  }

  function paintExercise() {
    const shown = here();
    const name = `${shown.kind} ${shown.number}`;
    if (name === painted) return;
    painted = name;
    menu.value = ahead("kind") ?? shown.kind; // who goes through the menu may have gone on
    paintNumber(String(ahead("number") ?? shown.number));
    $(".bp-asking .bp-title").textContent = shown.title;
    $(".bp-prompt").textContent = unbroken(shown.prompt);
    $(".bp-given").replaceChildren(...shown.known.map(knownRow));
    root.dataset.form = shown.form;
    paintGraph();
    forming?.abort();
    let hear;
    [hear, forming] = listener();
    form = answerForm(shown, picture, $(".bp-help").id, hear);
    $(".bp-place").replaceChildren(form.element);
    paintSolved();
    requestAnimationFrame(fitAll);
  }

  /** Nothing that is being typed is lost. @param {string} text */
  function paintNumber(text) {
    if (number.value === known || root.getRootNode().activeElement !== number) number.value = text;
    known = text;
  }

  /** @param {{sample: number, values: [string, string][]}} row */
  function knownRow({ sample, values }) {
    const line = make("p");
    const where = sample === 1 ? ", as in the network" : "";
    if (sample) line.append(make("span", "bp-sample", `Sample ${sample}${where}`));
    for (const [markup, text] of values) {
      const one = make("span", "bp-known");
      one.append(fill(markup, []), text);
      line.append(one);
    }
    return line;
  }

  function paintGraph() {
    picture.innerHTML = model.get("graph");
    addReaches(picture);
    for (const [slot, text] of here().texts) {
      picture.querySelectorAll(`text.${CSS.escape(slot)}`).forEach((place) => {
        place.textContent = text;
        if (slot.startsWith("delta-")) place.dataset.role = "error";
      });
    }
  }

  function paintSolved() {
    $(".bp-solved").hidden = !isSolved(here().kind, here().number);
  }

  // ---- what is said of an answer ----

  function paintFeedback() {
    /** @type {Feedback} */
    const feedback = model.get("feedback");
    const { status = "" } = feedback;
    root.dataset.status = status;
    $(".bp-said").hidden = !status;
    light(picture, (feedback.lit ?? []).map((name) => [name, "is-lit"]));
    if (!status) {
      verdict.replaceChildren(make("p", "bp-unseen", `Exercise ${here().number}: ${here().title}.`));
    } else paintVerdict(feedback);
    paintParts(feedback);
  }

  /** @param {Feedback} feedback */
  function paintVerdict({ status, sentence, findings, peeked }) {
    const first = make("p", "bp-first");
    const sign = make("span", "bp-sign", STATUS_SIGNS[status]);
    sign.setAttribute("aria-hidden", "true");
    first.append(sign, make("span", "", unbroken(sentence)));
    const named = findings.map((finding) => make("p", "bp-finding", unbroken(finding)));
    if (status === "right" && peeked) {
      named.push(make("p", "bp-peeked", "You had seen how it is computed, so this one is not counted."));
    }
    const said = [first, ...named];
    if (verdict.textContent === said.map((line) => line.textContent).join("")) return;
    verdict.replaceChildren(...said);
  }

  /** @param {Feedback} feedback */
  function paintParts(feedback) {
    const names = Object.keys(INSIDE).filter((name) => name in feedback);
    const before = new Map([...parts.children].map((part) => [part.dataset.part, part]));
    const same = names.every((name) => before.has(name)) && names.length === before.size;
    if (!same || !names.length) {
      parts.replaceChildren(...names.map((name) => before.get(name) ?? partOf(name, feedback, here())));
      parts.classList.add("is-fresh");
      fitAll();
    }
    const buttons = (feedback.more ?? []).map((name) => {
      const button = make("button", name === "solution" ? "bp-quiet" : "", namesOf(name, here())[0]);
      Object.assign(button, { type: "button", value: name });
      button.dataset.do = "show";
      return button;
    });
    if (feedback.status === "right") {
      const button = make("button", "bp-strong", "Another one");
      button.type = "button";
      button.dataset.do = "another";
      buttons.unshift(button);
    }
    more.replaceChildren(...buttons);
  }

  function fitAll() {
    fit([...parts.querySelectorAll(".bp-equation, .bp-option")]);
    const options = [...form.element.querySelectorAll(".bp-option")];
    fit(options);
    const smallest = Math.min(...options.map((option) => option.style.getPropertyValue("--fit") || 1));
    options.forEach((option) => option.style.setProperty("--fit", smallest)); // they are compared
    parts.querySelectorAll(".bp-equations").forEach(markScrollable);
    refreshTip();
  }

  function paintRefused() {
    const { where = "", sentence = "" } = model.get("refused");
    const [which, class_] = [$(".bp-which"), $(".bp-class-problem")];
    write(unread, where === "answer" ? sentence : "");
    write(which, where === "number" ? sentence : "");
    write(class_, where === "class" ? sentence : "");
    form.refuse(where === "answer", unread.id);
    markInvalid(number, where === "number");
  }

  // ---- what the reader does ----

  function wish(what, value = null) {
    wanted = value;
    ask(what, value);
  }

  const check = () => wish("check", form.read());

  function onAnswer() {
    const answer = model.get("answer");
    const what = answered(answer);
    if (!what || !answer.taken) return;
    if (what === "number" && ahead("number") === undefined) paintNumber(String(here().number));
    if (what === "check") record();
    if (what === "class") keepPlace([seed.value.trim(), student.value.trim()]);
    if (what === "show") parts.querySelector(`[data-part="${wanted}"]`)?.focus();
    if (what === "another" || what === "class") form.focus();
  }

  function record() {
    const { status, mistakes, peeked } = model.get("feedback");
    if (status === "right" && peeked) return;
    const [named, ...others] = mistakes; // where it may be either of two, nobody knows which
    recordAnswer(here().kind, here().number, {
      right: status === "right", mistakes: others.length ? [] : named ?? [],
    });
  }

  listen(root, "click", ({ target }) => {
    const button = target.closest("button");
    if (!button?.dataset.do) return;
    if (button.dataset.do === "check") check();
    else if (button.dataset.do === "show") wish("show", button.value);
    else if (button.dataset.do === "class") takeClass();
    else wish(button.dataset.do);
  });
  listen(root, "keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.target.closest(".bp-place input")) check();
    else if (event.target.closest(".bp-class input")) takeClass();
  });
  listen(menu, "change", () => wish("kind", menu.value));
  listen(number, "change", () => {
    known = number.value;
    wish("number", known);
  });
  listen(root, "pointermove", () => parts.classList.remove("is-fresh"));

  function takeClass() {
    wish("class", { seed: seed.value, student: student.value });
  }

  // ---- wiring ----

  const refreshTip = tooltips(root, listen, nameAlone);
  pointing(root, listen);
  const paintAll = () => {
    paintExercise();
    paintFeedback();
  };
  /** Write what was answered, unless the reader is at it here, and may have gone on since. */
  function paintResponse() {
    const response = model.get("response");
    if (!response.length || root.contains(root.getRootNode().activeElement)) return;
    if (String(form.read()) !== String(response)) form.write(response);
  }

  [seed.value, student.value] = readPlace();
  paintKinds();
  paintAll();
  paintResponse();
  paintRefused();
  onProgress(listen, paintSolved);
  const resized = onWidth($(".bp-said"), fitAll);
  const unwatch = watch(model, {
    "change:shown": paintAll, "change:feedback": paintFeedback,
    "change:response": paintResponse, "change:refused": paintRefused, "change:answer": onAnswer,
  });
  return () => {
    listening.abort();
    forming.abort();
    resized.disconnect();
    unwatch();
  };
}

export default { render };
