// Draws a network as a map: each node as its own view of the plane, each edge as wide as its weight.

const THUMB = 25; // points on a side of a node's own view
const FULL_WEIGHT = 4; // from here on an edge grows no wider
const LEVELS = 12; // so many widths of edges
const MOST_PITCH = 112; // between two nodes of a layer, in pixels
const NEAR_EDGE = 7; // pixels within which an edge is told
const NEIGHBOUR = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const NETWORK_MAP = `
<figure class="bp-figure bp-network">
  <figcaption>The network and each neuron’s view</figcaption>
  <div class="bp-net" role="group"><canvas aria-hidden="true"></canvas></div>
  <p class="bp-legend">
    <svg viewBox="0 0 34 10" aria-hidden="true"><path class="plus" d="M 1 5 H 33"/></svg>
    weight above 0,
    <svg viewBox="0 0 34 10" aria-hidden="true"><path class="minus" d="M 1 5 H 33"/></svg>
    below 0; the wider, the larger, up to a size of ${FULL_WEIGHT}
  </p>
</figure>`;

/** Three digits, as Python writes them. */
function threeDigits(value) {
  const size = Math.abs(value);
  const plain = size === 0 || (size >= 1e-4 && size < 1e6);
  const [text, power] = plain ? [String(Number(value.toPrecision(3)))] : value.toExponential(2).split("e");
  const raised = [...(power ?? "").replace("+", "")].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
  return `${text}${power ? `·10${raised.join("")}` : ""}`.replace("-", "−");
}

/** Where the nodes of a network stand, in pixels, and how large they are.
 * @param {[string, string][][]} layers @param {number[]} span the share of the width for columns */
function placeNodes(layers, width, height, [from, to]) {
  const most = Math.max(...layers.map((nodes) => nodes.length));
  const step = ((to - from) * width) / (layers.length - 0.3);
  const pitch = Math.min(height / most, MOST_PITCH);
  const size = Math.max(11, Math.min(0.74 * pitch, 0.5 * step, 68));
  return {
    size,
    pitch,
    columns: layers.map((nodes, k) => {
      const spread = Math.min(height / nodes.length, MOST_PITCH);
      return nodes.map(([name], n) => ({
        name,
        x: from * width + (k + 0.35) * step,
        y: height / 2 + (n - (nodes.length - 1) / 2) * spread,
      }));
    }),
  };
}

