// Asks Python for files and saves them. Nothing leaves the page.

const SAVING = `
<p class="bp-said"><span role="status"></span><span class="bp-so-far"></span>
  <a hidden>Save it again</a><button type="button" data-do="cancel" hidden>Cancel</button></p>
<p class="bp-problem" role="alert"></p>`;

/** What asks for files in a root that holds `SAVING`.
 * @param {Element} buttons where the keyboard goes from a button that vanishes
 * @returns {{ask: Function, giveUp: () => void, paint: (sentence: string, trouble?: string) => void,
 *   end: () => void}} */
function saving(root, model, listen, buttons) {
  const $ = (selector) => root.querySelector(selector);
  const [status, progress, problem] = [$("[role=status]"), $(".bp-so-far"), $(".bp-problem")];
  const [again, cancel] = [$(".bp-said a"), $("[data-do=cancel]")];
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
    if (focused) buttons.querySelector("button")?.focus();
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
    } else if (told.state === "failed") paint("", told.sentence);
    else paint(told.sentence);
  }

  listen(cancel, "click", () => {
    giveUp();
    paint("Cancelled.");
  });
  const unwatch = watch(model, { "msg:custom": onMessage });
  const end = () => {
    giveUp();
    unwatch();
  };
  return { ask, giveUp, paint, end };
}

/** A button that asks for a file. */
function wishButton({ do: wish, label, hint }) {
  const button = make("button", "", label);
  button.type = "button";
  button.dataset.do = wish;
  button.title = hint;
  return button;
}
