// Draws an exploration that Python describes: pictures, controls, equations, a sentence, steps.

/**
 * @typedef {{marks: Object<string, MarkTold[]>, texts: Object<string, Object<string, string>>,
 *   lit: Object<string, string[]>, backwards: boolean, equations: [number, string[]][],
 *   title: string, sentence: string}} Part
 */

const TEMPLATE = `
<div class="bp-stage">
  <div class="bp-panels"></div>
  <div class="bp-stepping">
    <div class="bp-controls">${STEPPING}</div><span class="bp-count"></span>
  </div>
  <div class="bp-side">
    <div class="bp-fields"></div>
    <div class="bp-telling">
      <p class="bp-title"></p>
      <p class="bp-sentence" role="status"></p>
      <div class="bp-equations"></div>
    </div>
    <p class="bp-problem" role="alert"></p>
  </div>
</div>`;

// ---- pictures ----

/** Texts of a picture by their class; what is no longer told is as it was drawn. */
function texts(picture) {
  const drawn = new Map();
  return (told, fresh) => {
    for (const text of picture.querySelectorAll("text:not(.bp-mark text)")) {
      const slot = [...text.classList].find((name) => Object.hasOwn(told, name));
      text.classList.toggle("is-fresh", Object.hasOwn(fresh, slot));
      if (slot) {
        if (!drawn.has(text)) drawn.set(text, [...text.childNodes]);
        if (text.textContent !== told[slot]) text.textContent = told[slot]; // else laid out anew
      } else if (drawn.has(text)) {
        text.replaceChildren(...drawn.get(text));
        drawn.delete(text);
      }
    }
  };
}

/** One picture with its caption; `paint(part, backdrop)` puts on it what is to be seen. */
function panel(told) {
  const figure = make("figure", `bp-panel bp-panel-${told.kind}`);
  figure.dataset.panel = told.key;
  if (told.caption) figure.append(make("figcaption", "", told.caption));
  const picture = make("div", "bp-picture");
  picture.innerHTML = told.svg; // drawn by our own kernel
  figure.append(picture);
  const svg = picture.querySelector("svg");
  const fillTexts = texts(picture);
  const shared = { figure, picture, svg, told };
  if (!svg || told.kind !== "plot") {
    addReaches(picture);
    return {
      ...shared,
      paint({ texts: all, lit, backwards }, fresh) {
        fillTexts(all[told.key] ?? {}, fresh.texts?.[told.key] ?? {});
        light(picture, (lit[told.key] ?? []).map((name) =>
          [name, "is-lit", ...(backwards && name.startsWith("edge") ? ["is-back"] : [])]));
      },
    };
  }
  if (told.label) svg.setAttribute("aria-label", told.label);
  const drawn = plot(svg, ["bp-behind", "bp-front"]);
  const { axes, layers: [behind, front] } = drawn;
  const ticked = {}; // how each axis was told last
  return {
    ...shared,
    axes,
    front,
    paint({ marks, texts: all, axes: others }, fresh, backdrop) {
      for (const [name, axis] of Object.entries(others[told.key] ?? {})) {
        const same = JSON.stringify(axis);
        if (same !== ticked[name]) retick(drawn, name, axis);
        ticked[name] = same;
      }
      fillTexts(all[told.key] ?? {}, {});
      behind.draw(backdrop[told.key] ?? []);
      front.draw(marks[told.key] ?? []);
    },
  };
}

// ---- what is to be seen: the base and a step as one ----

const EMPTY = {
  marks: {}, texts: {}, axes: {}, lit: {}, backwards: false, equations: [], title: "", sentence: "",
};

/** What is asked at a step: the last question at the last step, the others in turn. */
function askedAt(step, steps, questions) {
  const last = questions.length - 1;
  return questions[step === steps - 1 ? last : step % last] ?? "";
}

