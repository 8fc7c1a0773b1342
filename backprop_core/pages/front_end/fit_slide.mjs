// Makes an output as large as fits on its slide: pictures, type and controls together.

const [SMALLEST, LARGEST, NEAR] = [0.85, 1.8, 0.01]; // on a projector of 1280 × 720
const PHONE = 700;
const LINES = 1.35; // what is too long at any size is read line by line, and scrolled
const LAID_OUT = ".bp-walk.is-presented, .bp-walker.is-presented"; // by their style sheet
const LONG_LINES = ".bp-derivation .equation";
const SIDEWAYS = ".bp-scroll, .bp-scalings, .bp-output pre"; // what would have to be scrolled

/** Zoom an output that is on show, until the cleanup. @param {HTMLElement} slide
 * @returns {() => void} */
export function fitSlide(slide) {
  if (slide.querySelector(LAID_OUT)) {
    slide.classList.add("is-laid-out");
    return () => slide.classList.remove("is-laid-out");
  }

  const zoom = (factor) => slide.style.setProperty("--bp-zoom", factor);
  const excess = (box) => box.scrollWidth - box.clientWidth;
  const isOver = (box) => excess(box) > 1;
  const widened = (factor, px) => slide.clientWidth / (slide.clientWidth / factor + 1.1 * px + 2);
  const fits = () => slide.scrollHeight <= slide.clientHeight && !isOver(slide)
    && ![...slide.querySelectorAll(SIDEWAYS)].some(isOver);

  const unit = () => Math.min(innerWidth / 1280, innerHeight / 720);
  const isPhone = () => innerWidth < PHONE; // held in a hand, and scrolled
  const least = () => isPhone() ? 0.9 : unit() * (slide.querySelector(".bp-derivation") ? LINES : SMALLEST);

  function fit(largest = isPhone() ? 1 : unit() * LARGEST) {
    let [low, high] = [least(), largest];
    zoom(low);
    const wide = Math.max(0, ...[...slide.querySelectorAll(LONG_LINES)].map(excess));
    if (wide && !isPhone()) zoom(low = Math.max(unit() * SMALLEST, widened(low, wide)));
    if (wide || !fits()) return low; // soon found: what is long takes long to lay out
    while (high - low > NEAR) {
      const middle = (low + high) / 2;
      zoom(middle);
      if (fits()) low = middle;
      else high = middle;
    }
    zoom(low);
    return low;
  }

  let found = fit();
  const grown = new ResizeObserver(() => {
    if (!fits() && found > least()) found = fit(found); // it never grows: that would be a jump
  });
  const root = slide.querySelector(".is-presented"); // what is around it has no box
  for (const part of root ? [root] : slide.children) grown.observe(part);
  const anew = () => { found = fit(); };
  addEventListener("resize", anew);
  return () => {
    grown.disconnect();
    removeEventListener("resize", anew);
    slide.style.removeProperty("--bp-zoom");
  };
}
