// Brings a page to life: its widgets first, which need nobody; then Python, for what is edited.

import { followReader } from "./theme.mjs";
import { kernelLink } from "./kernel_link.mjs";
import { readModels } from "./models.mjs";
import { viewer } from "./views.mjs";
import { withoutPython } from "./without_python.mjs";

function bringToLife() {
  followReader();
  const data = JSON.parse(document.getElementById("bp-widgets").textContent);
  const { dataset } = document.documentElement;
  if (!Object.keys(data.models).length) {
    dataset.python = data.live ? "ready" : "none"; // there is nothing to compute
    return;
  }
  const python = {}; // of which the models know before it is there
  const models = readModels(data, python);
  const views = viewer(models, data);
  if (!data.live) dataset.python = "none";
  const page = { data, models, views };
  Object.assign(python, data.live ? kernelLink(page, python) : withoutPython(page));
  const root = document.getElementById("chapter");
  views.drawAll(root).then(() => python.drawn?.(root));
}

bringToLife();
