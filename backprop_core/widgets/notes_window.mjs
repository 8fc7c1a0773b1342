// Shows the speaker a question for each step, and the plan, in a second window that follows.

import { minutesAndSeconds } from "./countdown.mjs";
import { make, write } from "./shared.mjs";

/** @typedef {{title: string, minutes: Object<string, number>, current: boolean}} PlanRow */

const PLANS = ["45", "90"];

const NOTES = `
<main>
  <p class="times"><span>Elapsed <b class="elapsed"></b></span> <span class="left"></span></p>
  <h1></h1>
  <p class="step"></p>
  <h2>Ask</h2>
  <p class="question" role="status"></p>
  <p class="listen"></p>
  <p class="advice"></p>
  <p class="next"></p>
  <section>
    <h2>Plan</h2>
    <table><thead><tr><th scope="col">Part</th></tr></thead><tbody></tbody></table>
  </section>
</main>`;

const LOOK = `
:root { color-scheme: light dark; --paper: #fffdfa; --ink: #1c1c1e; --muted: #63636b; --line: #e3e0da; --accent: #b84f00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17191a; --ink: #ecebe4; --muted: #a3a29b; --line: #36393b; --accent: #ff8a3d; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 18px/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem 1.25rem 2rem; }
.times { display: flex; justify-content: space-between; margin: 0; color: var(--muted); font-variant-numeric: tabular-nums; }
.times b { color: var(--ink); }
h1 { margin: 0.75rem 0 0; font-size: 1.35rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 0; color: var(--accent); font-size: 1rem; }
.step, .next { color: var(--muted); }
main > p:empty { display: none; }
.step, .listen, .advice, .next { margin: 0.25rem 0; }
.question { margin: 0.25rem 0 1rem; font: 1.6rem/1.35 Georgia, serif; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.5rem 0.25rem 0; border-bottom: 1px solid var(--line); text-align: left; font-weight: 400; vertical-align: baseline; }
thead th { color: var(--muted); }
th + th, td { width: 6.5em; }
[aria-current] > * { color: var(--accent); font-weight: 700; }`;

/** From which minute to which one stays at each part. @param {PlanRow[]} plan @param {string} name */
function spans(plan, name) {
  let from = 0;
  return plan.map(({ minutes }) => {
    const until = from + (minutes[name] ?? 0);
    const span = until > from ? `${from}–${until}` : "skip";
    from = until;
    return span;
  });
}

function paintPlan(main, plan) {
  main.querySelector("section").hidden = !plan.length;
  const columns = PLANS.map((name) => spans(plan, name));
  main.querySelector("thead tr").replaceChildren(
    ...["Part", ...PLANS.map((name) => `${name} minutes`)].map((text) => {
      const head = make("th", "", text);
      head.scope = "col";
      return head;
    }),
  );
  main.querySelector("tbody").replaceChildren(...plan.map(({ title, current }, n) => {
    const [row, head] = [make("tr"), make("th", "", title)];
    head.scope = "row";
    if (current) row.setAttribute("aria-current", "true");
    row.append(head, ...columns.map((column) => make("td", "", column[n])));
    return row;
  }));
  main.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

/** @param {(event: KeyboardEvent) => void} onKey its keys move the slides, too */
export function notesWindow(onKey) {
  let [view, timer, told] = [null, 0, null];
  const isOpen = () => Boolean(view && !view.closed);
  const $ = (selector) => view.document.querySelector(selector);

  function open() {
    if (isOpen()) {
      view.focus();
      return true;
    }
    clearInterval(timer);
    view = window.open("", "", "popup,width=720,height=760");
    if (!view) return false;
    const { document: page } = view;
    page.title = "Speaker notes";
    page.documentElement.lang = "en";
    page.body.innerHTML = NOTES;
    page.head.append(make("style", "", LOOK));
    view.addEventListener("keydown", onKey);
    timer = setInterval(paintTimes, 500);
    return true;
  }

  function paintTimes() {
    if (!isOpen()) {
      clearInterval(timer);
      return;
    }
    write($(".elapsed"), minutesAndSeconds(Date.now() - told.began));
    write($(".left"), told.left && `Countdown ${told.left}`);
  }

  /** @param {{title: string, step: string, place: string, question: string, listen: string,
   *   advice: string, next: string, began: number, left: string, plan: PlanRow[]}} now */
  function show(now) {
    told = now;
    write($("h1"), now.title);
    write($(".step"), [now.place, now.step].filter(Boolean).join(" · "));
    write($(".question"), now.question || "–");
    write($(".listen"), now.listen && `Listen for: ${now.listen}`);
    write($(".advice"), now.advice);
    write($(".next"), `Next: ${now.next}`);
    paintTimes();
    paintPlan($("main"), now.plan);
  }

  function close() {
    clearInterval(timer);
    if (isOpen()) view.close();
    view = null;
  }

  return { open, show, close, isOpen };
}
