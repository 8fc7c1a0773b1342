// What a plot is made of: from values to places in a frame's drawing, and marks that move.

/**
 * @typedef {{key: string, kind: "line" | "area" | "point" | "text", pieces: (number | null)[][],
 *   look: string, text: string, drag: string[]}} MarkTold pieces are flat: x, y, x, y, …
 */

const FAR = 1e5; // beyond any picture: what is further away is drawn here
const BESIDE = 11; // from the middle of a point to its text
const SHAPES = {
  circle: "M -6 0 a 6 6 0 1 0 12 0 a 6 6 0 1 0 -12 0 z",
  square: "M -5.5 -5.5 h 11 v 11 h -11 z",
  cross: "M -5 -5 L 5 5 M -5 5 L 5 -5",
  ring: "M -6 0 a 6 6 0 1 0 12 0 a 6 6 0 1 0 -12 0 z",
};
const PATHS = ["line", "area"];

// ---- a plot: from its own coordinates to the drawing's, and back ----

/** @param {string | undefined} told "low high pixel_low pixel_high" @param {boolean} log */
function scale(told, log) {
  const [low, high, from, to] = (told ?? "0 1 0 1").split(/\s+/).map(Number);
  const even = (v) => (log ? Math.log10(v) : v);
  const share = (v) => (even(v) - even(low)) / (even(high) - even(low));
  return {
    inside: (v) => { const s = share(v); return s > -0.001 && s < 1.001; },
    to: (v) => Math.max(-FAR, Math.min(FAR, from + share(v) * (to - from))),
    from: (px) => {
      const v = even(low) + ((px - from) / (to - from)) * (even(high) - even(low));
      return log ? 10 ** v : v;
    },
    box: [Math.min(from, to), Math.abs(to - from)],
  };
}

/** SVG's `d` of the pieces; what is not a number ends one. */
function pathOf(pieces, x, y, closed) {
  let d = "";
  for (const piece of pieces) {
    let pen = "M";
    for (let i = 0; i + 1 < piece.length; i += 2) {
      const [px, py] = [x.to(piece[i]), y.to(piece[i + 1])];
      const there = piece[i] !== null && piece[i + 1] !== null && !Number.isNaN(px + py);
      if (there) d += `${pen}${px.toFixed(2)} ${py.toFixed(2)}`;
      pen = there ? "L" : "M";
    }
    if (closed && d) d += "Z";
  }
  return d;
}

