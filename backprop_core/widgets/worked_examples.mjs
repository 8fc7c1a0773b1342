// Draws a table of published numbers beside ours, and the form for an example of one's own.
// Whatever an example's author wrote is set as text, never as markup.

/**
 * @typedef {[string, string, string]} Digits those that agree, the rest, the exponent
 * @typedef {{name: string, called: string, published: Digits, ours: Digits | null,
 *   exactly: string, mistaken: Digits | null, verdict: string, note: string,
 *   kind: "same" | "explained" | "differs" | "later"}} Row
 * @typedef {{title: string, citation: string, facts: [string, string][], mistaken: boolean,
 *   groups: {name: string, rows: Row[]}[], note: string, notes: string[]}} Example
 */

const MOST_BYTES = 100_001; // one more than may be: so the kernel can tell that it is too long
const SIGNS = { same: "✓", explained: "≠", differs: "≠", later: "…" };

const FORM = `
<div class="bp-chooser">
  <label><span>Worked example</span> <select></select></label>
  <button type="button" class="bp-open">Open in the playground</button>
</div>
<p class="bp-problem bp-open-problem" role="alert"></p>
<p class="bp-said" role="status"></p>
<div class="bp-example"></div>
<details class="bp-own">
  <summary>Add your own</summary>
  <p>Write down what your book gives and what it prints, or choose a file, YAML or JSON.
    Weights are always (from, to).</p>
  <label><span>Your example</span> <textarea rows="18" spellcheck="false"></textarea></label>
  <div class="bp-chooser">
    <button type="button" class="bp-read">Read this example</button>
    <label><span>or a file</span> <input type="file" accept=".yaml,.yml,.json,.txt"></label>
  </div>
  <p class="bp-problem bp-read-problem" role="alert"></p>
</details>`;

/** An element with children. */
function hold(tag, className, ...children) {
  const element = make(tag, className);
  element.append(...children);
  return element;
}

/** A cell of a table that stays one when it is laid out as a card. */
function cell(tag, role, ...children) {
  const element = hold(tag, "", ...children);
  element.setAttribute("role", role);
  return element;
}

function row(...cells) {
  const element = hold("tr", "", ...cells);
  element.setAttribute("role", "row");
  return element;
}

/** A number whose digits are marked from the first that differs. @param {Digits} digits */
function number([same, rest, power]) {
  const whole = make("span", "bp-digits", same);
  if (rest) whole.append(make("span", "bp-unseen", " from here on different: "), make("b", "", rest));
  whole.append(power);
  return whole;
}

/** @param {string} label @param {Digits | null} digits */
function numberCell(label, digits, ...more) {
  const element = cell("td", "cell", ...(digits ? [number(digits)] : []), ...more);
  element.dataset.label = label;
  return element;
}

/** @param {Row} told @param {boolean} mistaken whether the table has that column */
function numberRow(told, mistaken) {
  const head = cell("th", "rowheader", make("span", "bp-name", told.name));
  head.scope = "row";
  if (told.called) head.append(" ", make("span", "bp-called", told.called));
  const exactly = told.exactly ? [make("small", "", `in full ${told.exactly}`)] : [];
  const sign = make("span", "bp-sign", SIGNS[told.kind]);
  sign.setAttribute("aria-hidden", "true");
  const verdict = cell("td", "cell", sign, make("span", "", told.verdict));
  if (told.note) verdict.append(" ", make("small", "", told.note));
  verdict.className = "bp-verdict";
  const cells = [head, numberCell("published", told.published), numberCell("ours", told.ours, ...exactly)];
  if (mistaken) {
    cells.push(numberCell("with the mistake", told.mistaken));
    if (!told.mistaken) cells[3].classList.add("is-empty");
  }
  const element = row(...cells, verdict);
  element.classList.add(`is-${told.kind}`);
  return element;
}

