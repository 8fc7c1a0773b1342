// Shows what was solved in this browser, saves it as a file, and clears it.

const PROGRESS_TABLE = `
<p class="bp-progress-sum" role="status"></p>
<p class="bp-progress-note"></p>
<div class="bp-progress-table"></div>
<div class="bp-controls">
  <button type="button" data-do="export">Save as a file</button>
  <button type="button" data-do="clear">Clear …</button>
</div>
<div class="bp-sure bp-controls" role="group" hidden>
  <p>All of this will be gone from this browser. There is no other copy, unless you save one.</p>
  <button type="button" data-do="sure">Clear it all</button>
  <button type="button" data-do="keep">Keep it</button>
</div>`;
const HEADS = ["Exercise", "Solved", "At the first try", "Answers", "Mistakes named"];
const HERE_ALONE = "It is kept in this browser alone. Nothing is sent anywhere.";
const NOT_KEPT = "This browser keeps nothing for this page, so it will be gone when the page is closed.";
const MOST_NAMED = 3;

const one = (count, word, many = `${word}s`) => `${count.toLocaleString("en")} ${count === 1 ? word : many}`;

/** How much of the longest bar: solved at the first try, and solved. */
function bar({ solved, first }, most) {
  const whole = make("span", "bp-bar-of");
  whole.setAttribute("aria-hidden", "true");
  for (const [name, share] of [["first", first], ["later", solved - first]]) {
    const part = make("i", name);
    part.style.width = `${(100 * share) / most}%`;
    whole.append(part);
  }
  return whole;
}

/** A cell of a table that stays one when its row is laid out as a card. */
function tableCell(tag, role, text = "") {
  const cell = make(tag, "", text);
  cell.setAttribute("role", role);
  return cell;
}

function tableRow(cells) {
  const row = make("tr");
  row.setAttribute("role", "row");
  row.append(...cells);
  return row;
}

/** What was named most often. @param {Object<string, number>} counts */
function mistakesCell(counts, names) {
  const cell = tableCell("td", "cell");
  cell.className = "bp-named";
  const known = Object.entries(counts).filter(([key, n]) => n && Object.hasOwn(names, key));
  known.sort(([, a], [, b]) => b - a);
  for (const [key, n] of known.slice(0, MOST_NAMED)) {
    cell.append(make("span", "", n > 1 ? `${names[key]} (${n} times)` : names[key]));
  }
  if (known.length > MOST_NAMED) cell.append(make("span", "", `and ${known.length - MOST_NAMED} more`));
  return cell;
}

function tableOf(progress, kinds, names) {
  const [table, head, body] = [make("table"), make("thead"), make("tbody")];
  table.setAttribute("role", "table");
  for (const part of [head, body]) part.setAttribute("role", "rowgroup");
  table.append(head, body);
  head.append(tableRow(HEADS.map((text) => {
    const cell = tableCell("th", "columnheader", text);
    cell.scope = "col";
    return cell;
  })));
  const most = Math.max(5, ...kinds.map(([key]) => progress[key]?.solved ?? 0));
  for (const [key, title] of kinds) {
    const own = progress[key] ?? asKind({});
    const name = tableCell("th", "rowheader", title);
    name.scope = "row";
    const counts = [own.solved, own.first, own.tries].map((count, n) => {
      const cell = tableCell("td", "cell", own.tries ? count.toLocaleString("en") : "–");
      cell.className = "bp-how-many";
      cell.dataset.label = HEADS[n + 1];
      return cell;
    });
    if (own.tries) counts[0].append(bar(own, most));
    const row = tableRow([name, ...counts, mistakesCell(own.mistakes, names)]);
    row.classList.toggle("is-untried", !own.tries);
    body.append(row);
  }
  return table;
}

/** Sums over all kinds that there are. */
function sums(progress, kinds) {
  const total = { solved: 0, first: 0, tries: 0 };
  for (const [key] of kinds) {
    for (const name of Object.keys(total)) total[name] += progress[key]?.[name] ?? 0;
  }
  return total;
}

function sentence({ solved, first, tries }) {
  if (!solved) return `Nothing is solved yet${tries ? `, after ${one(tries, "answer")}` : ""}.`;
  const at = solved > 1 ? `, ${first === solved ? "all" : first} of them at the first try` : "";
  return `${one(solved, "exercise")} solved${at}, with ${one(tries, "answer")}.`;
}

/** Hand a file to the reader. */
function save(name, text) {
  const link = make("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // once it is read
}

function render({ model, el }) {
  const root = makeGroup(el, "bp-progress", PROGRESS_TABLE, "Your progress");
  const $ = (selector) => root.querySelector(selector);
  const [listen, listening] = listener();
  const [sure, status] = [$(".bp-sure"), $("[role=status]")];
  sure.setAttribute("aria-label", "Clear all progress?");

  function paint() {
    const [progress, kinds] = [readProgress(), model.get("kinds")];
    write(status, sentence(sums(progress, kinds)));
    write($(".bp-progress-note"), progressIsKept() ? HERE_ALONE : NOT_KEPT);
    $(".bp-progress-table").replaceChildren(tableOf(progress, kinds, model.get("mistakes")));
  }

  function asFile() {
    const now = new Date().toISOString();
    const file = { format: PROGRESS, version: PROGRESS_VERSION, saved: now, kinds: readProgress() };
    save(`progress-${now.slice(0, 10)}.json`, `${JSON.stringify(file, null, 2)}\n`);
  }

  function askWhetherSure(open) {
    sure.hidden = !open;
    $(open ? "[data-do=keep]" : "[data-do=clear]").focus();
  }

  listen(root, "click", ({ target }) => {
    const wish = target.closest("[data-do]")?.dataset.do;
    if (wish === "export") asFile();
    if (wish === "clear" || wish === "keep") askWhetherSure(wish === "clear");
    if (wish === "sure") {
      clearProgress();
      askWhetherSure(false);
    }
  });
  listen(sure, "keydown", ({ key }) => key === "Escape" && askWhetherSure(false));
  onProgress(listen, paint);
  paint();
  const unwatch = watch(model, { "change:kinds": paint, "change:mistakes": paint });
  return () => {
    listening.abort();
    unwatch();
  };
}

export default { render };