function svgMake(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** A layer of a plot, whose marks move instead of being drawn anew. */
function layer(svg, axes, clip, className) {
  const [group, clipped, free] = ["g", "g", "g"].map((tag) => svgMake(tag));
  group.setAttribute("class", className);
  clipped.setAttribute("clip-path", `url(#${clip})`);
  group.append(clipped, free);
  svg.append(group);
  let drawn = new Map();

  function create(mark) {
    const g = svgMake("g", { "data-mark": mark.key });
    if (PATHS.includes(mark.kind)) g.append(svgMake("path"));
    else {
      g.append(svgMake("circle", { class: "hit", r: 22 }), svgMake("path", { class: "shape" }));
      g.append(svgMake("text", { class: "halo" }));
    }
    return g;
  }

  function move(g, mark) {
    const pieces = mark.pieces ?? [];
    const movable = mark.drag?.some(Boolean);
    const className = `bp-mark bp-${mark.kind} ${mark.look}${movable ? " is-movable" : ""}`;
    if (g.getAttribute("class") !== className) g.setAttribute("class", className);
    if (PATHS.includes(mark.kind)) {
      g.firstChild.setAttribute("d", pathOf(pieces, axes.x, axes.y, mark.kind === "area"));
      return;
    }
    const [x, y] = pieces[0] ?? [];
    const seen = Number.isFinite(x) && Number.isFinite(y) && axes.x.inside(x) && axes.y.inside(y);
    g.toggleAttribute("hidden", !seen);
    if (!seen) return;
    const [px, py] = [axes.x.to(x), axes.y.to(y)];
    g.setAttribute("transform", `translate(${px.toFixed(2)} ${py.toFixed(2)})`);
    const [, shape, text] = g.children;
    const known = Object.keys(SHAPES).find((name) => ` ${mark.look} `.includes(` ${name} `));
    shape.setAttribute("d", mark.kind === "point" ? SHAPES[known ?? "circle"] : "");
    write(text, mark.text);
    // beside the point, on the side where there is room
    const [left, width] = axes.x.box;
    const atEnd = px > left + 0.7 * width;
    const aside = mark.kind === "point" ? BESIDE : 0;
    const below = aside && py < axes.y.box[0] + 24;
    text.setAttribute("text-anchor", atEnd ? "end" : "start");
    text.setAttribute("x", atEnd ? -aside : aside);
    text.setAttribute("y", below ? 20 : -aside);
  }

  return {
    group,
    mark: (g) => [...drawn.values()].find((one) => one.g === g)?.mark,
    draw(marks) {
      const next = new Map();
      for (const mark of marks) {
        const before = drawn.get(mark.key);
        const g = before?.mark.kind === mark.kind ? before.g : create(mark);
        move(g, mark);
        next.set(mark.key, { g, mark });
      }
      for (const [key, { g }] of drawn) if (next.get(key)?.g !== g) g.remove();
      const last = { clipped: null, free: null };
      for (const { g, mark } of next.values()) { // in their order, but touched only if it is not so
        const name = PATHS.includes(mark.kind) ? "clipped" : "free";
        const parent = { clipped, free }[name];
        const place = last[name] ? last[name].nextSibling : parent.firstChild;
        if (place !== g) parent.insertBefore(g, place);
        last[name] = g;
      }
      drawn = next;
    },
  };
}

/** A frame with its scales, and layers to draw on; `axes` follow when they are ticked anew.
 * @param {SVGElement} svg @param {string[]} names a class for each layer, from behind to front */
function plot(svg, names) {
  const axes = { x: scale(svg.dataset.x), y: scale(svg.dataset.y, svg.dataset.yScale === "log") };
  const clip = unique("bp-clip");
  const clipPath = svgMake("clipPath", { id: clip });
  const [[x, width], [y, height]] = [axes.x.box, axes.y.box];
  clipPath.append(svgMake("rect", { x, y, width, height }));
  svg.append(clipPath);
  return { svg, axes, layers: names.map((name) => layer(svg, axes, clip, name)) };
}

/** Give an axis of a plot another range and other numbers, looking like those it was drawn with.
 * @param {"x" | "y"} name @param {{ends: number[], ticks: [number, string][]}} told */
function retick({ svg, axes }, name, { ends, ticks }) {
  const [, , from, to] = svg.dataset[name].split(" ");
  svg.dataset[name] = [...ends, from, to].join(" ");
  const along = scale(svg.dataset[name], name === "y" && svg.dataset.yScale === "log");
  axes[name] = along;
  const group = svg.querySelector(`.axis-${name}:has(.grid)`);
  const [grids, labels] = [".grid", ".tick-label"].map((part) => [...group.querySelectorAll(part)]);
  const below = retick.below.get(group)
    ?? Number(labels[0].getAttribute("y")) - (name === "y" ? lineOf(grids[0])[1] : 0);
  retick.below.set(group, below);
  ticks.forEach(([at, text], n) => {
    const [grid, label] = [grids, labels].map((parts) => parts[n] ?? parts[0].cloneNode());
    if (!grids[n]) group.append(grid, label);
    const [px, [x0, y0, x1, y1]] = [along.to(at), lineOf(grid)];
    const ends = name === "x" ? [px, y0, px, y1] : [x0, px, x1, px];
    grid.setAttribute("d", `M ${ends[0]} ${ends[1]} L ${ends[2]} ${ends[3]}`);
    label.setAttribute(name, px + (name === "y" ? below : 0));
    write(label, text);
    for (const part of [grid, label]) part.toggleAttribute("hidden", false);
  });
  for (const part of [...grids.slice(ticks.length), ...labels.slice(ticks.length)]) {
    part.toggleAttribute("hidden", true);
  }
}
retick.below = new WeakMap(); // how far a number stands below its line

/** The two ends of a straight line: x, y, x, y. */
function lineOf(path) {
  return path.getAttribute("d").match(/-?[\d.]+/g).map(Number);
}

/** Write the name of an axis. */
function nameAxis(svg, name, text) {
  write(svg.querySelector(`.axis-label-${name}`), text);
}
