// Stands in for Python in a page that was made beforehand: plays the answers that were recorded, and
// where there is none says so in one sentence. What the browser does alone never comes here.

import { PLACES } from "./journal.mjs";

const WITHOUT_HOW = "#with-python";

/** What is asked: `[key, value]` of each wish. @param {Object} changes @returns {[string, any][]} */
function wishesIn(changes) {
  return Object.entries(changes).filter(([name]) => !PLACES.has(name)).flatMap(([name, told]) => {
    if (name === "action" && told.values) return Object.entries(told.values);
    if (name === "action") return [[told.key ?? told.do, told.value ?? null]];
    if (name === "command") return [[told.do, told.value ?? null]];
    return [[name, told]];
  });
}

/** What was deflated when the page was made. @param {string} text base64 */
async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** A recording that is being played. @param {{models: string[], data: string}} packed */
function player(packed) {
  let opened = null;

  async function open() {
    const recording = await inflated(packed.data);
    const { texts, values, parts, settled, start } = recording;
    const refer = (_, v) => (typeof v === "string" && v[0] === "\u0001" ? texts[v.slice(1)] : v);
    const held = ({ by, traits, shows }, key) =>
      Object.fromEntries(traits.map((name, n) => [name, JSON.parse(values[shows[key][n]], refer)]));
    const keyOf = ({ by }, place) => by.map((axis) => place[axis]).join("|");
    let here = start;

    /** Go where wishes lead. @returns {Object<string, Object> | null} what models hold there */
    function go(wishes) {
      const place = { ...here };
      for (const { to } of wishes) {
        for (const [axis, next] of Object.entries(to)) {
          place[axis] = typeof next === "string" ? next : next[1][here[next[0]]];
        }
      }
      for (const { axis, by, table } of settled) {
        place[axis] = table[keyOf({ by }, place)] ?? place[axis];
      }
      const all = Object.entries(parts);
      if (all.some(([, part]) => !(keyOf(part, place) in part.shows))) return null;
      const news = all.filter(([, part]) => keyOf(part, place) !== keyOf(part, here));
      here = place;
      return Object.fromEntries(news.map(([id, part]) => [id, held(part, keyOf(part, place))]));
    }

    return { wishes: recording.wishes, go };
  }

  return { has: (id) => packed.models.includes(id), open: () => (opened ??= open()) };
}

