// Tells Python what the reader does, and the models what Python answers; tells a new Python it all.

import { connection } from "./connection.mjs";
import { linkSentence } from "./header.mjs";
import { isOver, isPlace, journal, sizeOf } from "./journal.mjs";
import { decodeMessage, encodeMessage, putBuffers, takeBuffers } from "./messages.mjs";
import { Model } from "./models.mjs";

const AT_ONCE = 8; // so many messages of the journal are under way at a time
const LARGEST_MESSAGE = 3_000_000; // bytes of a message: the server takes no more

/**
 * @typedef {import("./journal.mjs").Entry} Entry
 * @typedef {{pending: number, waiting: Object[], echoes: Map<string, string>}} Line what is between
 *   a model and Python: updates under way, what is to be sent next, and by the name of each trait
 *   the message whose echo is awaited
 */

const isWish = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {{data: Object, models: Map<string, Model>, views: Object}} page
 * @param {Object} python what new models tell of changes */
export function kernelLink({ data, models, views }, python) {
  const done = journal((id) => models.get(id)?.definition?.forgettable ?? []);
  /** @type {Map<string, Line>} */
  const lines = new Map();
  /** @type {Map<string, Entry>} */
  const underWay = new Map(); // by the message's id
  const awaited = new Map(); // what else has to be answered: a message's id → what to do then
  const touched = new Set(); // ids of models that Python and the page have talked about
  let later = []; // what is told as soon as there is somebody to tell
  let isOpen = false;
  let replay = null; // while a new Python is told everything: what it has set, and sent
  let before = false; // whether there was another Python before this one
  let isTold = false; // whether this one knows everything
  let sent = 0;

  const sentence = linkSentence({ goOn: () => link.begin("going on") });
  const link = connection(data, {
    opened, closed, received: (frame) => receive(decodeMessage(frame)),
    isWaiting: () => underWay.size + awaited.size > 0, ping: () => isOpen && settle(),
    said: stopped,
  });

  function say(trouble, state) {
    document.documentElement.dataset.python = state;
    sentence.say(trouble);
  }

  function stopped(trouble, state) {
    const lost = state === "stopped" && done.isFull() && ["died", "idle"].includes(trouble);
    say(lost ? "too much" : trouble, state);
  }

  const lineOf = (id) => {
    if (!lines.has(id)) lines.set(id, { pending: 0, waiting: [], echoes: new Map() });
    return lines.get(id);
  };

  // ---- what the page tells ----

  /** One update of a model is under way at a time; what comes meanwhile is put together. But no
   * wish is put in another's place: it would be lost. While nobody is connected, all is kept in
   * the order in which it was done. */
  function update(model, changes) {
    const state = structuredClone(changes);
    const { pending, waiting } = lineOf(model.id);
    if (!pending || !isOpen) return tell(model.id, state);
    const last = waiting.at(-1);
    const clash = last && Object.keys(state).some((key) => key in last && isWish(state[key]));
    if (last && !clash) Object.assign(last, state);
    else waiting.push(state);
  }

  function tell(id, changes) {
    const { state, paths, buffers } = takeBuffers(changes);
    lineOf(id).pending += 1;
    post(id, { method: "update", state, buffer_paths: paths }, buffers);
  }

  function custom(model, content, buffers = []) {
    post(model.id, { method: "custom", content: structuredClone(content) }, takeBuffers(buffers).buffers);
  }

  function post(id, told, buffers) {
    if (sizeOf(told, buffers) > LARGEST_MESSAGE) {
      console.warn("What was to be sent is too large."); // widgets refuse it before
      lineOf(id).pending = 0;
      return;
    }
    const entry = done.add(id, told, buffers);
    if (isOpen) return transmit(entry);
    later = [...later.filter((before) => !isOver(before, entry)), entry];
  }

  function transmit(entry) {
    const id = write("comm_msg", { comm_id: entry.id, data: entry.data }, entry.buffers);
    underWay.set(id, entry);
    touched.add(entry.id);
    for (const key of Object.keys(entry.data.state ?? {})) lineOf(entry.id).echoes.set(key, id);
  }

  /** @returns {string} the message's id */
  function write(type, content, buffers = []) {
    const id = `${Math.random().toString(36).slice(2)}-${++sent}`;
    const header = {
      msg_id: id, msg_type: type, username: "", session: "", version: "5.3",
      date: new Date().toISOString(),
    };
    const message = { channel: "shell", header, parent_header: {}, metadata: {}, content };
    link.send(encodeMessage(message, buffers));
    return id;
  }

  /** Ask something, and wait until it was answered, and all that came before it. */
  function settle(type = "kernel_info_request", content = {}) {
    return new Promise((settled) => awaited.set(write(type, content), settled));
  }

  /** Ask what Python has of a model. */
  const settleState = (id) => settle("comm_msg", { comm_id: id, data: { method: "request_state" } });

  // ---- what Python tells ----

  function receive(message) {
    const { header: { msg_type: type }, parent_header: parent = {}, content } = message;
    if (type === "status") {
      if (content.execution_state === "idle") answered(parent.msg_id);
    } else if (type === "comm_open") open(content.comm_id, stateIn(message), replay);
    else if (type === "comm_close" && !replay) models.delete(content.comm_id);
    else if (type === "comm_msg") hear(content.comm_id, message, parent.msg_id);
  }

  const stateIn = ({ content: { data: told }, buffers }) =>
    putBuffers(told.state, told.buffer_paths ?? [], buffers);

  function answered(id) {
    const entry = underWay.get(id);
    underWay.delete(id);
    awaited.get(id)?.();
    awaited.delete(id);
    if (entry?.data.method !== "update") return;
    const line = lineOf(entry.id);
    line.pending = Math.max(0, line.pending - 1);
    if (!line.pending && line.waiting.length && !replay) tell(entry.id, line.waiting.shift());
  }

  function hear(id, message, parent) {
    const { method, content } = message.content.data;
    touched.add(id);
    if (method === "custom") {
      done.wasSent(id, content);
      if (replay) replay.customs.push([id, content, message.buffers]);
      else models.get(id)?.trigger("msg:custom", content, message.buffers);
      return;
    }
    let state = stateIn(message);
    if (method === "echo_update") state = withoutOldEchoes(id, state, parent);
    if (awaited.has(parent)) state = withoutOurs(id, state);
    done.wasSet(id, state);
    if (!replay) models.get(id)?.receive(state);
    else replay.states.set(id, { ...replay.states.get(id), ...state });
  }

  /** An echo of what was sent before the newest would take the newest back. */
  function withoutOldEchoes(id, state, parent) {
    const { echoes, waiting } = lineOf(id);
    const isOld = (key) => {
      if (!echoes.has(key)) return false;
      if (echoes.get(key) !== parent) return true;
      echoes.delete(key);
      return waiting.some((next) => key in next);
    };
    return Object.fromEntries(Object.entries(state).filter(([key]) => !isOld(key)));
  }

  /** A whole state, without what is not the page's to know and what it knows better. */
  function withoutOurs(id, state) {
    const toBeSent = [...underWay.values(), ...later].filter((entry) => entry.id === id);
    const newer = [...lineOf(id).waiting, ...toBeSent.map((entry) => entry.data.state ?? {})];
    const known = models.get(id);
    return Object.fromEntries(Object.entries(state).filter(([key]) =>
      known?.get(key) !== undefined && !newer.some((told) => key in told)));
  }

  /** A widget that Python has made just now. */
  function open(id, state, during) {
    if (during) {
      during.opened.set(id, state);
      return;
    }
    const { _model_name: name, _esm: esm, _css: css, _dom_classes: classes = [], ...rest } = state;
    if (/(Layout|Style)Model$/.test(name)) return;
    if (models.has(id)) models.get(id).receive(rest);
    else {
      const told = { name, ...views.learn(esm, css), state: rest, classes };
      models.set(id, new Model(id, told, python));
    }
  }

  // ---- connections come and go ----

  function closed() {
    isOpen = false;
    replay = null;
    awaited.clear();
    for (const [id, { waiting }] of lines) waiting.splice(0).forEach((state) => tell(id, state));
  }

  async function opened(fresh) {
    if (fresh) return tellEverything();
    await settle();
    const lost = [...underWay.values()]; // on the way there, or the answer on the way back
    underWay.clear();
    // Where one is can be told twice. All else is told to a new Python, with all that came before.
    if (!isTold || !lost.every(isPlace)) return link.begin("cut");
    later.unshift(...lost);
    for (const id of touched) settleState(id);
    ready();
  }

  function ready() {
    isOpen = true;
    say("", "ready");
    const due = later;
    later = [];
    due.forEach(transmit);
    for (const [id, { pending, waiting }] of lines) {
      if (!pending && waiting.length) tell(id, waiting.shift());
    }
  }

  /** Tell a new Python all that was done; what it answers is shown when that is through. */
  async function tellEverything() {
    if (before && done.isFull()) {
      link.leave();
      return say("too much", "stopped");
    }
    const current = { states: new Map(), customs: [], opened: new Map() };
    replay = current;
    isTold = false;
    underWay.clear();
    later = [];
    for (const line of lines.values()) {
      line.pending = 0;
      line.echoes.clear();
    }
    for (const entries = done.entries(); entries.length;) {
      entries.splice(0, AT_ONCE).forEach(transmit);
      await settle();
      if (replay !== current) return;
    }
    if (before) await bringBack();
    if (replay !== current) return;
    replay = null;
    show(current);
    before = isTold = true;
    ready();
  }

  /** What is no matter of telling it again: the models are asked, and say it themselves. */
  async function bringBack() {
    isOpen = true;
    for (const model of models.values()) model.trigger("again");
    await Promise.resolve(); // some think about it for a moment
    await settle();
    isOpen = false;
    await Promise.all(done.forgotten().map(settleState));
  }

  function show({ opened: made, states, customs }) {
    for (const [id, state] of made) open(id, state);
    for (const [id, state] of states) models.get(id)?.receive(withoutOurs(id, state));
    for (const [id, ...told] of customs) models.get(id)?.trigger("msg:custom", ...told);
  }

  link.begin();
  return { update, custom };
}