/** @param {Part} base @param {Part} step @returns {Part} */
function together(base, step) {
  const both = (name, join) => Object.fromEntries(
    [...Object.keys(base[name]), ...Object.keys(step[name])]
      .map((key) => [key, join(base[name][key], step[name][key])]),
  );
  return {
    marks: both("marks", (a = [], b = []) => {
      const over = new Map(b.map((mark) => [mark.key, mark]));
      const known = new Set(a.map((mark) => mark.key));
      return [...a.map((m) => over.get(m.key) ?? m), ...b.filter((m) => !known.has(m.key))];
    }),
    texts: both("texts", (a, b) => ({ ...a, ...b })),
    axes: base.axes,
    lit: both("lit", (a = [], b = []) => [...a, ...b]),
    backwards: base.backwards || step.backwards,
    equations: [...base.equations, ...step.equations],
    title: step.title || base.title,
    sentence: step.sentence || base.sentence,
  };
}

// ---- controls ----

/** A control with its visible label. `write(value, said)` shows a value that comes from Python. */
function field(told, send) {
  if (told.kind === "button") {
    const button = make("button", "bp-button", told.label);
    button.type = "button";
    button.dataset.key = told.key;
    button.addEventListener("click", () => send(told.key, true));
    return { told, box: button, input: button, write() {} };
  }
  const box = make("label", `bp-field bp-field-${told.kind}`);
  const name = make("span", "bp-label", told.label);
  const input = make(told.kind === "choice" ? "select" : "input");
  input.dataset.key = told.key;
  box.append(name, input);
  if (told.kind === "choice") {
    for (const [text, value] of told.options) input.append(new Option(text, value));
    input.addEventListener("change", () => send(told.key, input.value));
    return { told, box, input, write: (value) => { input.value = value; } };
  }
  if (told.kind === "number") {
    Object.assign(input, { type: "text", autocomplete: "off", spellcheck: false, maxLength: 1000 });
    return { told, box, input, write: (value) => { input.value = value; } };
  }
  const output = make("output", "bp-value");
  output.setAttribute("aria-hidden", "true"); // the slider itself tells it, and only when it is moved
  Object.assign(input, { type: "range", min: told.low, max: told.high, step: told.step });
  box.append(output);
  input.setAttribute("aria-label", told.label); // without the number, which is its value
  const write = (value, said) => {
    input.value = value;
    output.textContent = said;
    input.setAttribute("aria-valuetext", said);
  };
  input.addEventListener("input", () => {
    write(input.value, input.value.replace("-", "−"));
    send(told.key, Number(input.value));
  });
  return { told, box, input, write };
}

/** A value inside a slider's range, on one of its steps. */
function snapped({ low, high, step }, value) {
  const digits = Math.max(...[low, step].map((v) => (String(v).split(".")[1] ?? "").length));
  const near = low + Math.round((value - low) / step) * step;
  return Number(Math.max(low, Math.min(high, near)).toFixed(Math.min(digits, 12)));
}

/** A board's name as a button that folds it away. A style sheet may begin with it folded. */
function folding(root, listen) {
  const stage = root.querySelector(".bp-stage");
  const button = make("button", "bp-fold");
  button.type = "button";
  root.prepend(button);
  const isOpen = () => getComputedStyle(stage).display !== "none";
  const paint = () => button.setAttribute("aria-expanded", String(isOpen()));
  listen(button, "click", () => {
    const open = !isOpen();
    root.classList.toggle("is-unfolded", open);
    root.classList.toggle("is-folded", !open);
    paint();
  });
  paint();
  return { name: (text) => { button.textContent = text; }, resized: onWidth(root, paint) };
}

