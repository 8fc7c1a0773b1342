// Saves the worksheets of a class, or their key, which Python makes.

const WORKSHEETS = `
<div class="bp-class">
  <label>Students <input type="text" inputmode="numeric" name="students" maxlength="40"></label>
  <label>Seed <input type="text" inputmode="numeric" name="seed" maxlength="40"></label>
</div>
<div class="bp-controls">
  <button type="button" data-do="worksheets.pdf">Worksheets (PDF)</button>
  <button type="button" data-do="key.pdf">Answer key (PDF)</button>
  <button type="button" data-do="worksheets.html">Worksheets (HTML)</button>
  <button type="button" data-do="key.html">Answer key (HTML)</button>
</div>${SAVING}`;

function render({ model, el }) {
  const root = makeGroup(el, "bp-saving bp-worksheets", WORKSHEETS, "Worksheets for a class");
  const buttons = root.querySelector(".bp-controls");
  const fields = [...root.querySelectorAll("input")];
  const [listen, listening] = listener();
  const { ask, end } = saving(root, model, listen, buttons);

  /** What stands in the fields, as it was typed. */
  const typed = () => Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  for (const field of fields) field.value = model.get("typed")[field.name] ?? "";

  listen(root, "change", () => {
    model.set("typed", typed());
    model.save_changes();
  });
  listen(buttons, "click", ({ target }) => {
    const wish = target.closest("button")?.dataset.do;
    if (wish) ask({ ...typed(), do: wish }, "Making the file …");
  });
  return () => {
    end();
    listening.abort();
  };
}

export default { render };
