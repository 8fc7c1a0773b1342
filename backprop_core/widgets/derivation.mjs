// Lays the lines of a derivation out once, and afterwards writes nothing but their values.

/** A box with an equation: `mathml` was made by our own kernel from our own formulas. */
function equation(mathml) {
  const box = make("div", "equation");
  box.innerHTML = mathml;
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
  inside.append(make("p", "move", slip.note), equation(slip.equation), valueSlot("As printed"));
  box.append(make("summary", "", "The printed article differs here"), inside);
  return box;
}

function lineItem(line) {
  const item = document.createElement("li");
  const inside = make("div", "line");
  inside.append(make("p", "move", line.move), equation(line.equation), valueSlot("Value"));
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
  const sizes = new ResizeObserver((entries) => entries.forEach((e) => markScrollable(e.target)));

  function writeValues() {
    const values = model.get("values");
    root.querySelectorAll(".slot").forEach((slot, n) => {
      slot.textContent = values[n];
    });
  }

  function layOut() {
    sizes.disconnect();
    root.replaceChildren(...model.get("parts").map(partSection));
    root.querySelectorAll(".equation").forEach((box) => sizes.observe(box));
    writeValues();
  }

  layOut();
  el.append(root);
  model.on("change:parts", layOut);
  model.on("change:values", writeValues);
  return () => {
    model.off("change:parts", layOut);
    model.off("change:values", writeValues);
    sizes.disconnect();
  };
}

export default { render };
