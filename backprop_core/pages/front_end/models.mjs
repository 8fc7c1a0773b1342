// The models of a page's widgets: what they hold, who listens, and what is new since it was sent.
// They do what ipywidgets' and anywidget's models do; Python is whoever is told of changes.

import { areEqual } from "./equal.mjs";
import { fromBase64, putBuffers } from "./messages.mjs";

/**
 * @typedef {{update: (model: Model, changes: Object) => void,
 *   custom: (model: Model, content: any, buffers: any[]) => void}} Python
 * @typedef {{name: string, module: string | null, sheet: string | null, state: Object,
 *   buffers?: {path: (string | number)[], data: string}[], classes?: string[]}} ToldModel
 */

/** A widget's model. Listeners are called with a context, by which they can be removed. */
export class Model {
  #state;
  #python;
  #listeners = []; // {event, callback, context}, in the order in which they came
  #unsaved = {};
  #setting = false;
  #changed = false;

  /** @param {string} id @param {ToldModel} told @param {Python} python */
  constructor(id, { name, module = null, sheet = null, state, classes = [] }, python) {
    Object.assign(this, { id, name, module, sheet });
    this.#state = { ...state, _dom_classes: classes };
    this.#python = python;
  }

  get(key) {
    return this.#state[key];
  }

  /** Set one value, or several in an object. Who listens to a change may set others. */
  set(key, value) {
    this.#set(typeof key === "object" ? key : { [key]: value }, true);
  }

  /** Set what Python says: it need not be told. */
  receive(state) {
    this.#set(state, false);
  }

  /** Tell Python what was set since the last time. */
  save_changes() {
    const changes = this.#unsaved;
    this.#unsaved = {};
    if (Object.keys(changes).length) this.#python.update(this, changes);
  }

  /** Send Python a message that is no change. @param {any[]} buffers */
  send(content, _callbacks, buffers = []) {
    this.#python.custom(this, content, buffers);
  }

  on(events, callback, context) {
    for (const event of events.split(/\s+/)) this.#listeners.push({ event, callback, context });
  }

  /** Remove listeners; whatever is left out stands for all. */
  off(events, callback, context) {
    const names = events?.split(/\s+/);
    this.#listeners = this.#listeners.filter((one) =>
      (names && !names.includes(one.event)) || (callback && callback !== one.callback)
        || (context && context !== one.context));
  }

  /** Call who listens; where one goes astray, the others go on. */
  trigger(event, ...told) {
    for (const { callback, context } of this.#listeners.filter((one) => one.event === event)) {
      try {
        callback.apply(context, told);
      } catch (error) {
        console.error(error);
      }
    }
  }

  #set(values, ours) {
    const nested = this.#setting;
    this.#setting = true;
    try {
      const changes = Object.keys(values).filter((key) => !areEqual(this.#state[key], values[key]));
      Object.assign(this.#state, values);
      this.#changed ||= changes.length > 0;
      if (ours) for (const key of changes) this.#unsaved[key] = values[key];
      for (const key of changes) this.trigger(`change:${key}`, this, this.#state[key]);
      while (!nested && this.#changed) {
        this.#changed = false;
        this.trigger("change", this);
      }
    } finally {
      if (!nested) this.#setting = this.#changed = false;
    }
  }
}

/** The models of a page, from its data. @param {Python} python @returns {Map<string, Model>} */
export function readModels(data, python) {
  const models = new Map();
  for (const [id, told] of Object.entries(data.models)) {
    for (const { path, data: text } of told.buffers ?? []) {
      putBuffers(told.state, [path], [fromBase64(text)]);
    }
    models.set(id, new Model(id, told, python));
  }
  return models;
}
