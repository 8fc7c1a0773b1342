// The four ways to answer an exercise: a text, edges of the graph, lines in order, one choice.

/**
 * @typedef {{key: string, markup: string, plain: string}} Option
 *   `markup` is MathML that our own kernel made, or ""; `plain` says the same to those who listen
 * @typedef {{element: HTMLElement, read: () => string | string[],
 *   write: (response: string | string[]) => void, focus: () => void,
 *   refuse: (refused: boolean, by: string) => void}} Form
 *   `refuse` marks the field whose text was refused, and the element that says why
 */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** What an option says. @param {Option} option
 * @param {boolean} spoken whether those who listen get the words, and not the formula */
function saying({ markup, plain }, spoken = true) {
  const element = make("span", "bp-option", markup ? "" : plain);
  if (!markup) return element;
  const formula = fill(markup, []);
  if (spoken) {
    element.append(make("span", "bp-unseen", plain));
    formula.setAttribute("aria-hidden", "true");
  }
  element.append(formula);
  return element;
}

function letter(n) {
  return make("b", "bp-letter", LETTERS[n]);
}

/** A text. @param {string} asked the symbol that is asked for @param {string} help its id
 * @returns {Form} */
function textForm(asked, help) {
  const [element, field] = [make("label", "bp-text-form"), make("input")];
  Object.assign(field, { type: "text", autocomplete: "off", spellcheck: false, maxLength: 1000 });
  field.setAttribute("aria-describedby", help);
  element.append(make("span", "bp-asked", `${asked} =`), field);
  return {
    element,
    read: () => field.value,
    write: (response) => { field.value = response; },
    focus: () => { field.focus(); field.select(); },
    refuse: (refused, by) => {
      markInvalid(field, refused);
      field.setAttribute("aria-describedby", refused ? `${by} ${help}` : help);
    },
  };
}

