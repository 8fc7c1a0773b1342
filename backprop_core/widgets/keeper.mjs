// Keeps a state in the tab, in links and on the clipboard. What stands behind the # of an address
// never leaves the browser but for the page's own kernel.

const MARK = "#state=";
const LONGEST = 1_000_000; // characters of what is sent: more are no link of ours
const TEMPLATE = `
<div class="bp-controls">
  <button type="button" data-do="link">Copy a link to this state</button>
  <details>
    <summary>Open a link</summary>
    <div class="bp-controls">
      <label>Link <input class="bp-pasted" type="text" autocomplete="off" spellcheck="false" maxlength="1000000"></label>
      <button type="button" data-do="arrive">Open</button>
    </div>
  </details>
</div>
<input class="bp-link" type="text" readonly hidden aria-label="Link to this state">
<p class="bp-problem" role="alert"></p>
<p class="bp-kept"><span role="status"></span><button type="button" data-do="afresh" hidden>Start afresh</button></p>`;

// Every view brings this script anew: what they know together belongs to the page.
const PAGE = (globalThis[Symbol.for("backprop-core: kept states")] ??= {
  arrived: new Set(),
  views: [],
});

/** The token behind the # of an address, or "". */
function tokenIn(hash) {
  return hash.startsWith(MARK) ? hash.slice(MARK.length, LONGEST) : "";
}

/** Whether this page has been here before: reloaded, gone back to, or followed a link to itself. */
function isAgain() {
  const [{ type } = {}] = performance.getEntriesByType("navigation");
  return ["reload", "back_forward"].includes(type) || document.referrer === addressWithout();
}

/** This page's address without what stands behind the #. */
function addressWithout() {
  return location.origin + location.pathname + location.search;
}

// ---- the tab's own storage, which may be full or forbidden: then it does without ----

/** @returns {{hash?: string, token?: string}} what was kept, and behind which # */
function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function remember(key, token) {
  try {
    sessionStorage.removeItem(key); // an older state would be worse than none
    if (token) sessionStorage.setItem(key, JSON.stringify({ hash: location.hash, token }));
  } catch {
    // the page works without
  }
}

/** Put the text of a selected field on the clipboard. @returns {Promise<boolean>} whether it is */
async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy"); // pages that came by http have no other clipboard
  }
}

function render({ model, el }) {
  const root = makeGroup(el, "bp-keeper", TEMPLATE, "Keep or share this state");
  const $ = (selector) => root.querySelector(selector);
  const [status, problem, afresh] = [$("[role=status]"), $(".bp-problem"), $("[data-do=afresh]")];
  const [field, pasted] = [$(".bp-link"), $(".bp-pasted")];
  const [listen, listening] = listener();
  const key = `backprop-core ${location.pathname} ${model.get("place")}`;
  let ticket = "";

  function ask(action) {
    ticket = unique("ticket");
    model.set("action", { ticket, ...action });
    model.save_changes();
    root.setAttribute("aria-busy", "true");
    field.hidden = true; // what is asked for makes it old
  }

  const arrive = (token, from) => ask({ do: "arrive", token, from });

  /** What the page was opened with: a link, unless it has been at work since then. */
  function begin() {
    const token = PAGE.arrived.size ? "" : tokenIn(location.hash); // for the first of them
    const kept = isAgain() && !PAGE.arrived.has(key) ? recall(key) : {};
    PAGE.arrived.add(key);
    if (token && kept.hash !== location.hash) arrive(token, "link");
    else if (kept.token) arrive(String(kept.token), "reload");
    else arrive("", "visit");
  }

  const tokenNow = () => [model.get("state"), model.get("table")].filter(Boolean).join(".");
  const keep = () => remember(key, tokenNow());

  function paint() {
    const { sentence, afresh: can } = model.get("status");
    const focused = root.getRootNode().activeElement === afresh;
    status.textContent = sentence;
    afresh.hidden = !can;
    problem.textContent = model.get("problem");
    if (focused && !can) $("[data-do=link]").focus();
  }

  async function showLink({ token, note }) {
    field.value = addressWithout() + MARK + token;
    field.hidden = false;
    field.focus();
    field.select();
    const told = (await copy(field))
      ? "The link to this state is copied."
      : "This is the link to this state: copy it with Ctrl+C or ⌘C.";
    status.textContent = [told, note].filter(Boolean).join(" ");
  }

  function onAnswer() {
    const answer = model.get("answer");
    keep(); // even if nothing changed, it is from now on behind another #
    if (answer.ticket !== ticket) return;
    root.setAttribute("aria-busy", "false");
    if (answer.token) showLink(answer);
  }

  listen(root, "click", ({ target }) => {
    const wish = target.closest("[data-do]")?.dataset.do;
    if (!wish) return;
    if (wish === "afresh" && tokenIn(location.hash)) {
      history.replaceState(history.state, "", addressWithout());
    }
    if (wish === "arrive") arrive(pasted.value, "link");
    else ask({ do: wish });
  });
  listen(pasted, "keydown", ({ key: pressed }) => {
    if (pressed === "Enter") arrive(pasted.value, "link");
  });
  listen(window, "hashchange", () => {
    const token = tokenIn(location.hash);
    if (token && PAGE.views.at(-1) === root) arrive(token, "link");
  });

  PAGE.views.push(root);
  begin();
  if (model.get("state")) keep();
  paint();
  const unwatch = watch(model, {
    "change:state": keep, "change:table": keep,
    "change:status": paint, "change:problem": paint, "change:answer": onAnswer,
    again: () => arrive(tokenNow(), "again"), // a page tells a new kernel what the last one knew
  });
  return () => {
    unwatch();
    listening.abort();
    PAGE.views.splice(PAGE.views.indexOf(root), 1);
  };
}

// What was opened is in the state that is kept.
export default { render, forgettable: ["action"] };
