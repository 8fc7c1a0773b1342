// The presenter view's own furniture: what is said, the place, a button and a key for each command.

import { make } from "./shared.mjs";

const COMMANDS = [
  { act: "previous", keys: ["ArrowLeft", "PageUp"], said: "← or Page Up", does: "Previous", sign: "←" },
  { act: "next", keys: ["ArrowRight", "PageDown", " "], said: "→, Page Down or Space", does: "Next", sign: "→" },
  { act: "first", keys: ["Home"], said: "Home", does: "First step, or first slide" },
  { act: "last", keys: ["End"], said: "End", does: "Last step, or last slide" },
  { act: "hide", keys: ["h"], said: "H", does: "Hide numbers", held: true },
  { act: "uncover", keys: ["r"], said: "R", does: "Reveal" },
  { act: "clear", keys: ["x"], said: "X", does: "Clear marks" },
  { act: "time", keys: ["t"], said: "T", does: "Countdown", held: true },
  { act: "notes", keys: ["n"], said: "N", does: "Notes" },
  { act: "screen", keys: ["f"], said: "F", does: "Full screen" },
  { act: "help", keys: ["?"], said: "?", does: "Keys" },
  { act: "leave", keys: ["p", "Escape"], said: "P or Esc", does: "Leave" },
];
export const ACT_OF = new Map(COMMANDS.flatMap(({ act, keys }) => keys.map((key) => [key, act])));
const CLICK_TOO = "Click on a node, an edge or a term to mark it, and again to take the mark off. " +
  "With hidden numbers, Next reveals before it goes on, and a click reveals one number.";

const CHROME = `
<p class="bp-unseen" role="status"></p>
<p class="bp-presenter-problem" role="alert"></p>
<p class="bp-presenter-place"><span></span><b></b></p>
<div class="bp-presenter-bar" role="toolbar" aria-label="Presentation"></div>
<dialog class="bp-presenter-keys" aria-labelledby="bp-presenter-keys">
  <h2 id="bp-presenter-keys">Keys</h2><dl></dl><p></p>
  <form method="dialog"><button>Close</button></form>
</dialog>`;

/** What a presentation has besides the slide. */
export function buildChrome() {
  const chrome = make("div", "bp bp-presenter");
  chrome.innerHTML = CHROME;
  const [bar, list] = [chrome.querySelector(".bp-presenter-bar"), chrome.querySelector("dl")];
  for (const { act, said, does, sign, held } of COMMANDS) {
    list.append(make("dt", "", said), make("dd", "", does));
    if (act === "first" || act === "last") continue;
    const button = make("button", "", sign ?? does);
    Object.assign(button, { type: "button", title: `${does} (${said})` });
    if (sign) button.setAttribute("aria-label", does);
    if (held) button.setAttribute("aria-pressed", "false");
    button.dataset.act = act;
    bar.append(button);
  }
  chrome.querySelector("dialog p").textContent = CLICK_TOO;
  return chrome;
}
