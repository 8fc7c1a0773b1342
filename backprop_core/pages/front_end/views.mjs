// Draws a page's widgets in their places: each as its own module says, boxes with what is in them.

import { CONTROLS, layOutAs } from "./controls.mjs";

/**
 * @typedef {{el: HTMLElement, end: () => void}} View
 * @typedef {{render?: Function, initialize?: Function, forgettable?: string[]}} Definition what a
 *   module exports; `forgettable` names wishes whose effect comes back by itself (`journal.mjs`)
 */

const BOXES = { VBoxModel: "widget-vbox", HBoxModel: "widget-hbox", BoxModel: "widget-box" };
const CHILD = "IPY_MODEL_";

/** What draws widgets. @param {Map<string, Object>} models
 * @param {{modules: Object, sheets: Object, shared: {modules: string, sheets: string}}} texts by key;
 * `shared` is what all modules and all sheets begin with */
export function viewer(models, texts) {
  /** @type {Map<string, Promise<Definition>>} */
  const definitions = new Map();
  const styled = new Set();
  const begun = new WeakMap(); // models whose widget was told that there it is

  const textOf = (kind, key) => texts[kind][key].whole ?? texts.shared[kind] + texts[kind][key];

  /** The widget that a text defines: a module from a blob, since the text is in the page. */
  function definitionOf(key) {
    if (!definitions.has(key)) {
      const text = new Blob([textOf("modules", key)], { type: "text/javascript" });
      const address = URL.createObjectURL(text);
      definitions.set(key, import(address).then(async ({ default: told }) => {
        URL.revokeObjectURL(address);
        return typeof told === "function" ? await told() : told;
      }));
    }
    return definitions.get(key);
  }

  function addSheet(key) {
    if (key === null || styled.has(key)) return;
    styled.add(key);
    const sheet = document.createElement("style");
    sheet.textContent = textOf("sheets", key);
    document.head.append(sheet);
  }

  /** Call what a module has for the beginning of a model, once. */
  function begin(model, definition) {
    if (!begun.has(model)) {
      const { signal } = new AbortController();
      begun.set(model, definition.initialize?.({ model: listenerOf(model, {}), signal, experimental }));
    }
    return begun.get(model);
  }

  const experimental = { invoke: () => Promise.reject(new Error("There are no commands here.")) };

  /** @returns {View} it is filled as soon as the widget's module has come */
  function drawWidget(model) {
    const el = document.createElement("div");
    const ending = new AbortController();
    const { signal } = ending;
    addSheet(model.sheet);
    const drawn = definitionOf(model.module).then(async (definition) => {
      model.definition = definition;
      await begin(model, definition);
      if (signal.aborted) return undefined;
      return definition.render?.({ model: listenerOf(model, el), el, signal, experimental });
    });
    drawn.catch((error) => console.error(error));
    pending.push(drawn.catch(() => {}));
    const end = () => {
      ending.abort();
      model.off(null, null, el);
      drawn.then((cleanup) => cleanup?.());
    };
    return { el, end };
  }

  /** @returns {View} */
  function drawBox(model) {
    const el = document.createElement("div");
    el.classList.add("jupyter-widgets", "widget-container", "widget-box", BOXES[model.name]);
    let inside = new Map(); // model → view: what stays is not drawn anew
    function paint() {
      const named = model.get("children").map((id) => models.get(id.replace(CHILD, "")));
      const wanted = named.filter(Boolean);
      for (const [child, view] of inside) {
        if (wanted.includes(child)) continue;
        view.el.remove();
        view.end();
      }
      inside = new Map(wanted.map((child) => [child, inside.get(child) ?? draw(child)]));
      const views = [...inside.values()];
      views.forEach((view, n) => {
        if (el.children[n] !== view.el) el.insertBefore(view.el, el.children[n] ?? null);
      });
    }
    paint();
    model.on("change:children", paint, el);
    const end = () => {
      model.off(null, null, el);
      for (const view of inside.values()) view.end();
    };
    return { el, end };
  }

  /** @returns {View} */
  function drawControl(model) {
    return { el: CONTROLS[model.name](model), end() {} };
  }

  /** A model's view. @returns {View} */
  function draw(model) {
    const how = model.module ? drawWidget : BOXES[model.name] ? drawBox : drawControl;
    if (how === drawControl && !CONTROLS[model.name]) {
      throw new Error(`There is no way to draw a ${model.name}.`);
    }
    const view = how(model);
    view.el.classList.add("bp-widget");
    layOutAs(view.el, model.get("layout"));
    let classes = [];
    const dress = () => {
      view.el.classList.remove(...classes);
      view.el.classList.add(...(classes = model.get("_dom_classes") ?? []));
    };
    dress();
    model.on("change:_dom_classes", dress, view.el);
    return view;
  }

  let pending = []; // widgets whose modules are on their way

  /** The key of a text, which is among the others from now on. */
  function keyOf(kind, text) {
    if (!text) return null;
    const known = Object.keys(texts[kind]).find((key) => textOf(kind, key) === text);
    const key = known ?? `new-${Object.keys(texts[kind]).length}`;
    texts[kind][key] ??= { whole: text };
    return key;
  }

  return {
    /** Take in the module and the style sheet of a widget that is new. */
    learn: (esm, css) => ({ module: keyOf("modules", esm), sheet: keyOf("sheets", css) }),
    /** Draw the widgets in all their places. @returns {Promise<void>} when they are there */
    async drawAll(root) {
      for (const place of root.querySelectorAll(".bp-view[data-model]")) {
        const model = models.get(place.dataset.model);
        if (model) place.append(draw(model).el);
      }
      while (pending.length) {
        const waiting = pending;
        pending = [];
        await Promise.all(waiting);
      }
    },
  };
}

/** What a module is given of a model: its listeners end with the view. */
function listenerOf(model, context) {
  return {
    get: (key) => model.get(key),
    set: (key, value) => model.set(key, value),
    save_changes: () => model.save_changes(),
    send: (content, callbacks, buffers) => model.send(content, callbacks, buffers),
    on: (events, callback) => model.on(events, callback, context),
    off: (events, callback) => model.off(events, callback, context),
    widget_manager: null,
  };
}
