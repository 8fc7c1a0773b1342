// Draws samples: a class is a shape and a colour; those for training are filled, for checking hollow.

const NEAR_SAMPLE = 24; // pixels within which a sample is hit
const TRACES = [ // one shape for each class, about 11 across
  "M -4.6 -4.6 h 9.2 v 9.2 h -9.2 z",
  "M -5.2 0 a 5.2 5.2 0 1 0 10.4 0 a 5.2 5.2 0 1 0 -10.4 0 z",
  "M 0 -6 L 5.6 4.4 L -5.6 4.4 z",
  "M 0 -6.4 L 6.4 0 L 0 6.4 L -6.4 0 z",
  "M -1.9 -5.6 h 3.8 v 3.7 h 3.7 v 3.8 h -3.7 v 3.7 h -3.8 v -3.7 h -3.7 v -3.8 h 3.7 z",
  "M 0 6 L 5.6 -4.4 L -5.6 -4.4 z",
  "M 0 -5.8 L 5.5 -1.8 L 3.4 4.7 L -3.4 4.7 L -5.5 -1.8 z",
];
const PATHS_OF_TRACES = TRACES.map((d) => new Path2D(d));

/** @param {Float32Array} places x, y, x, y, … @param {number} picked which of them has a ring
 * @param {{classes: Uint8Array, training: number, colours: Palette}} scene */
function drawSamples(context, places, picked, { classes, training, colours }, axes) {
  const small = classes.length > 400 ? 0.72 : classes.length > 20 ? 0.9 : 1.25;
  const draw = (n, grow) => {
    const [x, y] = [axes.x.to(places[2 * n]), axes.y.to(places[2 * n + 1])];
    if (Number.isNaN(x + y)) return;
    const colour = colours.classes[classes[n] % colours.classes.length];
    context.save();
    context.translate(x, y);
    context.scale(small * grow, small * grow);
    const trace = PATHS_OF_TRACES[classes[n] % TRACES.length];
    const filled = n < training;
    context.fillStyle = filled ? colour : colours.bg;
    context.strokeStyle = filled ? colours.bg : colour;
    context.lineWidth = filled ? 1.2 : 2.2;
    context.fill(trace);
    context.stroke(trace);
    context.restore();
    return [x, y];
  };
  for (let n = 0; n < classes.length; n += 1) if (n !== picked) draw(n, 1);
  const at = draw(picked, 1.15);
  if (!at) return;
  for (const [colour, width] of [[colours.bg, 5.5], [colours.ink, 2.6]]) {
    context.beginPath();
    context.arc(...at, 11, 0, 7);
    Object.assign(context, { strokeStyle: colour, lineWidth: width });
    context.stroke();
  }
}

/** The sample nearest to a place on the screen, or -1. */
function sampleAt({ svg, axes }, places, { clientX, clientY }) {
  const matrix = svg.getScreenCTM();
  const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse());
  let [nearest, best] = [-1, NEAR_SAMPLE / matrix.a];
  for (let n = 0; 2 * n < places.length; n += 1) {
    const far = Math.hypot(axes.x.to(places[2 * n]) - x, axes.y.to(places[2 * n + 1]) - y);
    if (far < best) [nearest, best] = [n, far];
  }
  return nearest;
}

/** What stands for which class. */
function classLegend({ class_names: names, classes, training, colours }) {
  const entries = names.map((name, n) => {
    const entry = make("span", "bp-class");
    const svg = svgMake("svg", { viewBox: "-8 -8 16 16", "aria-hidden": "true" });
    const path = svgMake("path", { d: TRACES[n % TRACES.length] });
    path.style.fill = colours.classes[n % colours.classes.length];
    svg.append(path);
    entry.append(svg, name);
    return entry;
  });
  if (training < classes.length) entries.push(make("span", "", "hollow: kept for checking"));
  return entries;
}
