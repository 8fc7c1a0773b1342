// What heat maps and samples are painted on: numbers that came as bytes, colours, canvases.

/**
 * @typedef {{points: DataView, counts: number[]}} LinesTold
 * @typedef {{bg: string, ink: string, input: string, glow: string, sans: string,
 *   classes: string[], heat: Uint32Array, regions: Uint32Array, ends: string[]}} Palette
 */

const TINT = 0.62; // of the colours at the ends of a heat map

// ---- numbers that travelled as bytes ----

/** @param {DataView} bytes */
const floats = ({ buffer, byteOffset, byteLength }) =>
  new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)); // which has to begin at 4 · n
const octets = ({ buffer, byteOffset, byteLength }) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Lines as `pathOf` takes them. @param {LinesTold} told */
function pieces({ points, counts }) {
  const all = floats(points);
  let from = 0;
  return counts.map((count) => all.subarray(from, (from += 2 * count)));
}

// ---- colours: those of the style sheet, in numbers ----

/** @param {Element} root @returns {Palette} */
function paletteOf(root) {
  const style = getComputedStyle(root);
  const named = (name) => style.getPropertyValue(`--bp-${name}`).trim();
  const colour = (name) => [1, 3, 5].map((at) => parseInt(named(name).slice(at, at + 2), 16));
  const mixed = (a, b, share) => a.map((v, n) => Math.round(share * v + (1 - share) * b[n]));
  const [bg, low, high] = [colour("bg"), colour("input"), colour("glow")];
  const [cold, hot] = [mixed(low, bg, TINT), mixed(high, bg, TINT)];
  const table = (shades) => Uint32Array.from(shades, ([r, g, b]) =>
    (255 << 24) | (b << 16) | (g << 8) | r);
  const classes = [0, 1, 2, 3, 4, 5].map((n) => `class-${n}`);
  return {
    ...Object.fromEntries(["bg", "ink", "input", "glow", "sans"].map((name) => [name, named(name)])),
    classes: classes.map(named),
    heat: table(Array.from({ length: 256 }, (_, n) =>
      (n < 128 ? mixed(bg, cold, n / 127.5) : mixed(hot, bg, (n - 127.5) / 127.5)))),
    regions: table(Array.from({ length: 256 }, (_, n) =>
      mixed(colour(classes[n % classes.length]), bg, 0.3))),
    ends: [cold, bg, hot].map((rgb) => `rgb(${rgb})`),
  };
}

// ---- canvases ----

/** A canvas that says nothing to people who listen. */
function makeCanvas(className = "") {
  const canvas = make("canvas", className);
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

/** Paint a grid, whose first row is the lowest, over the whole of a canvas of its size. */
function paintGrid(canvas, grid, table, from = 0, side = Math.sqrt(grid.length)) {
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < side; row += 1) {
    const source = from + (side - 1 - row) * side;
    for (let n = 0; n < side; n += 1) pixels[row * side + n] = table[grid[source + n]];
  }
  context.putImageData(image, 0, 0);
}

/** A canvas as fine as the screen, cleared; draw in the units of a width. */
function fresh(canvas, width) {
  const { clientWidth, clientHeight } = canvas;
  const fine = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(clientWidth * fine), Math.round(clientHeight * fine)];
  const context = canvas.getContext("2d");
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  else {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, w, h);
  }
  const zoom = w / width;
  context.setTransform(zoom, 0, 0, zoom, 0, 0);
  return context;
}

// ---- frames ----

/** A frame from the shelf in a box, to be drawn on; `wide` is its width in its own units. */
function framed(box, markup) {
  box.innerHTML = markup; // drawn by our own kernel
  const svg = box.querySelector("svg");
  const picture = plot(svg, ["bp-front"]);
  const [, , wide, high] = svg.getAttribute("viewBox").split(" ").map(Number);
  return { ...picture, box, wide, high, front: picture.layers[0] };
}

/** A canvas before a frame, for samples. */
function canvasOver({ box }) {
  const over = makeCanvas("bp-over");
  box.append(over);
  return over;
}

/** A canvas behind the lines of a frame, for a grid that fills its axes. */
function canvasBehind({ box, axes, wide, high }) {
  const heat = makeCanvas("bp-heat");
  const [[left, width], [top, height]] = [axes.x.box, axes.y.box];
  Object.assign(heat.style, {
    left: `${(100 * left) / wide}%`, width: `${(100 * width) / wide}%`,
    top: `${(100 * top) / high}%`, height: `${(100 * height) / high}%`,
  });
  box.prepend(heat);
  return heat;
}

/** Say what a picture shows. */
function nameSvg(svg, text) {
  if (svg.getAttribute("aria-label") !== text) svg.setAttribute("aria-label", text);
}
