// Paints moments of a training that Python computed, and tells Python what its reader wants.

/**
 * @typedef {{ends: number[], ticks: [number, string][]}} AxisTold
 * @typedef {{listen: Function, later: (action: Function, wait: number) => (() => void),
 *   frame: () => Object, wishes: Object}} Shared what the parts of a stage have in common
 * @typedef {{paint: (frame: Object) => void, build?: (scene: Object) => void,
 *   answered?: (wanted: string, taken: boolean) => void}} Part
 */

const CALM_MS = 500; // between two frames of a running training, where motion is to be reduced
const REPLACED = ["go_to", "pick_sample", "pick_neuron", "axes", "hidden"];

const STAGE = `
${TRANSPORT}
<div class="bp-columns">
  <div class="bp-column">${NETWORK_MAP}${DELTA_BARS}</div>
  <div class="bp-column">${BOUNDARY}</div>
  <div class="bp-column">${ERROR_CURVE}${HIDDEN_SPACE}</div>
</div>`;

function render({ model, el }) {
  const root = makeRoot(el, "bp-training", STAGE, "Training");
  const $ = (selector) => root.querySelector(selector);
  const [listen, listening] = listener();
  const timers = new Set();

  /** Do something after a while, if the view is still there. @returns {() => void} forgets it */
  function later(action, wait) {
    const timer = setTimeout(() => { timers.delete(timer); action(); }, wait);
    timers.add(timer);
    return () => { clearTimeout(timer); timers.delete(timer); };
  }

  const frame = () => model.get("frame") ?? {};
  const frames = model.get("frames");
  const shared = { listen, later, frame, wishes: asking(model, REPLACED) };
  const controls = transport(root, shared);
  const delta = deltaBars($(".bp-delta"), frames.delta);
  /** @type {Part[]} */
  const parts = [
    controls,
    networkMap($(".bp-network"), delta.span, shared),
    delta,
    boundary($(".bp-view"), frames.plane, shared),
    errorCurve($(".bp-curve"), frames.error),
    hiddenSpace($(".bp-hidden"), frames.hidden, shared),
  ];

  // ---- one frame of the screen for the newest of ours; then Python may send another ----

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let due = 0;
  let staged = true; // whether the scene is new
  let painted = -Infinity;

  function paint() {
    const scene = model.get("scene");
    if (!scene?.layers || !frame().view) return;
    if (staged) {
      const [classes, colours] = [octets(scene.classes), paletteOf(root)];
      parts.forEach((part) => part.build?.({ ...scene, classes, colours }));
      staged = false;
    }
    parts.forEach((part) => part.paint(frame()));
    root.classList.toggle("is-running", frame().running);
    root.dataset.epoch = frame().epoch;
    root.dataset.number = frame().number;
  }

  function acknowledge() {
    const { number = 0 } = frame();
    if (number <= model.get("seen")) return;
    model.set("seen", number);
    model.save_changes();
  }

  function soon() {
    if (document.hidden) {
      acknowledge(); // nobody looks: on with it
      return;
    }
    if (due) return;
    due = requestAnimationFrame(() => {
      due = 0;
      const early = painted + CALM_MS - performance.now();
      if (calm.matches && frame().running && early > 0) {
        due = -1;
        later(() => { due = 0; soon(); }, early);
        return;
      }
      painted = performance.now();
      if (root.clientWidth) paint(); // else it is not on the page, or folded away
      acknowledge();
    });
  }

  const stage = () => { staged = true; soon(); };
  const refuse = () => controls.refuse(model.get("problem"));
  const answered = () => {
    const answer = model.get("answer");
    const wanted = shared.wishes.answered(answer);
    if (wanted) parts.forEach((part) => part.answered?.(wanted, answer.taken));
  };
  /** Ask a new kernel for what is looked at. */
  const lookAgain = () => {
    const { axes, hidden, neuron } = model.get("scene");
    const looks = { axes, hidden, pick_neuron: neuron };
    for (const [look, value] of Object.entries(looks)) {
      if (value.length && !value.includes(null)) shared.wishes.ask(look, value);
    }
  };
  const goThere = () => {
    const behavior = calm.matches ? "auto" : "smooth";
    root.scrollIntoView({ behavior, block: "start" });
    root.focus({ preventScroll: true });
  };
  listen(document, "visibilitychange", soon);

  const themed = new MutationObserver(stage);
  for (const element of [document.body, document.documentElement]) {
    themed.observe(element, { attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  }
  listen(window, "beforeprint", () => { // on paper it is light in either theme
    root.querySelectorAll("canvas").forEach((canvas) => { canvas.width = 0; }); // cleared: white there
    staged = true;
    paint();
  });
  const resized = onWidth($(".bp-net"), stage);
  const unwatch = watch(model, {
    "change:scene": stage, "change:frame": soon, "change:answer": answered,
    "change:problem": refuse, "change:visits": goThere,
    again: () => queueMicrotask(lookAgain), // after the training itself is brought back
  });
  refuse();
  stage();

  return () => {
    cancelAnimationFrame(due);
    timers.forEach(clearTimeout);
    listening.abort();
    themed.disconnect();
    resized.disconnect();
    unwatch();
  };
}

// What a training has come to is kept by the keeper; it is not trained again.
export default { render, forgettable: ["command"] };
