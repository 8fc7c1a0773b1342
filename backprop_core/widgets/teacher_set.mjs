// Shows where a teacher set comes from and how it was scaled, and takes the reader's own table.

const EXAMPLE = "x1,x2,t1\n0.5,1,0\n-0.2,0.7,1";
const TEMPLATE = `
<p class="bp-source"></p>
<p class="bp-rule"></p>
<div class="bp-scalings" tabindex="-1">
  <table aria-label="How the inputs are scaled">
    <thead><tr><th scope="col">Input</th><th scope="col">Centre</th><th scope="col">Spread</th></tr></thead>
    <tbody></tbody>
  </table>
</div>
<details class="bp-own">
  <summary>Your own table</summary>
  <div class="bp-own-parts">
    <div>
      <p>A CSV file in UTF-8. The first row names the columns, inputs first, then targets; every
        other row is a sample. Up to 16 inputs, 16 targets, 2,000 samples and 1 MB. Nothing leaves
        the server this page came from.</p>
      <pre aria-label="Example of a table"></pre>
      <label class="bp-own-file"><span>Choose a CSV file</span> <input type="file"></label>
    </div>
    <div>
      <label class="bp-own-text"><span>or paste it here</span>
        <textarea rows="6" wrap="off" spellcheck="false" autocomplete="off"></textarea></label>
      <button type="button">Use this table</button>
      <p class="bp-taken" role="status"></p>
      <p class="bp-problem" role="alert"></p>
    </div>
  </div>
</details>`;

/** A row of the table of scalings: a name, and numbers. */
function scalingRow([name, ...numbers]) {
  const row = make("tr");
  const head = make("th", "", name);
  head.scope = "row";
  row.append(head, ...numbers.map((number) => make("td", "", number)));
  return row;
}

/** What is told of a file: its bytes only if there are not too many.
 * @param {File} file @param {number} most */
async function bytesOf(file, most) {
  const told = { name: file.name, size: file.size };
  if (file.size > most) return told;
  try {
    return { ...told, data: new DataView(await file.arrayBuffer()) };
  } catch {
    return told; // it has been changed or taken away since it was chosen
  }
}

/** What is told of a text that was pasted. @param {string} text @param {number} most */
function textOf(text, most) {
  const size = new Blob([text]).size;
  return size > most ? { size } : { text };
}

function render({ model, el }) {
  const root = makeGroup(el, "bp-set-notes", TEMPLATE, "About the teacher set");
  const $ = (selector) => root.querySelector(selector);
  const [own, file, text, button] = [$(".bp-own"), $("input"), $("textarea"), $("button")];
  const [listen, listening] = listener();
  let waiting = ""; // the ticket of the table that has no answer yet
  $("pre").textContent = EXAMPLE;
  file.accept = ".csv,.txt,text/csv,text/plain";

  function offer(told) {
    if (listening.signal.aborted) return;
    waiting = unique("ticket");
    model.set("offer", { ...told, ticket: waiting });
    model.save_changes();
  }

  async function offerFile() {
    const [chosen] = file.files;
    if (!chosen) return;
    const told = await bytesOf(chosen, model.get("most"));
    if (!told.data && told.size <= model.get("most")) file.value = ""; // can be chosen once more
    offer(told);
  }

  listen(file, "change", offerFile);
  listen(button, "click", () => {
    if (!text.value.trim() && file.files.length) offerFile();
    else offer(textOf(text.value, model.get("most")));
  });
  // To put a text of many megabytes into its field would take a browser minutes.
  listen(text, "paste", (event) => {
    const told = textOf(event.clipboardData.getData("text/plain"), model.get("most"));
    if (!("size" in told)) return;
    event.preventDefault();
    offer(told);
  });
  listen(own, "toggle", () => {
    if (own.open === model.get("opened")) return;
    model.set("opened", own.open);
    model.save_changes();
  });

  function paint() {
    $(".bp-source").textContent = model.get("source");
    $(".bp-rule").textContent = model.get("rule");
    const rows = model.get("scalings");
    $("tbody").replaceChildren(...rows.map(scalingRow));
    $(".bp-scalings").hidden = !rows.length;
  }

  function paintAnswer() {
    const problem = model.get("problem");
    $(".bp-problem").textContent = problem;
    $(".bp-taken").textContent = model.get("taken");
    if (!problem) text.removeAttribute("aria-invalid");
    if (!waiting || model.get("answer").ticket !== waiting) return;
    waiting = "";
    if (problem && text.value.trim()) text.setAttribute("aria-invalid", "true");
  }

  const paintOpen = () => { own.open = model.get("opened"); };
  paint();
  paintOpen();
  paintAnswer();
  const unwatch = watch(model, {
    "change:source": paint, "change:rule": paint, "change:scalings": paint,
    "change:opened": paintOpen, "change:problem": paintAnswer, "change:taken": paintAnswer,
    "change:answer": paintAnswer,
  });

  return () => {
    listening.abort();
    unwatch();
  };
}

export default { render };