function render({ model, el }) {
  const root = makeRoot(el, "bp-board", TEMPLATE);
  const $ = (selector) => root.querySelector(selector);
  const parts = {
    panels: $(".bp-panels"), fields: $(".bp-fields"), telling: $(".bp-telling"),
    title: $(".bp-title"), sentence: $(".bp-sentence"), equations: $(".bp-equations"),
    problem: $(".bp-problem"),
  };
  const [listen, listening] = listener();
  let panels = [];
  let fields = new Map();
  let drag = null; // the point under the finger, or let go but not yet answered for
  const isHeld = () => drag !== null && drag.pointer !== null;

  const shown = () => ({ ...EMPTY, ...model.get("shown") });
  const steps = () => shown().steps ?? [];
  const way = stepping(root, listen, model, () => steps().length);

  // ---- asking Python: one action at a time, and of the others only the newest of a kind ----

  let waiting = null; // the action that has no answer yet
  let queue = [];
  const keysOf = ({ key, values }) => (values ? Object.keys(values) : [key]);
  const held = () => new Set([
    ...[waiting, ...queue].filter(Boolean).flatMap(keysOf), ...(drag ? drag.keys.filter(Boolean) : []),
  ]);

  function ask(action) {
    const last = queue.at(-1);
    const again = last && String(keysOf(last)) === String(keysOf(action));
    if (again && fields.get(action.key)?.told.kind !== "button") queue.pop();
    queue.push(action);
    askNext();
  }

  function askNext() {
    if (waiting || !queue.length) return;
    waiting = { ...queue.shift(), ticket: unique("ticket") }; // no other view's, nor another page's
    model.set("action", waiting);
    model.save_changes();
  }

  function onAnswer() {
    const { ticket, taken } = model.get("answer");
    if (taken) for (const { input } of fields.values()) input.removeAttribute("aria-invalid");
    if (ticket === waiting?.ticket) {
      for (const key of keysOf(waiting)) (taken ? accept : refuse)(key);
      waiting = null;
      askNext();
    }
    writeValues();
  }

  /** A text that was taken is written as Python writes it, unless another is being typed. */
  function accept(key) {
    const { input } = fields.get(key) ?? {};
    if (input && input.value === waiting.value) input.defaultValue = input.value;
  }

  /** A text that was refused stays where it was typed, until it is mended. */
  function refuse(key) {
    const refused = fields.get(key);
    if (refused?.told.kind === "number") refused.input.setAttribute("aria-invalid", "true");
  }

  // ---- controls ----

  function buildFields() {
    const focused = root.getRootNode().activeElement?.dataset?.key;
    const told = (model.get("controls") ?? []).filter(({ kind }) => kind !== "handle");
    fields = new Map(told.map((one) => [one.key, field(one, (key, value) => ask({ key, value }))]));
    const groups = [];
    for (const one of fields.values()) {
      const kind = one.told.kind === "slider" ? "bp-sliders" : "bp-others";
      if (groups.at(-1)?.className !== kind) groups.push(make("div", kind));
      groups.at(-1).append(one.box);
      if (one.told.kind === "number") watchNumber(one);
    }
    parts.fields.replaceChildren(...groups);
    if (focused) fields.get(focused)?.input.focus({ preventScroll: true });
    root.dataset.fields = fields.size;
    root.classList.toggle("has-many", fields.size > 8);
  }

  function watchNumber({ told, input }) {
    input.addEventListener("change", () => ask({ key: told.key, value: input.value }));
    input.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      const refused = input.hasAttribute("aria-invalid");
      input.value = shown().values?.[told.key] ?? "";
      if (refused) ask({ key: told.key, value: input.value }); // takes a refused text back
    });
  }

  /** The values that Python has, except where the reader is ahead of it. */
  function writeValues() {
    const { values = {}, said = {} } = shown();
    const ahead = held();
    const active = root.getRootNode().activeElement;
    for (const [key, { told, input, write }] of fields) {
      const typing = told.kind === "number" && input === active && input.value !== input.defaultValue;
      if (!(key in values) || ahead.has(key) || typing || input.hasAttribute("aria-invalid")) continue;
      write(values[key], said[key]);
      input.defaultValue = values[key];
    }
    for (const { told, picture } of panels) if (told.picks) markPicked(picture, values[told.picks]);
  }

  // ---- pictures ----

  function buildPanels() {
    drag = null;
    panels = (model.get("panels") ?? []).map(panel);
    parts.panels.replaceChildren(...panels.map(({ figure }) => figure));
    root.dataset.panels = panels.length;
    markPickable();
  }

  // ---- picking an edge or a bias ----

  const optionsOf = (key) => (fields.get(key)?.told.options ?? []).map(([, value]) => value);

  function markPickable() {
    for (const { told, picture } of panels.filter(({ told }) => told.picks)) {
      picture.querySelectorAll(".is-pickable").forEach((part) => part.classList.remove("is-pickable"));
      for (const slot of optionsOf(told.picks)) {
        partsOf(picture, slot).forEach((part) => part.classList.add("is-pickable"));
      }
    }
  }

  listen(parts.panels, "click", ({ target }) => {
    const at = panels.find(({ picture }) => picture.contains(target));
    const slot = at?.told.picks && slotOf(target, root);
    if (slot && optionsOf(at.told.picks).includes(slot)) ask({ key: at.told.picks, value: slot });
  });

  // ---- dragging a point ----

  function placeOf({ svg, axes }, { clientX, clientY }) {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [axes.x.from(x), axes.y.from(y)];
  }

  listen(parts.panels, "pointerdown", (event) => {
    if (event.button || isHeld()) return;
    const at = panels.find(({ picture }) => picture.contains(event.target));
    const g = at?.front && nearest(at, event);
    if (!g) return;
    event.preventDefault();
    const mark = at.front.mark(g);
    const told = (key) => (model.get("controls") ?? []).find((control) => control.key === key);
    const [x, y] = placeOf(at, event);
    const [px = x, py = y] = mark.pieces[0];
    // where it was taken hold of: it does not jump under the pointer
    drag = {
      at, key: mark.key, keys: mark.drag, controls: mark.drag.map((key) => key && told(key)),
      off: [px - x, py - y], pointer: event.pointerId, place: [null, null],
    };
    parts.panels.setPointerCapture(event.pointerId);
    root.classList.add("is-dragging");
  });

  // A finger on a point is not there to scroll; touch-action does not reach the inside of an SVG.
  parts.panels.addEventListener("touchstart", (event) => {
    if (event.target.closest(".is-movable")) event.preventDefault();
  }, { signal: listening.signal, passive: false });

  /** The movable point under the pointer, the nearest where several are. */
  function nearest(at, { target, clientX, clientY }) {
    if (!target.closest(".is-movable")) return null;
    const distance = (g) => {
      const { left, right, top, bottom } = g.querySelector(".shape").getBoundingClientRect();
      return Math.hypot((left + right) / 2 - clientX, (top + bottom) / 2 - clientY);
    };
    return [...at.picture.querySelectorAll(".bp-front .is-movable:not([hidden])")]
      .sort((a, b) => distance(a) - distance(b))[0];
  }

  listen(parts.panels, "pointermove", (event) => {
    if (event.pointerId !== drag?.pointer) return;
    const pointer = placeOf(drag.at, event);
    const values = {};
    drag.controls.forEach((control, n) => {
      if (!control) return;
      const value = snapped(control, pointer[n] + drag.off[n]);
      drag.place[n] = value;
      values[control.key] = value;
      fields.get(control.key)?.write(String(value), String(value).replace("-", "−"));
    });
    paint();
    const before = drag.sent;
    drag.sent = JSON.stringify(values);
    if (drag.sent !== before) ask({ values });
  });

  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
    listen(parts.panels, type, (event) => {
      if (event.pointerId !== drag?.pointer) return;
      drag.pointer = null; // it stays where it was put until the last answer is there
      root.classList.remove("is-dragging");
      settle();
    });
  }

  /** The point follows the pointer at once; Python's answer moves the rest. */
  function follow(part) {
    if (!drag) return part;
    const moved = (mark) => (mark.key !== drag.key ? mark : {
      ...mark, pieces: [[0, 1].map((n) => drag.place[n] ?? mark.pieces[0]?.[n])],
    });
    const { key } = drag.at.told;
    return { ...part, marks: { ...part.marks, [key]: (part.marks[key] ?? []).map(moved) } };
  }

  /** After the last answer, what is to be seen is what Python says. */
  function settle() {
    if (waiting || queue.length || isHeld()) return;
    drag = null;
    paint();
    writeValues();
  }

  // ---- painting ----

  function paint() {
    const step = { ...EMPTY, ...steps()[way.here()] };
    const part = follow(together(shown(), step));
    const backdrop = model.get("backdrop") ?? {};
    for (const one of panels) one.paint(part, step, backdrop);
    parts.title.textContent = part.title;
    if (parts.sentence.textContent !== part.sentence) parts.sentence.textContent = part.sentence;
    const table = model.get("equations") ?? [];
    writeEquations(parts.equations, part.equations
      .filter(([place]) => table[place])
      .map(([place, values]) => ({ ...table[place], values })));
    root.classList.toggle("has-steps", steps().length > 0);
    root.dataset.question = askedAt(way.here(), steps().length, model.get("questions"));
    if (steps().length) way.paint(part.title, steps()[way.here() + 1]?.title);
    else for (const name of ["step", "steps", "question"]) delete root.dataset[name];
    root.tabIndex = steps().length ? 0 : -1;
    keepHeight();
    refreshTip();
  }

  /** What stands below does not jump while numbers and sentences change. */
  function keepHeight() {
    const { height } = parts.telling.getBoundingClientRect();
    if (height > tallest) {
      tallest = height;
      parts.telling.style.minHeight = `${Math.ceil(height)}px`;
    }
  }
  let tallest = 0;

  function paintStep() {
    paint();
    const { lit, backwards } = { ...EMPTY, ...steps()[way.here()] };
    for (const { told, picture } of panels.filter(({ told }) => told.kind === "graph")) {
      pulse(picture, (lit[told.key] ?? []).filter((name) => name.startsWith("edge-")), backwards);
    }
  }

  function paintProblem() {
    parts.problem.textContent = model.get("problem");
  }

  // ---- wiring ----

  const refreshTip = tooltips(root, listen);
  pointing(root, listen);
  const fold = model.get("folds") ? folding(root, listen) : null;
  const paintName = () => {
    root.setAttribute("aria-label", model.get("name"));
    fold?.name(model.get("name"));
  };

  paintName();
  buildFields();
  buildPanels();
  paint();
  writeValues();
  paintProblem();

  const resized = onWidth(parts.equations, () => {
    tallest = 0;
    parts.telling.style.minHeight = "";
    fit([...parts.equations.children]);
    keepHeight();
  });

  // What comes in one message is painted once, when all of it is there.
  let due = null;
  function soon(build) {
    if (!due) {
      due = new Set();
      queueMicrotask(() => {
        const [first, painting] = [due, due.has("paint")];
        due = null;
        if (listening.signal.aborted) return;
        if (first.has("fields")) buildFields();
        if (first.has("panels")) buildPanels();
        if (first.has("fields")) markPickable();
        if (painting) paint();
        writeValues();
      });
    }
    for (const name of build) due.add(name);
  }

  const unwatch = watch(model, {
    "change:step": paintStep, "change:name": paintName,
    "change:problem": paintProblem, "change:answer": () => { onAnswer(); settle(); },
    "change:panels": () => soon(["panels", "paint"]),
    "change:controls": () => soon(["fields", "paint"]),
    "change:equations": () => soon(["paint"]),
    "change:backdrop": () => soon(["paint"]),
    "change:shown": () => soon(["paint"]),
  });

  return () => {
    way.play(false);
    listening.abort();
    resized.disconnect();
    fold?.resized.disconnect();
    unwatch();
  };
}

export default { render };