/** @param {{data: Object, models: Map<string, Object>}} page */
export function withoutPython({ data, models }) {
  const told = JSON.parse(document.getElementById("bp-recorded")?.textContent || "{}");
  const { recordings = [], marks = {}, refusal = "", how = "" } = told;
  const players = recordings.map(player);
  const known = new Map(); // model → what it held before the reader's last change
  const lines = new Map(); // id of a drawn model → the line that marks it
  let last = Promise.resolve(); // one after the other

  for (const [id, { state }] of Object.entries(data.models)) known.set(id, { ...state });

  function receive(model, state) {
    Object.assign(known.get(model.id) ?? {}, state);
    model.receive(state);
  }

  /** Play what was recorded for what a reader asks, or say that there is nothing. */
  async function play(model, asked, changes) {
    const recording = await players.find(({ has }) => has(model.id))?.open();
    const wishOf = (...told) => recording?.wishes[JSON.stringify([model.id, ...told])];
    const wishes = asked.map(([key, value]) => wishOf(key, value) ?? wishOf(key));
    const news = wishes.every(Boolean) && recording.go(wishes);
    if (!news) {
      refuse(model, changes);
      return;
    }
    for (const [id, state] of Object.entries(news)) receive(models.get(id), state);
    for (const { also } of wishes) receive(model, also);
    const taken = wishes.every((wish) => wish.taken);
    receive(model, { ...problemOf(model, ""), ...answerTo(changes, taken) });
  }

  const answerTo = ({ action, command, edit }, taken) => {
    const ticket = (action ?? command ?? edit)?.ticket;
    return ticket === undefined ? {} : { answer: { ticket, taken } };
  };
  const problemOf = (model, sentence, where) => {
    if (model.get("problem") !== undefined) return { problem: sentence };
    if (model.get("refused") !== undefined) return { refused: sentence ? { where, sentence } : {} };
    return {};
  };

  /** Say that this takes Python; menus go back, and what was typed stays. */
  function refuse(model, changes) {
    const before = known.get(model.id) ?? {};
    const back = Object.keys(changes).filter((name) => name in before && !before[name]?.ticket
      && !(model.name === "TextModel" && name === "value"));
    const { do: wanted } = changes.command ?? {};
    const where = ["number", "class"].includes(wanted) ? wanted : "answer";
    const says = problemOf(model, refusal, where);
    model.receive({
      ...Object.fromEntries(back.filter((name) => !["action", "command", "edit"].includes(name))
        .map((name) => [name, before[name]])),
      ...says, ...answerTo(changes, false),
    });
    if (model.get("setup")) model.trigger("change:setup", model, model.get("setup")); // its menus go back
    point(model, !Object.keys(says).length);
  }

  /** Make the line that marks a widget stand out, and have it read unless the widget says it. */
  function point(model, aloud) {
    const line = lineOf(model.id);
    if (!line) return;
    line.classList.add("is-asked");
    if (aloud) line.querySelector("[role=status]").textContent = refusal;
  }

  /** The line of a model, or of the widget that it is a part of. */
  function lineOf(id) {
    if (lines.has(id)) return lines.get(id);
    const box = Object.entries(data.models).find(([, { state }]) =>
      state.children?.includes(`IPY_MODEL_${id}`));
    return box && lineOf(box[0]);
  }

  function ask(model, asked, changes) {
    last = last.then(() => play(model, asked, changes)).catch((error) => {
      console.warn(error); // a browser that cannot inflate
      refuse(model, changes);
    });
  }

  // ---- marks ----

  function mark(place, id, { says, off, above }, n) {
    const line = document.createElement("p");
    line.className = "bp-without";
    line.id = `bp-without-${n}`;
    const [text, link, status] = ["span", "a", "span"].map((tag) => document.createElement(tag));
    text.textContent = says;
    Object.assign(link, { href: WITHOUT_HOW, textContent: how });
    status.className = "bp-without-said";
    status.setAttribute("role", "status");
    line.append(text, " ", link, status);
    if (above) place.prepend(line);
    else place.append(line);
    lines.set(id, line);
    if (!off) return;
    turnOff(place, off, line);
    const again = new MutationObserver(() => turnOff(place, off, line));
    again.observe(place, { childList: true, subtree: true });
    place.addEventListener("click", (event) => {
      if (!event.target.closest(".is-without-python")) return;
      event.preventDefault();
      event.stopPropagation();
      point({ id }, true);
    }, { capture: true });
  }

  /** Controls that would ask Python in vain say so, and stay where the keyboard finds them. */
  function turnOff(place, off, line) {
    for (const control of place.querySelectorAll(off)) {
      if (control.classList.contains("is-without-python")) continue;
      control.classList.add("is-without-python");
      control.setAttribute("aria-disabled", "true");
      control.setAttribute("aria-describedby", line.id);
      if (control.matches("select, [type=range], [type=file]")) control.disabled = true;
      else if (control.matches("input, textarea")) control.readOnly = true;
    }
  }

  return {
    update(model, changes) {
      const asked = wishesIn(changes);
      const { do: wish, from } = changes.action ?? {};
      const greets = wish === "arrive" && from !== "link"; // nobody has asked for anything yet
      if (greets) last = last.then(() => receive(model, answerTo(changes, true)));
      else if (asked.length) ask(model, asked, changes);
    },
    custom(model, content) {
      if (content?.event === "click") ask(model, [["click"]], {});
      else if (content?.ticket && content.do !== "cancel") {
        model.trigger("msg:custom", { ticket: content.ticket, state: "failed", sentence: refusal }, []);
        point(model, false);
      }
    },
    /** Mark what takes Python, when all is drawn. @param {HTMLElement} root */
    drawn(root) {
      [...root.querySelectorAll(".bp-view[data-model]")].forEach((place, n) => {
        const told = marks[place.dataset.model];
        if (told) mark(place, place.dataset.model, told, n);
      });
    },
  };
}
