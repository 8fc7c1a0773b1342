// Shows the samples in two planes: that of two inputs, and that of two neurons of a hidden layer.

const BOUNDARY = `
<figure class="bp-figure bp-view">
  <figcaption></figcaption>
  <div class="bp-choices">
    <label><span>Show</span> <select class="bp-neuron" aria-label="Show"></select></label>
    <button type="button" class="bp-back" aria-label="Back to the boundary"
      title="Back to the boundary" hidden>Back</button>
    <span class="bp-axes"><label><span>across</span>
      <select aria-label="Input across"></select></label>
      <label><span>up</span> <select aria-label="Input up"></select></label></span>
  </div>
  <div class="bp-picture"></div>
  <div class="bp-heat-scale" aria-hidden="true"><span></span><i></i><span></span></div>
  <p class="bp-legend bp-classes"></p>
  <p class="bp-legend bp-view-text"></p>
  <div class="bp-picked">
    <button type="button" data-pick="-1" aria-label="Previous sample">←</button>
    <label><span>Sample</span> <input type="text" class="bp-sample" inputmode="numeric"
      autocomplete="off" maxlength="1000" aria-label="Sample"></label>
    <button type="button" data-pick="1" aria-label="Next sample">→</button>
    <p class="bp-sample-text"></p>
  </div>
</figure>`;
const HIDDEN_SPACE = `
<figure class="bp-figure bp-hidden">
  <figcaption>The hidden space</figcaption>
  <div class="bp-choices">
    <label><span>across</span> <select aria-label="Neuron across"></select></label>
    <label class="bp-second"><span>up</span> <select aria-label="Neuron up"></select></label>
  </div>
  <div class="bp-picture"></div>
</figure>`;

/** Fill a menu, unless it has these entries already, and choose one of them.
 * @param {[string, ...[string, string][]][]} groups each a heading, or "", and texts with values */
function fillMenu(menu, groups, value) {
  const told = JSON.stringify(groups);
  if (menu.dataset.told !== told) {
    menu.dataset.told = told;
    menu.replaceChildren(...groups.map(([name, ...entries]) => {
      const made = entries.map(([text, key]) => new Option(text, key));
      if (!name) return made;
      const group = make("optgroup");
      group.label = name;
      group.append(...made);
      return [group];
    }).flat());
  }
  menu.value = value;
}

/** Write names of regions over all else, inside the frame. */
function nameRegions(context, names, { x, y }, colours) {
  Object.assign(context, {
    font: `600 15px ${colours.sans}`, textAlign: "center", textBaseline: "middle",
    lineWidth: 5, lineJoin: "round", strokeStyle: colours.bg, fillStyle: colours.ink,
  });
  const [[left, width], [top, height]] = [x.box, y.box];
  for (const [across, up, text] of names) {
    const half = context.measureText(text).width / 2 + 5;
    const px = Math.max(left + half, Math.min(left + width - half, x.to(across)));
    const py = Math.max(top + 12, Math.min(top + height - 12, y.to(up)));
    context.strokeText(text, px, py);
    context.fillText(text, px, py);
  }
}

/** Menu entries for the neurons of a layer. */
const neuronsOf = ({ layers }, k) => layers[k].map(([name, text]) => [text, name]);
const layerName = ({ layers }, k) => (k === layers.length - 1 ? "output" : `hidden layer ${k}`);

/** The plane of two inputs: the decision boundary or what one neuron makes of it, and the samples.
 * @param {Element} figure of `BOUNDARY` */
