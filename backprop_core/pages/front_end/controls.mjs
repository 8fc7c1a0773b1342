// Draws the few of ipywidgets' own widgets that stand beside ours: boxes, fields, menus, buttons.
// Elements and classes are ipywidgets', so that style sheets fit here as they do in JupyterLab.

const MOST_CHARACTERS = 1000; // as in our widgets' own fields

let controlsMade = 0;

const element = (tag, ...classes) => {
  const made = document.createElement(tag);
  made.classList.add(...classes);
  return made;
};

/** Follow a value of a model, from now on. */
function follow(model, key, paint) {
  paint(model.get(key));
  model.on(`change:${key}`, () => paint(model.get(key)));
}

/** A place for a control with its description before it. */
function describedBox(model, control, ...classes) {
  const box = element("div", "jupyter-widgets", "widget-inline-hbox", ...classes);
  const label = element("label", "widget-label");
  control.id = label.htmlFor = `bp-control-${++controlsMade}`;
  label.style.width = model.get("style")?.description_width ?? "";
  follow(model, "description", (text) => {
    label.textContent = text;
    label.hidden = !text;
  });
  box.append(label, control);
  return box;
}

function textField(model) {
  const field = element("input", "widget-input");
  field.type = "text";
  field.maxLength = MOST_CHARACTERS;
  field.placeholder = model.get("placeholder") ?? "";
  const box = describedBox(model, field, "widget-text");
  follow(model, "value", (text) => { if (field.value !== text) field.value = text; });
  follow(model, "disabled", (off) => { field.disabled = off; });
  const take = () => {
    model.set("value", field.value);
    model.save_changes();
  };
  field.addEventListener("change", take);
  if (model.get("continuous_update")) field.addEventListener("input", take);
  for (const type of ["keydown", "keypress"]) {
    field.addEventListener(type, (event) => event.stopPropagation());
  }
  return box;
}

function menuField(model) {
  const menu = element("select");
  const box = describedBox(model, menu, "widget-dropdown");
  follow(model, "_options_labels", (labels) => {
    menu.replaceChildren(...labels.map((text) => {
      const option = new Option(text.replaceAll(" ", "\u00a0"), text);
      option.dataset.value = encodeURIComponent(text);
      return option;
    }));
    menu.selectedIndex = model.get("index") ?? -1;
  });
  follow(model, "index", (index) => { menu.selectedIndex = index ?? -1; });
  follow(model, "disabled", (off) => { menu.disabled = off; });
  menu.addEventListener("change", () => {
    model.set("index", menu.selectedIndex === -1 ? null : menu.selectedIndex);
    model.save_changes();
  });
  return box;
}

function pushButton(model) {
  const button = element("button", "jupyter-widgets", "jupyter-button", "widget-button");
  button.type = "button";
  follow(model, "description", (text) => { button.textContent = text; });
  follow(model, "tooltip", (text) => { button.title = text ?? model.get("description"); });
  follow(model, "disabled", (off) => { button.disabled = off; });
  button.addEventListener("click", () => model.send({ event: "click" }));
  return button;
}

function markupBox(model) {
  const box = element("div", "jupyter-widgets", "widget-inline-hbox", "widget-html");
  const content = box.appendChild(element("div", "widget-html-content"));
  follow(model, "value", (markup) => { content.innerHTML = markup; }); // written by the kernel alone
  return box;
}

function plainLabel(model) {
  const box = element("div", "jupyter-widgets", "widget-inline-hbox", "widget-label");
  follow(model, "value", (text) => { box.textContent = text; });
  return box;
}

const layoutName = (key) => key.replaceAll("_", "-");

/** What a model's layout says, as ipywidgets writes it on an element. */
export function layOutAs(box, layout) {
  if (typeof layout !== "object") return;
  for (const [key, value] of Object.entries(layout ?? {})) {
    if (!key.startsWith("_")) box.style.setProperty(layoutName(key), value ?? "");
  }
}

/** Draws a control from its model, by the model's name.
 * @type {Object<string, (model: Object) => HTMLElement>} */
export const CONTROLS = {
  TextModel: textField, DropdownModel: menuField, ButtonModel: pushButton,
  HTMLModel: markupBox, LabelModel: plainLabel,
};
