// Draws what stands above a walkthrough that was opened, goes there, and closes it.

const TEMPLATE = `
<p class="bp-note" role="status"></p>
<button type="button">Close the walkthrough</button>`;

/** How often each head has been gone to. @type {WeakMap<object, number>} */
const GONE_TO = new WeakMap();

function render({ model, el }) {
  const root = makeGroup(el, "bp-walk-head", TEMPLATE, "About this walk");
  const [note, close] = root.children;
  const [listen, listening] = listener();
  let from = null; // where the reader was

  listen(close, "click", () => {
    model.set("close_asked", model.get("close_asked") + 1);
    model.save_changes();
    from?.focus();
  });

  const paint = () => { note.textContent = model.get("note"); };

  /** Whoever has asked for the walkthrough is taken to it. */
  function arrive() {
    const opened = model.get("opened");
    if (opened <= (GONE_TO.get(model) ?? 0) || !root.isConnected) return;
    GONE_TO.set(model, opened);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    root.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    if (document.activeElement !== close) from = document.activeElement;
    close.focus({ preventScroll: true });
  }

  paint();
  const going = () => requestAnimationFrame(arrive);
  going();
  const unwatch = watch(model, { "change:note": paint, "change:opened": going });
  return () => {
    listening.abort();
    unwatch();
  };
}

export default { render };