function boundary(figure, markup, { listen, frame, wishes }) {
  const $ = (selector) => figure.querySelector(selector);
  const [neuron, back, axes] = [$(".bp-neuron"), $(".bp-back"), $(".bp-axes")];
  const [across, up] = axes.querySelectorAll("select");
  const [field, bar] = [$(".bp-sample"), $(".bp-heat-scale")];
  const picture = framed($(".bp-picture"), markup);
  const [heat, over] = [canvasBehind(picture), canvasOver(picture)];
  let scene = null;
  let places = new Float32Array(0);

  listen(neuron, "change", () => wishes.ask("pick_neuron", neuron.value));
  listen(back, "click", () => { wishes.ask("pick_neuron", ""); neuron.focus(); });
  for (const menu of [across, up]) {
    listen(menu, "change", () => {
      const [a, b] = [Number(across.value), Number(up.value)];
      const [a0, b0] = scene.axes; // who takes the other's input gives it its own
      wishes.ask("axes", a !== b ? [a, b] : menu === across ? [a, a0] : [b0, b]);
    });
  }
  listen(figure, "click", ({ target }) => {
    const way = Number(target.closest("[data-pick]")?.dataset.pick ?? 0);
    if (!way || !scene) return;
    const count = scene.classes.length;
    const from = Number(wishes.ahead("pick_sample") ?? frame().sample?.index ?? 0);
    wishes.ask("pick_sample", (from + way + count) % count);
  });
  listen(field, "change", () => wishes.ask("pick_sample", field.value));
  listen(field, "keydown", ({ key }) => {
    if (key !== "Escape") return;
    field.removeAttribute("aria-invalid");
    writeSample(true);
  });
  listen(picture.box, "click", (event) => {
    const n = sampleAt(picture, places, event);
    if (n >= 0) wishes.ask("pick_sample", n);
  });

  function build(next) {
    scene = next;
    places = floats(scene.places);
    const { plane, layers, inputs } = scene;
    retick(picture, "x", plane.x);
    retick(picture, "y", plane.y);
    nameAxis(picture.svg, "x", plane.x_label);
    nameAxis(picture.svg, "y", plane.y_label);
    fillMenu(neuron, [
      ["", ["decision boundary", ""]],
      ...layers.slice(1).map((_, n) => [layerName(scene, n + 1), ...neuronsOf(scene, n + 1)]),
    ], scene.neuron);
    back.hidden = !scene.neuron;
    axes.hidden = inputs.length < 3;
    const entries = [["", ...inputs.map((text, n) => [text, String(n)])]];
    fillMenu(across, entries, String(scene.axes[0]));
    fillMenu(up, entries, String(scene.axes[1]));
    $(".bp-classes").replaceChildren(...classLegend(scene));
  }

  /** The number of the picked sample, unless somebody is about to change it. */
  function writeSample(discard = false) {
    const active = field.getRootNode().activeElement === field;
    const typing = active && field.value !== field.defaultValue;
    const ahead = wishes.ahead("pick_sample") !== undefined;
    if (!discard && (ahead || typing || field.hasAttribute("aria-invalid"))) return;
    field.value = field.defaultValue = String(frame().sample.index + 1);
  }

  function paint({ view, sample }) {
    const { colours } = scene;
    paintGrid(heat, octets(view.grid), view.kind === "heat" ? colours.heat : colours.regions);
    picture.front.draw([
      { key: "halo", kind: "line", look: "border-halo", pieces: pieces(view.border) },
      { key: "border", kind: "line", look: "border", pieces: pieces(view.border) },
    ]);
    const context = fresh(over, picture.wide);
    drawSamples(context, places, sample.index, scene, picture.axes);
    nameRegions(context, view.names, picture.axes, colours);
    write($("figcaption"), view.title);
    write($(".bp-view-text"), view.text);
    paintScale(view.ends);
    const { x_label: right, y_label: upwards } = scene.plane;
    nameSvg(picture.svg, `${view.title}: ${right} across, ${upwards} up. ${view.text}`);
    write($(".bp-sample-text"), sample.text);
    writeSample();
  }

  function paintScale([low, , high]) {
    bar.hidden = low === undefined;
    if (bar.hidden) return;
    const [first, shades, last] = bar.children;
    write(first, low);
    write(last, high);
    const gradient = `linear-gradient(to right, ${scene.colours.ends.join()})`;
    if (shades.dataset.told === gradient) return;
    shades.dataset.told = gradient;
    shades.style.background = gradient;
  }

  function answered(wanted, taken) {
    if (wanted === "pick_sample") field.toggleAttribute("aria-invalid", false);
    if (wanted === "pick_sample" && !taken) field.setAttribute("aria-invalid", "true");
    if (frame().sample) writeSample();
  }

  return { build, paint, answered };
}

/** Where two neurons of a hidden layer put the samples. @param {Element} figure of `HIDDEN_SPACE` */
function hiddenSpace(figure, markup, { listen, wishes }) {
  const [first, second] = figure.querySelectorAll("select");
  const picture = framed(figure.querySelector(".bp-picture"), markup);
  const over = canvasOver(picture);
  let scene = null;
  let places = new Float32Array(0);

  for (const menu of [first, second]) {
    listen(menu, "change", () => {
      const layer = scene.layers.find((nodes) => nodes.some(([name]) => name === first.value));
      const [a0, b0] = scene.hidden;
      let [a, b] = [first.value, second.value];
      const here = (name) => layer.some(([other]) => other === name);
      if (a === b) [a, b] = menu === first ? [a, a0] : [b0, b];
      if (!here(b) || a === b) b = layer.find(([name]) => name !== a)?.[0] ?? null;
      wishes.ask("hidden", [a, b]);
    });
  }
  listen(picture.box, "click", (event) => {
    const n = sampleAt(picture, places, event);
    if (n >= 0) wishes.ask("pick_sample", n);
  });

  function build(next) {
    scene = next;
    const [a, b] = scene.hidden;
    const layers = scene.layers.slice(1, -1).map((_, n) => n + 1);
    figure.hidden = !layers.length;
    if (figure.hidden) return;
    fillMenu(first, layers.map((k) => [layerName(scene, k), ...neuronsOf(scene, k)]), a);
    const k = layers.find((n) => scene.layers[n].some(([name]) => name === a));
    fillMenu(second, [["", ...neuronsOf(scene, k)]], b);
    figure.querySelector(".bp-second").hidden = b === null;
  }

  function paint({ hidden, sample }) {
    if (!hidden) return;
    const { x_label: right, y_label: upwards } = hidden;
    retick(picture, "x", hidden.x);
    retick(picture, "y", hidden.y);
    nameAxis(picture.svg, "x", right);
    nameAxis(picture.svg, "y", upwards);
    places = floats(hidden.places);
    drawSamples(fresh(over, picture.wide), places, sample.index, scene, picture.axes);
    nameSvg(picture.svg, `The samples by the outputs of ${right}${upwards && ` and ${upwards}`}`);
  }

  return { build, paint };
}
