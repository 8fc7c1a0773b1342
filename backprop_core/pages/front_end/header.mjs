// Says in one sentence why Python does not answer at present, and offers what the reader can do.

/**
 * @typedef {"died" | "idle" | "full" | "cut" | "going on" | "renewed" | "shut" | "too much" | ""} Trouble
 */

const LOAD_AGAIN = { label: "Load again", act: () => location.reload() };
const GO_ON = { label: "Go on" };
const LINK_WORTH_MS = 700; // ms after which a connection that comes back by itself was worth a word

/** @type {Object<string, {text: string, urgent?: boolean, wait?: number, button?: Object}>} */
const LINK_SENTENCES = {
  died: {
    text: "The part of this page that computes has stopped. Nothing is lost.",
    urgent: true, button: GO_ON,
  },
  idle: {
    text: "Nothing was done here for a while, so the part of this page that computes was stopped. " +
      "Nothing is lost.",
    urgent: true, button: GO_ON,
  },
  "too much": {
    text: "The part of this page that computes has stopped, and more was done here than it can do " +
      "again: it would begin afresh.",
    urgent: true, button: LOAD_AGAIN,
  },
  renewed: {
    text: "The tutorial was renewed meanwhile. To compute, this page has to be loaded again.",
    urgent: true, button: LOAD_AGAIN,
  },
  shut: {
    text: "The tutorial's server no longer knows this page. To compute, it has to be loaded again.",
    urgent: true, button: LOAD_AGAIN,
  },
  cut: {
    text: "The connection is interrupted. What you do here is kept and goes on when it is back.",
    wait: LINK_WORTH_MS,
  },
  full: {
    text: "All places are taken at the moment: reading and stepping work, changing numbers has to " +
      "wait. The page tries again by itself.",
  },
  "going on": { text: "Going on …" },
};

/** The place of the sentence. @param {{goOn: () => void}} acts
 * @returns {{say: (trouble: Trouble) => void}} */
export function linkSentence({ goOn }) {
  const box = document.getElementById("bp-link");
  box.innerHTML = `<p role="alert"></p><p role="status"></p><button type="button" hidden></button>`;
  box.hidden = false; // what is announced has to be there before
  const [alert, status, button] = box.children;
  let [said, waiting, from] = ["", 0, null];

  // What the reader is at has the focus again after the button is gone.
  document.addEventListener("focusin", ({ target }) => { if (target !== button) from = target; });

  function show(trouble) {
    const { text = "", urgent = false, button: offer = null } = LINK_SENTENCES[trouble] ?? {};
    const { classList: classes } = document.documentElement;
    const wasSaid = classes.contains("bp-interrupted");
    const hadFocus = document.activeElement === button;
    alert.textContent = urgent ? text : "";
    status.textContent = urgent ? "" : text;
    box.classList.toggle("is-said", Boolean(text));
    if (classes.toggle("bp-interrupted", Boolean(text)) !== wasSaid) {
      dispatchEvent(new Event("resize")); // a slide has another height now
    }
    button.hidden = !offer;
    button.textContent = offer?.label ?? "";
    button.onclick = offer?.act ?? goOn;
    if (hadFocus && !offer && from?.isConnected) from.focus({ preventScroll: true });
  }

  return {
    say(trouble) {
      if (trouble === said) return;
      said = trouble;
      clearTimeout(waiting);
      const { wait = 0 } = LINK_SENTENCES[trouble] ?? {};
      if (wait) waiting = setTimeout(show, wait, trouble);
      else show(trouble);
    },
  };
}
