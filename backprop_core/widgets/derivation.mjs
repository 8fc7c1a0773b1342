// Lays the lines of a derivation out once, and afterwards writes nothing but their values.

/** A box with an equation: `mathml` was made by our own kernel from our own formulas. */
function equation(mathml, terms) {
  const box = make("div", "equation");
  box.innerHTML = mathml;
  box.dataset.terms = terms.join(" ");
  oneStop(box);
  return box;
}

/** A value, with its name for people who listen; the text is written later. */
function valueSlot(name) {
  const box = make("p", "value");
  box.append(make("span", "bp-unseen", `${name}: `), make("span", "slot"));
  return box;
}

/** What the article prints instead, to be opened by those who want to compare. */
function slipBox(slip) {
  const box = make("details", "slip");
  const inside = make("div", "line");
  inside.append(make("p", "move", slip.note), equation(slip.equation, slip.terms), valueSlot("As printed"));
  box.append(make("summary", "", "The printed article differs here"), inside);
  return box;
}

function lineItem(line) {
  const item = document.createElement("li");
  const inside = make("div", "line");
  inside.append(make("p", "move", line.move), equation(line.equation, line.terms), valueSlot("Value"));
  item.append(inside);
  if (line.slip) item.append(slipBox(line.slip));
  return item;
}

function partSection(part) {
  const section = make("div", "part");
  const list = document.createElement("ol");
  list.setAttribute("aria-label", part.title);
  list.append(...part.lines.map(lineItem));
  section.append(make("p", "title", part.title), list);
  return section;
}

function render({ model, el }) {
  const root = make("div", "bp bp-derivation");
  const body = make("div");
  root.append(body);
  root.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab would take the arrow keys
  el.append(root);

  const [listen, listening] = listener();
  const sizes = new ResizeObserver((entries) => entries.forEach((e) => markScrollable(e.target)));
  const refreshTip = tooltips(root, listen, (term) => {
    const line = term.closest(".equation");
    const place = [...line.querySelectorAll(".term")].indexOf(term);
    const symbol = line.dataset.terms.split(" ")[place];
    return [model.get("names")[symbol], model.get("tips")[symbol]];
  });
  moveAmongTerms(root, listen);

  function writeValues() {
    const values = model.get("values");
    body.querySelectorAll(".slot").forEach((slot, n) => {
      slot.textContent = values[n];
    });
    refreshTip();
  }

  function layOut() {
    sizes.disconnect();
    body.replaceChildren(...model.get("parts").map(partSection));
    body.querySelectorAll(".equation:not(:has(.term))").forEach((box) => sizes.observe(box));
    writeValues();
  }

  layOut();
  const unwatch = watch(model, {
    "change:parts": layOut, "change:values": writeValues, "change:tips": refreshTip,
  });
  return () => {
    unwatch();
    listening.abort();
    sizes.disconnect();
  };
}

export default { render };
