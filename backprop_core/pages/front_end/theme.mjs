// Follows the system's light or dark theme, and lets the keyboard reach what has to be scrolled.

const darkTheme = matchMedia("(prefers-color-scheme: dark)");
const onPaper = matchMedia("print");

function followTheme(printed = onPaper.matches) {
  document.body.dataset.jpThemeLight = String(printed || !darkTheme.matches);
}

// A formula or table that is too wide for a phone scrolls in its box: let the Tab key reach it.
const SCROLLERS = ".bp-prose :is(.bp-formula, table, pre, p, ul, ol)";

function letScrollersBeReached() {
  for (const box of document.querySelectorAll(SCROLLERS)) {
    if (box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX === "auto") {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}

/** From now on. */
export function followReader() {
  for (const medium of [darkTheme, onPaper]) medium.addEventListener("change", () => followTheme());
  addEventListener("beforeprint", () => followTheme(true));
  addEventListener("afterprint", () => followTheme(false));
  addEventListener("resize", letScrollersBeReached);
  followTheme();
  letScrollersBeReached();
  document.fonts.ready.then(letScrollersBeReached); // formulas have another width by then
}
