// Saves files that Python makes, and hands it a network to load. Nothing leaves the page.

const TEMPLATE = `
<div class="bp-controls"></div>
<label class="bp-load" hidden><span>Load a network</span>
  <input type="file" accept=".json,application/json"></label>
<p class="bp-said"><span role="status"></span><span class="bp-progress"></span>
  <a hidden>Save it again</a><button type="button" data-do="cancel" hidden>Cancel</button></p>
<p class="bp-problem" role="alert"></p>`;

function render({ model, el }) {
  const root = makeGroup(el, "bp-take-away", TEMPLATE, "Take it with you");
  const $ = (selector) => root.querySelector(selector);
  const [buttons, load, file] = [$(".bp-controls"), $(".bp-load"), $("input")];
  const [status, progress, problem] = [$("[role=status]"), $(".bp-progress"), $(".bp-problem")];
  const [again, cancel] = [$("a"), $("[data-do=cancel]")];
  const [listen, listening] = listener();
  let waiting = ""; // the ticket of what was asked for last, until it is there

  /** Ask Python for something; what was asked for before is given up. */
  function ask(wish, sentence, buffers) {
    giveUp();
    waiting = unique("ticket");
    paint(sentence);
    model.send({ ...wish, ticket: waiting }, undefined, buffers);
  }

  function giveUp() {
    if (waiting) model.send({ do: "cancel", ticket: waiting });
    waiting = "";
    forget();
  }

  function paint(sentence, trouble = "") {
    const focused = root.getRootNode().activeElement === cancel;
    status.textContent = sentence;
    progress.textContent = ""; // apart, for nobody wants to hear every step of it
    problem.textContent = trouble;
    cancel.hidden = true;
    root.setAttribute("aria-busy", String(Boolean(waiting)));
    if (focused) buttons.firstChild?.focus();
  }

  /** Save a file, and keep it at hand for a browser that asks before it does. */
  function save(data, { name, type }) {
    again.href = URL.createObjectURL(new Blob([data], { type }));
    again.download = name;
    again.hidden = false;
    again.click();
  }

  /** Let go of the file that was saved last. */
  function forget() {
    if (!again.hidden) URL.revokeObjectURL(again.href);
    again.removeAttribute("href");
    again.hidden = true;
  }

  function onMessage(told, buffers) {
    if (!waiting || told.ticket !== waiting) return; // another view's
    if (told.state === "progress") {
      progress.textContent = told.sentence;
      cancel.hidden = false;
      return;
    }
    waiting = "";
    if (told.state === "done") {
      paint(`Saved as ${told.name}.`);
      save(buffers[0], told);
    } else if (told.state === "loaded") paint(told.sentence);
    else paint("", told.sentence);
  }

  async function loadFile() {
    const [chosen] = file.files;
    file.value = ""; // the same file may be chosen again
    if (!chosen) return;
    giveUp();
    if (chosen.size > model.get("most_bytes")) {
      const size = (chosen.size / 1e6).toFixed(1);
      paint("", `“${chosen.name}” has ${size} MB, but expected 1 MB or less. The present network stays.`);
      return;
    }
    try {
      const data = await chosen.arrayBuffer();
      ask({ do: "load", name: chosen.name }, `Loading ${chosen.name} …`, [data]);
    } catch {
      paint("", `“${chosen.name}” cannot be read: it has changed since it was chosen.`);
    }
  }

  buttons.append(...model.get("offers").map((offer) => {
    const button = make("button", "", offer.label);
    button.type = "button";
    button.dataset.do = offer.do;
    button.title = offer.hint;
    return button;
  }));
  load.hidden = !model.get("loads");

  listen(buttons, "click", ({ target }) => {
    const wish = target.closest("button")?.dataset.do;
    if (wish) ask({ do: wish }, "Making the file …");
  });
  listen(cancel, "click", () => {
    giveUp();
    paint("Cancelled.");
  });
  listen(file, "change", loadFile);
  const unwatch = watch(model, { "msg:custom": onMessage });
  return () => {
    giveUp();
    unwatch();
    listening.abort();
  };
}

export default { render };
