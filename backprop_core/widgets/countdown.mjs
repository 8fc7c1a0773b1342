// Counts minutes down in a corner of the presenter view, without a sound.

import { make, write } from "./shared.mjs";

const MOST_MINUTES = 180;

/** Minutes and seconds that are left. @param {number} ms */
export function minutesAndSeconds(ms) {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** @param {(text: string) => void} say @param {() => void} changed is told of every second */
export function countdown(say, changed) {
  const box = make("form", "bp-countdown");
  box.hidden = true;
  box.noValidate = true;
  box.innerHTML = `<label>Minutes <input type="text" inputmode="decimal" autocomplete="off"></label>
<button>Start</button><p role="alert"></p><output role="timer" aria-live="off"></output>`;
  const [field, problem, shown] = ["input", "p", "output"].map((name) => box.querySelector(name));
  let [ends, timer, before] = [0, 0, null];

  function state(name) {
    box.hidden = !name;
    box.dataset.state = name;
    changed();
  }

  function ask(minutes) {
    before = document.activeElement;
    write(problem, "");
    field.removeAttribute("aria-invalid");
    field.value = String(minutes || 5);
    state("asking");
    field.focus();
    field.select();
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    if (box.contains(document.activeElement)) before?.focus({ preventScroll: true });
    state("");
  }

  function tick() {
    const left = ends - Date.now();
    write(shown, left > 0 ? minutesAndSeconds(left) : "Time is up");
    if (left <= 0) {
      clearInterval(timer);
      timer = 0;
      box.dataset.state = "over";
      say("Time is up.");
    }
    changed();
  }

  field.addEventListener("keydown", ({ key }) => key === "Escape" && stop());
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    const minutes = Number(text.replace(",", ".") || NaN);
    if (!(minutes > 0 && minutes <= MOST_MINUTES)) {
      field.setAttribute("aria-invalid", "true");
      write(problem, `Minutes is “${text}”, but expected a number up to ${MOST_MINUTES}, such as 5 or 1.5.`);
      return;
    }
    stop();
    ends = Date.now() + minutes * 60_000;
    timer = setInterval(tick, 250);
    state("running");
    tick();
    say(`Countdown: ${minutesAndSeconds(minutes * 60_000)}`);
  });

  return {
    box, stop,
    toggle: (minutes) => (box.hidden ? ask(minutes) : stop()),
    runs: () => !box.hidden,
    text: () => (["running", "over"].includes(box.dataset.state) ? shown.textContent : ""),
  };
}
