// Draws how a training goes: E over the epochs, and how large δ is in each layer.

const ERROR_CURVE = `
<figure class="bp-figure bp-curve">
  <figcaption>E while it is trained</figcaption>
  <div class="bp-picture"></div>
  <p class="bp-legend bp-each"></p>
</figure>`;
const DELTA_BARS = `
<figure class="bp-figure bp-delta">
  <figcaption>Size of δ, layer by layer</figcaption>
  <div class="bp-picture"></div>
  <p class="bp-legend">Root mean square of ∂E/∂(output) over a layer’s neurons and the training
    samples.</p>
</figure>`;

/** Write a text on a picture, in the place of the one that had its name. */
function label(svg, name, x, y, text, anchor = "middle") {
  let element = svg.querySelector(`[data-label="${name}"]`);
  if (!element) {
    element = svgMake("text", { class: "bp-label-text", "data-label": name });
    svg.append(element);
  }
  element.setAttribute("x", x.toFixed(1));
  element.setAttribute("y", y.toFixed(1));
  element.setAttribute("text-anchor", anchor);
  write(element, text);
  return element;
}

function dropLabels(svg, kept) {
  for (const element of svg.querySelectorAll("[data-label]")) {
    if (!kept.includes(element.dataset.label)) element.remove();
  }
}

/** Two curves that have their names beside them, and where we are. */
function paintCurve(picture, { x, y, training, check, now: [epoch, ...errors] }) {
  retick(picture, "x", x);
  retick(picture, "y", y);
  const { svg, axes, front } = picture;
  const [left, width] = axes.x.box;
  const [top, height] = axes.y.box;
  const clipped = (v) => Math.max(v, y.ends[0]);
  const told = [["training", training, "strong-ink"], ["check", check, "input dashed"]]
    .map(([key, bytes, look], n) => ({ key, look, points: floats(bytes), error: errors[n] }))
    .filter(({ error }) => error !== null && error !== undefined);
  front.draw([
    { key: "now", kind: "line", look: "error thin-now", pieces: [[epoch, y.ends[0], epoch, y.ends[1]]] },
    ...told.map(({ key, look, points }) => ({ key, kind: "line", look, pieces: [points] })),
    ...told.map(({ key, error }) => ({
      key: `at-${key}`, kind: "point", text: "", pieces: [[epoch, clipped(error)]],
      look: key === "check" ? "ring small input" : "circle small",
    })),
  ]);
  // each name at the end of its curve, the upper one above it, the lower one below
  const ends = told.map(({ key, points, error }) => {
    const last = points.length - 2;
    const [ex, ey] = last >= 0 ? [points[last], points[last + 1]] : [epoch, clipped(error)];
    return { key, px: axes.x.to(ex), py: axes.y.to(ey) };
  }).sort((a, b) => a.py - b.py);
  ends.forEach(({ key, px, py }, n) => {
    const below = n === 1 && py - ends[0].py < 34;
    const at = Math.max(left + 62, Math.min(left + width - 4, px - 6));
    const y = Math.max(top + 12, Math.min(top + height - 5, py + (below ? 19 : -9)));
    label(svg, key, at, y, key, "end").classList.add(`is-${key}`);
  });
  dropLabels(svg, ends.map(({ key }) => key));
}

/** A bar for each layer, below its column of the network, and its number. */
function paintDelta(picture, { sizes, texts, y }) {
  const { svg, axes, front } = picture;
  const layers = sizes.length;
  const ticks = sizes.map((_, k) => [k + 1, String(k + 1)]);
  retick(picture, "x", { ends: [-0.35, layers + 0.35], ticks });
  retick(picture, "y", y);
  const half = Math.min(0.22, 0.04 * layers);
  front.draw(sizes.flatMap((size, k) => (size === null ? [] : [{
    key: `bar-${k}`, kind: "area", look: "error bar",
    pieces: [[
      k + 1 - half, y.ends[0], k + 1 - half, size, k + 1 + half, size, k + 1 + half, y.ends[0],
    ]],
  }])));
  const names = sizes.map((size, k) => {
    const high = axes.y.to(size ?? y.ends[0]);
    const stagger = layers > 5 && k % 2 ? 13 : 0; // wide numbers side by side
    label(svg, `size-${k}`, axes.x.to(k + 1), Math.max(high - 6 - stagger, 13), texts[k])
      .classList.toggle("is-many", layers > 4);
    return `size-${k}`;
  });
  dropLabels(svg, names);
}

/** @param {Element} figure of `ERROR_CURVE` */
function errorCurve(figure, markup) {
  const picture = framed(figure.querySelector(".bp-picture"), markup);
  return {
    paint({ curve, place, error, each }) {
      paintCurve(picture, curve);
      write(figure.querySelector(".bp-each"), each);
      nameSvg(picture.svg, `E for each sample, over the epochs; at ${place}: ${error}, ${each}`);
    },
  };
}

/** @param {Element} figure of `DELTA_BARS` */
function deltaBars(figure, markup) {
  const picture = framed(figure.querySelector(".bp-picture"), markup);
  const [left, width] = picture.axes.x.box;
  return {
    span: [left / picture.wide, (left + width) / picture.wide], // of its columns
    paint({ delta }) {
      paintDelta(picture, delta);
      nameSvg(picture.svg, `Size of δ in each layer: ${delta.texts.join(", ")}`);
    },
  };
}
