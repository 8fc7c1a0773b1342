// Starts, pauses and steps a training, moves through its epochs, and says how it is.

const HUSH_MS = 700; // a state is announced when it has lasted so long,
const HUSH_RUNNING_MS = 3000; // and while it trains, so long
const REMARK_MS = 1200; // what is noticed while it trains stays for so long, to be read

const TRANSPORT = `
<div class="bp-transport">
  <div class="bp-controls">
    <button type="button" class="bp-play" data-do="train" title="Train or pause (space)">Train</button>
    <label class="bp-for"><span>for</span>
      <input type="text" class="bp-epochs" inputmode="numeric" autocomplete="off" maxlength="1000" value="1000"
        aria-label="Train for so many epochs; empty: until paused"><span>epochs</span></label>
    <button type="button" data-do="epoch" title="One epoch (→)">One epoch</button>
    <button type="button" data-do="sample" title="Train with the next sample">One sample</button>
    <button type="button" data-do="stop" title="Back to epoch 0, with fresh weights">Start again</button>
    <button type="button" data-do="walk">Walk through this step</button>
  </div>
  <div class="bp-time">
    <label class="bp-scrub"><span>Epoch</span>
      <input type="range" class="bp-step" min="0" max="0" step="1" aria-label="Epoch"></label>
    <p class="bp-progress-line"><span class="bp-place"></span><span class="bp-total"></span><span
      class="bp-rate"></span></p>
  </div>
  <div class="bp-bar" role="progressbar" aria-label="Training" aria-valuemin="0"><div></div></div>
  <div class="bp-under">
    <ul class="bp-remarks" aria-label="What is to be noticed"></ul>
    <button type="button" class="bp-more" aria-expanded="false" hidden></button>
    <p class="bp-problem" role="alert"></p>
    <p class="bp-keys">Keys: space trains or pauses, → trains one epoch, ← goes back one.</p>
  </div>
  <p class="bp-said bp-unseen" role="status"></p>
</div>`;

/** The controls of a training; their keys work wherever the focus is inside the root. */
function transport(root, { listen, later, frame, wishes }) {
  const $ = (selector) => root.querySelector(`.bp-transport ${selector}`);
  const [epochs, slider, bar, remarks] = [".bp-epochs", ".bp-step", ".bp-bar", ".bp-remarks"].map($);
  const [train, said, under, more] = [".bp-play", ".bp-said", ".bp-under", ".bp-more"].map($);

  // ---- what the reader wants ----

  const does = {
    train: () => (frame().running ? wishes.ask("pause") : wishes.ask("train", epochs.value)),
    stop: () => wishes.ask("stop"),
    epoch: () => wishes.ask("epoch"),
    sample: () => wishes.ask("sample"),
    walk: () => wishes.ask("walk"),
  };
  const keys = {
    " ": () => does.train(),
    ArrowRight: ({ repeat }) => { if (!(repeat && wishes.isWaiting())) does.epoch(); },
    ArrowLeft: () => {
      const { epoch, used, first } = frame();
      const from = wishes.ahead("go_to") ?? (used ? epoch + 1 : epoch);
      if (from > first) wishes.ask("go_to", from - 1);
    },
  };

  listen(root, "click", ({ target }) => does[target.closest("button")?.dataset.do]?.());
  listen(slider, "input", () => {
    writeSlider(Number(slider.value));
    wishes.ask("go_to", Number(slider.value));
  });
  listen(more, "click", () => unfold(!remarks.classList.contains("is-open")));
  listen(root, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const typing = event.target.closest("input, select, textarea");
    const presses = event.key === " " && event.target.closest("button");
    if (!keys[event.key] || typing || presses) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key](event);
  });

  function answered(wanted, taken) {
    if (wanted === "train") epochs.toggleAttribute("aria-invalid", false);
    if (wanted === "train" && !taken) epochs.setAttribute("aria-invalid", "true");
    placeSlider();
  }

  // ---- how it is ----

  function writeSlider(epoch) {
    const { first: low, last: high } = frame();
    slider.min = String(low);
    slider.max = String(Math.max(high, epoch));
    slider.value = String(epoch);
    slider.disabled = low === high;
    slider.style.setProperty("--done", `${high > low ? (100 * (epoch - low)) / (high - low) : 0}%`);
    slider.setAttribute("aria-valuetext", `epoch ${epoch}`);
  }

  /** The present epoch, unless somebody is on the way to another one. */
  function placeSlider() {
    const { epoch } = frame();
    if (epoch !== undefined && wishes.ahead("go_to") === undefined) writeSlider(epoch);
  }

  function writeBar({ place, epoch, end }) {
    bar.classList.toggle("is-off", end === null);
    if (end === null) return;
    const done = Math.min(epoch, end);
    bar.setAttribute("aria-valuemax", end);
    bar.setAttribute("aria-valuenow", done);
    bar.setAttribute("aria-valuetext", place);
    bar.firstElementChild.style.width = `${(100 * done) / Math.max(end, 1)}%`;
  }

  let written = { told: "[]", at: -Infinity }; // the remarks on show

  /** The gravest is told; the others are a click away, so that the pictures keep their place. */
  function writeRemarks(sentences, running) {
    const told = JSON.stringify(sentences);
    const now = performance.now();
    if (written.told === told || (running && now - written.at < REMARK_MS)) return;
    written = { told, at: now };
    remarks.replaceChildren(...sentences.map((sentence) => make("li", "", sentence)));
    more.hidden = sentences.length < 2;
    unfold(remarks.classList.contains("is-open") && !more.hidden);
  }

  function unfold(open) {
    const others = remarks.children.length - 1;
    remarks.classList.toggle("is-open", open);
    more.setAttribute("aria-expanded", String(open));
    write(more, open ? "only the first" : `and ${others} more`);
    keepHeight();
  }

  /** What needed more lines once keeps them for as long as it trains. */
  function keepHeight() {
    const { running } = frame();
    if (!running) under.style.minHeight = "";
    else under.style.minHeight = `${under.offsetHeight}px`;
  }

  let hush = null;
  /** People who listen are told what has come to rest, not every frame. */
  function announce(text, running) {
    if (hush?.text === text) return;
    hush?.forget();
    const wait = running && said.textContent ? HUSH_RUNNING_MS : HUSH_MS;
    hush = { text, forget: later(() => write(said, text), wait) };
  }

  function paint(told) {
    const sentences = told.remarks.map(([sentence]) => sentence);
    write($(".bp-place"), told.place);
    write($(".bp-rate"), told.rate);
    write($(".bp-total"), told.error);
    write(train, told.running ? "Pause" : "Train");
    placeSlider();
    writeBar(told);
    writeRemarks(sentences, told.running);
    const others = sentences.length > 1 ? [`And ${sentences.length - 1} more remarks.`] : [];
    announce([told.said, ...sentences.slice(0, 1), ...others].join(" "), told.running);
  }

  return { paint, answered, refuse: (sentence) => write($(".bp-problem"), sentence) };
}
