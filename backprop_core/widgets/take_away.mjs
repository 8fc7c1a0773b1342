// Saves files that Python makes, and hands it a network to load. Nothing leaves the page.

const TEMPLATE = `
<div class="bp-controls"></div>
<label class="bp-load" hidden><span>Load a network</span>
  <input type="file" accept=".json,application/json"></label>${SAVING}`;

function render({ model, el }) {
  const root = makeGroup(el, "bp-saving bp-take-away", TEMPLATE, "Take it with you");
  const $ = (selector) => root.querySelector(selector);
  const [buttons, load, file] = [$(".bp-controls"), $(".bp-load"), $("input")];
  const [listen, listening] = listener();
  const { ask, giveUp, paint, end } = saving(root, model, listen, buttons);

  async function loadFile() {
    const [chosen] = file.files;
    file.value = ""; // the same file may be chosen again
    if (!chosen) return;
    giveUp();
    if (chosen.size > model.get("most_bytes")) {
      const size = (chosen.size / 1e6).toFixed(1);
      paint("", `“${chosen.name}” has ${size} MB, but expected 1 MB or less. The present network stays.`);
      return;
    }
    try {
      const data = await chosen.arrayBuffer();
      ask({ do: "load", name: chosen.name }, `Loading ${chosen.name} …`, [data]);
    } catch {
      paint("", `“${chosen.name}” cannot be read: it has changed since it was chosen.`);
    }
  }

  buttons.append(...model.get("offers").map(wishButton));
  load.hidden = !model.get("loads");

  listen(buttons, "click", ({ target }) => {
    const wish = target.closest("button")?.dataset.do;
    if (wish) ask({ do: wish }, "Making the file …");
  });
  listen(file, "change", loadFile);
  return () => {
    end();
    listening.abort();
  };
}

export default { render };