/** @param {Example} example */
function table(example) {
  const heads = ["quantity", "published", "ours", ...(example.mistaken ? ["with the mistake"] : []), "verdict"];
  const whole = hold("table", "", make("caption", "", "What is printed, and what comes out here"));
  whole.setAttribute("role", "table");
  const top = hold("thead", "", row(...heads.map((text) => {
    const head = cell("th", "columnheader", text);
    head.scope = "col";
    return head;
  })));
  top.setAttribute("role", "rowgroup");
  whole.append(top);
  for (const group of example.groups) {
    const name = cell("th", "rowheader", group.name);
    name.scope = "rowgroup";
    name.colSpan = heads.length;
    const over = row(name);
    over.classList.add("over");
    const body = hold("tbody", "", over, ...group.rows.map((told) => numberRow(told, example.mistaken)));
    body.setAttribute("role", "rowgroup");
    whole.append(body);
  }
  return whole;
}

/** @param {Example} example */
function draw(example) {
  const facts = hold("dl", "bp-facts", ...example.facts.map(([name, text]) =>
    hold("div", "", make("dt", "", name), make("dd", "", text))));
  return [
    make("p", "bp-citation", example.citation),
    ...(example.note ? [make("p", "bp-note", example.note)] : []),
    facts,
    table(example),
    ...example.notes.map((note) => make("p", "bp-note", note)),
  ];
}

function render({ model, el }) {
  const root = makeGroup(el, "bp-published", FORM, "Worked examples");
  const [listen, listening] = listener();
  const find = (selector) => root.querySelector(selector);
  const [menu, text, file] = [find("select"), find("textarea"), find("input[type=file]")];
  let ticket = "";

  function paintMenu() {
    const known = model.get("titles").map((title, n) => new Option(title, String(n)));
    menu.replaceChildren(new Option("Choose one …", "-1"), ...known);
    menu.value = String(model.get("chosen"));
    find(".bp-open").hidden = !model.get("can_open");
    find(".bp-open").setAttribute("aria-disabled", String(model.get("chosen") < 0));
  }

  function paintExample() {
    const example = model.get("shown");
    find(".bp-example").replaceChildren(...(example.groups ? draw(example) : []));
  }

  function paintTexts() {
    for (const [selector, name] of [[".bp-said", "said"], [".bp-read-problem", "problem"],
      [".bp-open-problem", "open_problem"]]) {
      write(find(selector), model.get(name));
    }
  }

  function ask(action) {
    ticket = unique("ask");
    model.set("action", { ...action, ticket });
    model.save_changes();
  }

  listen(menu, "change", () => {
    model.set("chosen", Number(menu.value));
    model.save_changes();
  });
  listen(find(".bp-open"), "click", () => ask({ do: "open" }));
  listen(find(".bp-read"), "click", () => ask({ do: "read", text: text.value.slice(0, MOST_BYTES) }));
  listen(file, "change", async () => {
    const [picked] = file.files;
    if (!picked) return;
    const bytes = await picked.slice(0, MOST_BYTES).arrayBuffer();
    if (listening.signal.aborted) return;
    text.value = new TextDecoder().decode(bytes); // so that it can be mended here
    file.value = ""; // the same file may be chosen again
    ask({ do: "read", data: new DataView(bytes), name: picked.name });
  });

  function answered() {
    const { ticket: which, taken } = model.get("answer");
    if (which !== ticket) return;
    if (taken && model.get("action").do === "read") menu.focus(); // above the new table
  }

  text.value = model.get("template");
  paintMenu();
  paintExample();
  paintTexts();
  const unwatch = watch(model, {
    "change:titles": paintMenu,
    "change:chosen": paintMenu,
    "change:can_open": paintMenu,
    "change:shown": paintExample,
    "change:said": paintTexts,
    "change:problem": paintTexts,
    "change:open_problem": paintTexts,
    "change:answer": answered,
  });
  return () => {
    listening.abort();
    unwatch();
  };
}

export default { render };