/** Draw all edges, those of one width and sign at once. */
function drawEdges(context, { columns, pitch, size }, weights, colours) {
  const widest = Math.max(1.6, Math.min(0.24 * pitch, 7));
  const groups = Array.from({ length: 2 * (LEVELS + 1) }, () => []);
  let n = 0;
  for (let k = 0; k + 1 < columns.length; k += 1) {
    for (const a of columns[k]) {
      for (const b of columns[k + 1]) {
        const share = Math.min(1, Math.abs(weights[n]) / FULL_WEIGHT);
        groups[2 * Math.round(share * LEVELS) + (weights[n] < 0 ? 1 : 0)].push(a, b);
        n += 1;
      }
    }
  }
  groups.forEach((ends, at) => {
    if (!ends.length) return;
    const share = Math.floor(at / 2) / LEVELS;
    context.lineWidth = Math.max(0.35, share * widest);
    context.strokeStyle = at % 2 ? colours.input : colours.glow; // as high and low in the views
    context.globalAlpha = 0.35 + 0.5 * share;
    context.setLineDash(at % 2 ? [5, 3.5] : []);
    context.beginPath();
    for (let i = 0; i < ends.length; i += 2) {
      context.moveTo(ends[i].x + size / 2, ends[i].y);
      context.lineTo(ends[i + 1].x - size / 2, ends[i + 1].y);
    }
    context.stroke();
  });
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** The edge nearest to a place, as its number among all and its two ends; or null. */
function edgeAt({ columns, size }, x, y) {
  let [found, best, n] = [null, NEAR_EDGE, 0];
  for (let k = 0; k + 1 < columns.length; k += 1) {
    for (const a of columns[k]) {
      for (const b of columns[k + 1]) {
        const [x0, x1] = [a.x + size / 2, b.x - size / 2];
        const along = (x - x0) / (x1 - x0);
        if (along >= 0 && along <= 1) {
          const slant = Math.hypot(x1 - x0, b.y - a.y) / (x1 - x0);
          const far = Math.abs(a.y + along * (b.y - a.y) - y) / slant;
          if (far < best) [found, best] = [{ n, a, b }, far];
        }
        n += 1;
      }
    }
  }
  return found;
}

/** @param {Element} figure of `NETWORK_MAP`
 * @param {number[]} span the share of its width in which the layers stand */
function networkMap(figure, span, { listen, frame, wishes }) {
  const box = figure.querySelector(".bp-net");
  const picture = box.querySelector("canvas");
  const atlas = document.createElement("canvas"); // a node's view on its way to the picture
  const tip = makeTip(box);
  let scene = null;
  let net = null; // where the nodes stand
  let pointed = null; // the edge under the pointer

  const nodeOf = (name) => box.querySelector(`[data-node="${CSS.escape(name)}"]`);

  // ---- nodes, which can be pressed ----

  function build(next) {
    scene = next;
    pointed = null;
    const { layers, neuron } = scene;
    const sizes = layers.map((nodes) => nodes.length).join("-");
    box.setAttribute("aria-label", `Network of ${sizes} nodes; arrow keys move among the neurons`);
    net = placeNodes(layers, box.clientWidth, box.clientHeight, span);
    box.style.setProperty("--drawn", box.clientWidth); // on paper it is scaled as a whole
    box.style.setProperty("--node", `${net.size}px`);
    box.style.setProperty("--name", `${Math.max(10.5, Math.min(15, 0.46 * net.size))}px`);
    const active = box.getRootNode().activeElement;
    const focused = box.contains(active) ? active.dataset.node : null;
    box.querySelectorAll(".bp-node").forEach((node) => node.remove());
    layers.forEach((nodes, k) => nodes.forEach(([name, text], n) => {
      const node = make(k ? "button" : "span", "bp-node");
      node.append(make("span", "", text));
      node.dataset.name = name;
      if (k) {
        Object.assign(node, { type: "button", tabIndex: -1 });
        node.dataset.node = name;
        node.setAttribute("aria-label", `${text}: show its view`);
        node.setAttribute("aria-pressed", String(name === neuron));
      }
      const { x, y } = net.columns[k][n];
      Object.assign(node.style, { left: `${x}px`, top: `${y}px` });
      box.insertBefore(node, tip);
    }));
    focusable(focused ?? (neuron || layers[1][0][0]));
    if (focused) nodeOf(focused)?.focus();
  }

  /** Let one of the neurons be a stop of the keyboard. */
  function focusable(name) {
    for (const node of box.querySelectorAll("[data-node]")) {
      node.tabIndex = node.dataset.node === name ? 0 : -1;
    }
  }

  listen(box, "click", ({ target }) => {
    const name = target.closest("button")?.dataset.node;
    if (name) wishes.ask("pick_neuron", name === scene.neuron ? "" : name);
  });
  listen(box, "keydown", (event) => {
    const [way, here] = [NEIGHBOUR[event.key], event.target.dataset.node];
    if (!way || !here || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const columns = scene.layers.slice(1);
    const k = columns.findIndex((nodes) => nodes.some(([name]) => name === here));
    const n = columns[k].findIndex(([name]) => name === here);
    const column = columns[Math.max(0, Math.min(columns.length - 1, k + way[0]))];
    const [name] = column[Math.max(0, Math.min(column.length - 1, n + way[1]))];
    focusable(name);
    nodeOf(name).focus();
  });

  // ---- the picture ----

  function paint({ weights, nodes, remarks }) {
    const grid = octets(nodes);
    const all = net.columns.flat();
    if (grid.length !== THUMB * THUMB * all.length) return; // the scene is still on its way
    const { colours } = scene;
    const context = fresh(picture, box.clientWidth);
    const values = floats(weights);
    drawEdges(context, net, values, colours);
    if (pointed) {
      const { a, b, n } = pointed;
      Object.assign(context, { strokeStyle: colours.ink, lineWidth: 3 });
      context.setLineDash(values[n] < 0 ? [6, 4] : []);
      context.beginPath();
      context.moveTo(a.x + net.size / 2, a.y);
      context.lineTo(b.x - net.size / 2, b.y);
      context.stroke();
      context.setLineDash([]);
      write(tip.firstChild, weightText(pointed));
    }
    all.forEach(({ x, y }, n) => {
      paintGrid(atlas, grid, colours.heat, n * THUMB * THUMB, THUMB);
      context.drawImage(atlas, x - net.size / 2, y - net.size / 2, net.size, net.size);
    });
    const noticed = new Set(remarks.flatMap(([, those]) => those));
    for (const node of box.querySelectorAll(".bp-node")) {
      node.classList.toggle("is-noticed", noticed.has(node.dataset.name));
    }
  }

  // ---- the name and value under the pointer or the focus ----

  const called = (node) => scene.layers.flat().find(([name]) => name === node)[1];

  function weightText({ a, b, n }) {
    const weight = threeDigits(floats(frame().weights)[n]);
    return `Weight from ${called(a.name)} to ${called(b.name)}: ${weight}`;
  }

  function tell(text, x, y) {
    tip.firstChild.textContent = text;
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(0, Math.min(box.clientWidth - width, x - width / 2))}px`;
    tip.style.top = `${y - height < -30 ? y + 14 : y - height - 4}px`;
  }

  function tellNode(node) {
    const k = scene.layers.findIndex((nodes) => nodes.some(([name]) => name === node));
    const { x, y } = net.columns[k].find(({ name }) => name === node);
    const above = y - net.size / 2;
    if (k === 0) {
      tell(scene.inputs[scene.layers[0].findIndex(([name]) => name === node)], x, above);
      return;
    }
    const n = scene.layers.slice(1).flat().findIndex(([name]) => name === node);
    const bias = threeDigits(floats(frame().biases)[n]);
    tell(`${called(node)}, ${scene.activations[k - 1]}, bias ${bias}`, x, above);
    nodeOf(node).setAttribute("aria-describedby", tip.id);
  }

  function untell() {
    tip.hidden = true;
    box.querySelector("[aria-describedby]")?.removeAttribute("aria-describedby");
    if (!pointed) return;
    pointed = null;
    paint(frame());
  }

  listen(box, "pointermove", (event) => {
    if (!net || !frame().weights) return;
    const node = event.target.closest("[data-name]");
    const { left, top } = box.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const edge = node ? null : edgeAt(net, x, y);
    if (node) {
      untell();
      tellNode(node.dataset.name);
    } else if (edge) {
      const changed = pointed?.n !== edge.n;
      pointed = edge;
      if (changed) paint(frame());
      tell(weightText(edge), x, y);
    } else untell();
  });
  listen(box, "pointerleave", untell);
  listen(box, "focusin", ({ target }) => {
    if (!target.dataset.node) return;
    focusable(target.dataset.node);
    if (net && target.matches(":focus-visible")) tellNode(target.dataset.node);
  });
  listen(box, "focusout", untell);
  listen(document, "keydown", ({ key }) => key === "Escape" && untell());

  return { build, paint };
}
