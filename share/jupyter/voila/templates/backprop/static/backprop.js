// Follows the system's light or dark theme, and says so when the page has lost its kernel.

const dark = matchMedia("(prefers-color-scheme: dark)");
const paper = matchMedia("print");

function followTheme(onPaper = paper.matches) {
  document.body.dataset.jpThemeLight = String(onPaper || !dark.matches);
}

for (const medium of [dark, paper]) medium.addEventListener("change", () => followTheme());
addEventListener("beforeprint", () => followTheme(true));
addEventListener("afterprint", () => followTheme(false));
followTheme();

// A formula or table that is too wide for a phone scrolls in its box: let the Tab key reach it.
function letScrollersBeReached() {
  for (const box of document.querySelectorAll(".bp-prose :is(mjx-container, table, pre, p, ul, ol)")) {
    if (box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX === "auto") {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}

// Voilà calls these while the chapter's cells run, and when they are done.
window.voila_heartbeat = () => {};
window.voila_finish = () => {
  const typeset = new MutationObserver(letScrollersBeReached);
  document
    .querySelectorAll(".bp-prose")
    .forEach((prose) => typeset.observe(prose, { childList: true, subtree: true }));
  addEventListener("resize", letScrollersBeReached);
  letScrollersBeReached();
};

// Formulas take longer than all the rest: they are typeset piece by piece, once the widgets are
// there. (What has the class jp-MarkdownOutput Voilà would typeset at once, before any widget.)
const LOADING = ".bp-output > script, .bp-output > .jp-OutputArea-output:not(:has(*))";

async function typesetFormulas(typesetter) {
  const frame = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go)));
  const latest = performance.now() + 5000;
  while (document.querySelector(LOADING) && performance.now() < latest) await frame();
  for (const prose of document.querySelectorAll(".bp-maths")) {
    await frame();
    await typesetter.typeset(prose);
  }
}

async function started(app) {
  document.getElementById("bp-wait").remove();
  const lost = document.getElementById("bp-lost");
  const { kernel, _rendermime: rendermime } = await app.widgetManagerPromise.promise;
  typesetFormulas(rendermime.latexTypesetter);
  const fatal = ["dead", "restarting", "autorestarting", "terminating"];
  let died = false;
  let patience;
  kernel.statusChanged.connect((_, status) => {
    died ||= fatal.includes(status);
    if (died) lost.hidden = false;
  });
  kernel.connectionStatusChanged.connect((_, status) => {
    clearTimeout(patience);
    if (status === "connected") lost.hidden = !died;
    else patience = setTimeout(() => (lost.hidden = false), 5000);
  });
  // A reader who leaves stops the kernel (Voilà tells the server): no alarm on the way out.
  addEventListener("beforeunload", () => (fatal.length = 0));
}

// Voilà's script puts its application here when it has started.
Object.defineProperty(window, "jupyterapp", { set: started });

// A page that comes back from the browser's history has no kernel any more.
addEventListener("pageshow", (event) => event.persisted && location.reload());