function markInvalid(field, refused) {
  if (refused) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

/** A set of fields of one kind, each with a label. */
function fieldSet(legend, type, entries) {
  const element = make("fieldset", `bp-form bp-${type}-form`);
  element.append(make("legend", "", legend));
  const name = unique("bp-choice");
  const fields = entries.map(([value, content], n) => {
    const [label, field] = [make("label"), make("input")];
    Object.assign(field, { type, name, value });
    if (type === "radio") label.append(field, letter(n), content);
    else label.append(field, content);
    element.append(label);
    return field;
  });
  return { element, fields };
}

/** Edges, as checkboxes and in the picture. @param {Option[]} options @returns {Form} */
function edgesForm(options, picture, listen) {
  const { element, fields } = fieldSet("Edges", "checkbox",
    options.map((option) => [option.key, saying(option)]));
  const paint = () => fields.forEach(({ value, checked }) =>
    partsOf(picture, value).forEach((part) => part.classList.toggle("is-picked", checked)));
  const point = ({ target, type }) => {
    picture.querySelectorAll(".is-pointed").forEach((part) => part.classList.remove("is-pointed"));
    const field = target.closest("label")?.control;
    if (!field || /out$|leave$/.test(type)) return;
    partsOf(picture, field.value).forEach((part) => part.classList.add("is-pointed"));
  };
  listen(element, "change", paint);
  for (const type of ["pointerover", "pointerleave", "focusin", "focusout"]) {
    listen(element, type, point);
  }
  listen(picture, "click", ({ target }) => {
    const ties = tieOf(target, picture);
    const field = fields.find(({ value }) => ties.includes(value));
    if (!field) return;
    field.checked = !field.checked;
    paint();
  });
  return {
    element,
    read: () => fields.filter((field) => field.checked).map((field) => field.value),
    write: (response) => {
      fields.forEach((field) => { field.checked = response.includes(field.value); });
      paint();
    },
    focus: () => fields[0]?.focus(),
    refuse: () => {},
  };
}

/** One choice. @param {Option[]} options @returns {Form} */
function choiceForm(options) {
  const { element, fields } = fieldSet("Your choice", "radio",
    options.map((option) => [option.key, saying(option)]));
  element.setAttribute("role", "radiogroup");
  return {
    element,
    read: () => fields.find((field) => field.checked)?.value ?? "",
    write: (response) => fields.forEach((field) => { field.checked = field.value === response; }),
    focus: () => (fields.find((field) => field.checked) ?? fields[0])?.focus(),
    refuse: (refused, by) => {
      markInvalid(element, refused);
      if (refused) element.setAttribute("aria-describedby", by);
      else element.removeAttribute("aria-describedby");
    },
  };
}

/** Lines to be put in order, by buttons, by arrow keys and by dragging.
 * @param {Option[]} options @returns {Form} */
function orderForm(options, listen) {
  const element = make("div", "bp-form bp-order-form");
  const list = make("ol", "bp-order bp-equations"); // its terms and the graph light each other
  const said = make("p", "bp-unseen");
  said.setAttribute("aria-live", "polite");
  const lines = new Map(options.map((option, n) => [option.key, orderLine(option, n)]));
  list.append(...lines.values());
  element.append(list, said);

  const keys = () => [...list.children].map((line) => line.dataset.key);
  const place = (line) => [...list.children].indexOf(line);

  function move(line, by) {
    const to = place(line) + by;
    if (to < 0 || to >= list.children.length) return;
    const focused = line.contains(document.activeElement) ? document.activeElement : null;
    if (by < 0) list.children[to].before(line);
    else list.children[to].after(line);
    focused?.focus(); // what is moved in a page loses it
    tellMove(line);
  }

  function tellMove(line) {
    paintEnds();
    write(said, `${line.dataset.name} is line ${place(line) + 1} of ${list.children.length} now.`);
  }

  function paintEnds() {
    [...list.children].forEach((line, n) => {
      const [up, down] = line.querySelectorAll("button");
      up.setAttribute("aria-disabled", String(n === 0));
      down.setAttribute("aria-disabled", String(n === list.children.length - 1));
    });
  }

  listen(list, "click", ({ target }) => {
    const button = target.closest("button");
    if (button) move(button.closest("li"), Number(button.dataset.by));
  });
  listen(list, "keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    move(event.target.closest("li"), by);
  });
  let dragged = null;
  listen(list, "pointerdown", (event) => {
    if (!event.target.closest(".bp-letter") || event.button) return;
    dragged = event.target.closest("li");
    dragged.classList.add("is-dragged");
    list.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  listen(list, "pointermove", ({ clientY }) => {
    if (!dragged) return;
    const middle = (line) => {
      const { top, height } = line.getBoundingClientRect();
      return top + height / 2;
    };
    const [before, after] = [dragged.previousElementSibling, dragged.nextElementSibling];
    if (before && clientY < middle(before)) before.before(dragged);
    else if (after && clientY > middle(after)) after.after(dragged);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    listen(list, type, () => {
      if (!dragged) return;
      dragged.classList.remove("is-dragged");
      tellMove(dragged);
      dragged = null;
    });
  }
  paintEnds();

  return {
    element,
    read: keys,
    write: (response) => {
      if (Array.isArray(response)) list.append(...response.map((key) => lines.get(key)).filter(Boolean));
      paintEnds();
    },
    focus: () => list.querySelector("button")?.focus(),
    refuse: () => {},
  };
}

/** @param {Option} option */
function orderLine(option, n) {
  const line = make("li");
  const name = `Line ${LETTERS[n]}`;
  Object.assign(line.dataset, { key: option.key, name });
  const buttons = [["↑", -1, "up"], ["↓", 1, "down"]].map(([sign, by, way]) => {
    const button = make("button", "", sign);
    button.type = "button";
    button.dataset.by = by;
    button.title = `Move ${way} (${sign})`;
    button.setAttribute("aria-label", `Move ${name} ${way}`);
    return button;
  });
  const movers = make("span", "bp-movers");
  movers.append(...buttons);
  line.append(letter(n), saying(option, false), movers);
  return line;
}

/** @param {{form: string, asked: string, options: Option[]}} shown @returns {Form} */
function answerForm(shown, picture, help, listen) {
  switch (shown.form) {
    case "edges": return edgesForm(shown.options, picture, listen);
    case "order": return orderForm(shown.options, listen);
    case "choice": return choiceForm(shown.options);
    default: return textForm(shown.asked, help);
  }
}
