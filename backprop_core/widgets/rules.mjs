// Lays a table of numbers out once, and afterwards writes nothing but its numbers.

/**
 * @typedef {{html: string, name: string, role: string, joint: "" | "times" | "equals" | "aside"}} Head
 * @typedef {{caption: string, corner: string, heads: Head[], rows: string[], foot: string[],
 *   stacked: boolean}} Layout html and rows are MathML or text that our own kernel made
 * @typedef {{rows: string[][], foot: string[], lit: number}} Numbers
 */

const JOINTS = { times: "·", equals: "=" };

/** An element that holds markup of our own kernel. */
function told(tag, className, html) {
  const element = make(tag, className);
  element.innerHTML = html;
  return element;
}

/** The head of a column; a symbol can be asked what it means. @param {Head} head */
function columnHead(head) {
  const cell = make("th", head.joint === "aside" ? "is-aside" : "");
  cell.scope = "col";
  if (JOINTS[head.joint]) {
    const joint = make("span", "joint", JOINTS[head.joint]);
    joint.setAttribute("aria-hidden", "true");
    cell.append(joint);
  }
  const symbol = told("span", head.role ? `role-${head.role}` : "", head.html);
  if (head.name) {
    symbol.classList.add("term");
    symbol.tabIndex = 0;
  }
  cell.append(symbol);
  return cell;
}

function cells(heads) {
  return heads.map(({ role, joint }) => {
    const aside = joint === "aside" ? " is-aside" : "";
    return make("td", `${role ? `role-${role}` : ""}${aside}`);
  });
}

/** A row that can be picked. */
function sampleRow(text, n, heads) {
  const row = make("tr");
  const head = make("th");
  head.scope = "row";
  const button = make("button", "", text);
  button.type = "button";
  button.dataset.row = n;
  head.append(button);
  row.append(head, ...cells(heads));
  return [row];
}

/** A row under its head, which has the whole width. */
function stackedRow(html, heads) {
  const [over, row] = [make("tr", "over"), make("tr")];
  const head = told("th", "", html);
  head.colSpan = heads.length;
  head.scope = "rowgroup";
  over.append(head);
  row.append(...cells(heads));
  return [over, row];
}

function footRow(text, span) {
  const row = make("tr");
  const head = make("th", "", text);
  head.scope = "row";
  head.colSpan = span;
  row.append(head, make("td"));
  return row;
}

/** @param {Layout} layout */
function build(layout) {
  const whole = make("table", layout.stacked ? "is-stacked" : "");
  whole.append(make("caption", "", layout.caption));
  const top = make("thead");
  const heads = make("tr");
  if (!layout.stacked) {
    const corner = make("th", "", layout.corner);
    corner.scope = "col";
    heads.append(corner);
  }
  heads.append(...layout.heads.map(columnHead));
  top.append(heads);
  whole.append(top);
  const bodies = layout.stacked ? layout.rows.map(() => make("tbody")) : [make("tbody")];
  layout.rows.forEach((text, n) => {
    if (layout.stacked) bodies[n].append(...stackedRow(text, layout.heads));
    else bodies[0].append(...sampleRow(text, n, layout.heads));
  });
  const foot = make("tfoot");
  const span = layout.heads.length - (layout.stacked ? 1 : 0);
  foot.append(...layout.foot.map((text) => footRow(text, span)));
  whole.append(...bodies, foot);
  return whole;
}

function render({ model, el }) {
  const root = make("div", "bp bp-ledger");
  const frame = make("div", "bp-scroll");
  root.append(frame);
  el.append(root);
  const [listen, listening] = listener();
  const sizes = new ResizeObserver(() => {
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0; // the keyboard reaches it
    else frame.removeAttribute("tabindex");
  });
  sizes.observe(frame);

  function layOut() {
    const layout = model.get("table");
    frame.replaceChildren(...(layout.heads ? [build(layout)] : []));
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", layout.caption ?? "");
    writeNumbers();
  }

  function writeNumbers() {
    const { rows = [], foot = [], lit = -1 } = model.get("numbers");
    const write = (cell, text) => {
      if (cell && cell.textContent !== text) cell.textContent = text;
    };
    [...frame.querySelectorAll("tbody tr:not(.over)")].forEach((row, n) => {
      [...row.querySelectorAll("td")].forEach((cell, k) => write(cell, rows[n]?.[k] ?? ""));
      row.classList.toggle("is-lit", n === lit);
      row.querySelector("button")?.setAttribute("aria-pressed", String(n === lit));
    });
    [...frame.querySelectorAll("tfoot td")].forEach((cell, n) => write(cell, foot[n] ?? ""));
    refreshTip();
  }

  /** What a column's symbol means, and its value in each sample. */
  function tell(term) {
    const { heads, rows } = model.get("table");
    const symbols = [...frame.querySelectorAll("thead th")].slice(-heads.length);
    const place = symbols.findIndex((head) => head.contains(term));
    if (place < 0) return [];
    const values = model.get("numbers").rows.map((row) => row[place]);
    return [heads[place].name, `${values.join(", ")} (samples 1 to ${rows.length})`];
  }

  const refreshTip = tooltips(root, listen, tell);
  layOut();
  listen(frame, "click", ({ target }) => {
    const row = target.closest("tr")?.querySelector("button[data-row]")?.dataset.row;
    if (row === undefined) return;
    model.set("row", Number(row));
    model.save_changes();
  });

  // Both come in one message, and a new layout needs its own numbers.
  const soon = () => queueMicrotask(() => { if (!listening.signal.aborted) layOut(); });
  const unwatch = watch(model, { "change:table": soon, "change:numbers": writeNumbers });
  return () => {
    listening.abort();
    sizes.disconnect();
    unwatch();
  };
}

export default { render };
