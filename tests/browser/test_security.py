"""Whatever a visitor types, brings or sends: it is no markup, runs nothing, breaks no page."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Request, WebSocket, expect

from backprop_core.published.files import TEMPLATE
from tests.browser.conftest import ROOT, OpenPage
from tests.browser.faults import Server
from tests.browser.reader import CHAPTER, START_MS, Walk, Widget, open_lesson
from tests.browser.test_lab import run_all

MARKUP = '<img class="pwned" src="/pwned" onerror="pwned=1"><script>pwned=2</script>'
FILE = "<img class=pwned src=x onerror=pwned=3>.csv"  # no name of a file holds a slash
QUOTED = MARKUP[:39]  # as sentences quote it
PLAYGROUND, CHECK = "06_playground.ipynb", "07_check_yourself.ipynb"


@pytest.fixture(scope="module")
def server(own_jupyter: dict[str, str]) -> Iterator[Server]:
    """The tutorial's own server."""
    with Server(ROOT / "notebooks", own_jupyter) as server:
        yield server


class Guarded:
    """A page that is told hostile things; knows whether any of them got through."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.harm: list[str] = []
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # JupyterLab's own
            dialog.accept()
            return
        self.harm.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if "pwned" in request.url.partition("#")[0]:
            self.harm.append(f"request: {request.url}")

    def assert_unharmed(self) -> None:
        """No element was made of what was told, and nothing of it ran."""
        expect(self.page.locator(".pwned, script:text('pwned=2')")).to_have_count(0)
        assert self.page.evaluate("typeof pwned") == "undefined"
        assert not self.harm


def test_the_guard_sees_what_it_is_for(page: Page, server: Server) -> None:
    """Else the other tests would be worth nothing."""
    guarded = Guarded(page)
    page.set_content("<p></p>")
    page.locator("p").evaluate("(p, markup) => { p.innerHTML = markup; }", MARKUP)
    page.wait_for_function("typeof pwned !== 'undefined'")
    with pytest.raises(AssertionError):
        guarded.assert_unharmed()


# ---- in what is typed, pasted, brought and linked to ----


def hostile_playground(guarded: Guarded, folder: Path) -> None:
    """Bring markup into every place of the playground's page that takes a text."""
    page = guarded.page
    settings = Widget(page.get_by_role("group", name="Learning", exact=True))
    for name in ("Learning", "Teacher set"):
        board = Widget(page.get_by_role("group", name=name, exact=True))
        if not board.root.get_by_role("status").is_visible():  # folded, where there is little room
            board.button(name).click()
    settings.enter("Learning rate h", MARKUP)
    expect(settings.problem).to_contain_text(f"Learning rate h is “{QUOTED}")

    notes = Widget(page.get_by_role("group", name="About the teacher set", exact=True))
    notes.root.get_by_text("Your own table", exact=True).click()
    for table in (f"x1,{MARKUP}\n0,1\n", f"x1,t1\n0,1\n{MARKUP.replace(',', '')},0\n"):
        notes.field("or paste it here").fill(table)
        notes.button("Use this table").click()
        expect(notes.problem).to_contain_text(f"“{QUOTED}")
    big = folder / FILE
    big.write_text("x" * 2**21)
    notes.root.get_by_label("Choose a CSV file").set_input_files(big)
    expect(notes.problem).to_contain_text("<img class=pwned")

    keeper = Widget(page.get_by_role("group", name="Keep or share this state"))
    keeper.root.get_by_text("Open a link", exact=True).click()
    for token in (f"#state={MARKUP}", f"#state=1.{MARKUP}.x", "#state=1." + "A" * 100_000):
        keeper.enter("Link", token)
        expect(keeper.problem).to_contain_text("This link is damaged")
        expect(keeper.root).to_have_attribute("aria-busy", "false")
    page.evaluate("markup => { location.hash = '#state=' + markup; }", MARKUP)
    expect(keeper.root).to_have_attribute("aria-busy", "false")
    expect(keeper.problem).to_contain_text("This link is damaged")

    examples = Widget(page.get_by_role("group", name="Worked examples", exact=True))
    examples.root.get_by_text("Add your own").click()
    text = examples.field("Your example")
    text.fill(f"title: {MARKUP}\n{MARKUP}: 1\n")
    examples.button("Read this example").click()
    expect(examples.problem.filter(has_text="missing")).to_be_visible()
    fields = ("My own example", "A. Author", "A book", "page 12", "out 1")
    own = TEMPLATE + f'note: "{MARKUP.replace(chr(34), "")}"\n'
    for field in fields:
        own = own.replace(field, f"'{MARKUP}'")
    text.fill(own)
    examples.button("Read this example").click()
    option = examples.menu("Worked example").locator("option:checked")
    expect(option).to_have_text(f"{MARKUP} (your own)")
    expect(examples.root.get_by_text(f"“{MARKUP}”, {MARKUP}, 2024.")).to_be_visible()
    examples.button("Open in the playground").click()
    expect(examples.status).to_have_text(f"The playground holds “{MARKUP}” now.")

    files = Widget(page.get_by_role("group", name="Take it with you").first)
    network = folder / FILE.replace(".csv", ".json")
    network.write_text(json.dumps({"format": MARKUP}))
    files.root.get_by_label("Load a network").set_input_files(network)
    expect(files.problem).to_contain_text("<img class=pwned")
    guarded.assert_unharmed()

    settings.enter("Learning rate h", "0.03")  # and it goes on
    expect(settings.problem).to_be_empty()


def hostile_exercises(guarded: Guarded) -> None:
    """Answer with markup, and ask for worksheets of it."""
    practice = Widget(guarded.page.get_by_role("group", name="Exercises", exact=True))
    answer = practice.root.get_by_role("textbox", name=re.compile(" =$"))
    for typed, told in ((MARKUP, "<img"), ("(" * 300, "200 characters"), ("9^9^9^9", "hold")):
        answer.fill(typed)
        answer.press("Enter")
        expect(practice.problem.filter(has_text=told)).to_be_visible()
    practice.enter("Exercise", MARKUP)
    expect(practice.problem.filter(has_text="Exercise is “<img")).to_be_visible()
    practice.root.get_by_text("My teacher gave me a seed").click()
    practice.field("Seed").fill(MARKUP)
    practice.button("Take my exercises").click()
    expect(practice.problem.filter(has_text=f"Seed is “{QUOTED}")).to_be_visible()

    sheets = Widget(guarded.page.get_by_role("group", name="Worksheets for a class", exact=True))
    sheets.field("Students").fill("<b class=pwned onclick=pwned=4>")
    sheets.button("Answer key (HTML)").click()
    expect(sheets.problem).to_contain_text("Students is “<b class=pwned onclick=pwned=4>”")
    sheets.field("Students").fill("999999999999")
    sheets.button("Answer key (PDF)").click()
    expect(sheets.problem).to_contain_text("from 1 to 60")
    guarded.assert_unharmed()


def test_nothing_becomes_markup_in_a_live_page(
    open_page: OpenPage, server: Server, tmp_path: Path
) -> None:
    page = open_page()
    guarded = Guarded(page)
    page.goto(f"{server.url}voila/render/{PLAYGROUND}#state=1.{MARKUP}")
    keeper = Widget(page.get_by_role("group", name="Keep or share this state"))
    expect(keeper.problem).to_contain_text("This link is damaged", timeout=START_MS)
    hostile_playground(guarded, tmp_path)
    page.goto(f"{server.url}voila/render/{CHECK}")
    expect(page.locator("html")).to_have_attribute("data-python", "ready", timeout=START_MS)
    hostile_exercises(guarded)


def test_nothing_becomes_markup_in_jupyterlab(
    open_page: OpenPage, lab_url: str, tmp_path: Path
) -> None:
    page = open_page()
    guarded = Guarded(page)
    for chapter in (PLAYGROUND, CHECK):
        page.goto(f"{lab_url}lab/tree/{chapter}?reset")
        run_all(page)
        if chapter == PLAYGROUND:
            group = page.get_by_role("group", name="Worked examples", exact=True)
            expect(group).to_be_visible(timeout=START_MS)
            hostile_playground(guarded, tmp_path)
        else:
            group = page.get_by_role("group", name="Worksheets for a class", exact=True)
            expect(group).to_be_visible(timeout=START_MS)
            hostile_exercises(guarded)


# ---- over the websocket ----

SEND = """
async ([url, frames]) => {
  const socket = new WebSocket(url.replace(/session_id=[^&]*/, "session_id=another"));
  const heard = [];
  let shut = null;
  await new Promise((open) => { socket.onopen = open; });
  socket.onclose = (event) => { shut = event; };
  socket.onmessage = ({ data }) => heard.push(data);
  for (const frame of frames) {
    if (Array.isArray(frame)) socket.send(new Uint8Array(frame));
    else socket.send(frame);
  }
  const header = { msg_id: "the last", msg_type: "kernel_info_request" };
  socket.send(JSON.stringify({ channel: "shell", header, content: {} }));
  const ends = (data) => typeof data === "string" && data.includes('"idle"') &&
    data.includes('"the last"');
  while (!heard.some(ends)) {
    if (shut) throw new Error(`The server has closed the connection: ${shut.code} ${shut.reason}`);
    await new Promise((again) => requestAnimationFrame(again));
  }
  socket.close();
  return heard.filter((data) => typeof data === "string").map((data) => JSON.parse(data));
}
"""
OPENED = ("Output", "FileUpload", "Controller", "HTML", "Image", "Text")


def frames(models: dict[str, Any]) -> list[str | list[int]]:
    """What nobody has any business to send."""
    ids = {model["name"]: name for name, model in models.items()}
    walk = next(name for name, m in models.items() if "script" in m.get("state", {}))

    def said(kind: Any, content: Any, **more: Any) -> str:
        header = {"msg_id": "1", "msg_type": kind, "username": "", "session": "another"}
        told = {"channel": "shell", "header": header, "content": content}
        return json.dumps({**told, "parent_header": {}, "metadata": {}, **more})

    def sets(model: Any, state: Any, **more: Any) -> str:
        data = {"method": "update", "state": state, "buffer_paths": [], **more}
        return said("comm_msg", {"comm_id": model, "data": data})

    def opens(target: str, data: Any, version: str = "2.1.0") -> str:
        content = {"comm_id": f"evil-{target}", "target_name": target, "data": data}
        return said("comm_open", content, metadata={"version": version})

    layouts = [f"05_why_backpropagation-{n}" for n in range(1, 30)]
    states = [
        {"children": [], "_dom_classes": ["pwned"], "layout": "IPY_MODEL_x", "box_style": "danger"},
        {"value": MARKUP, "description": MARKUP, "placeholder": MARKUP, "style": MARKUP},
        {"display": "none", "visibility": "hidden", "width": "0"},
        {"_esm": f"document.body.innerHTML = {MARKUP!r}", "_css": "* { display: none }"},
        {"graph": MARKUP, "script": {}, "numbers": {}, "problem": MARKUP, "comm": None},
    ]
    # A text field is the page's to fill, and the walkthrough's turn comes below.
    own = {name for name, m in models.items() if m["name"] == "TextModel"} | {walk}
    known = {*ids.values(), walk, *layouts} - own
    core = {
        "_model_module": "@jupyter-widgets/controls",
        "_model_module_version": "2.0.0",
        "_view_module": "@jupyter-widgets/controls",
        "_view_module_version": "2.0.0",
    }
    deep = "[" * 100_000 + "]" * 100_000
    no_states: list[Any] = [[], 3, "x", None, {"edit": {}}, {"edit": {"slot": []}}]
    no_edits: list[Any] = [[], "x", {"slot": "x1", "text": {"a": []}}]
    return [
        *(sets(model, state) for model in sorted(known) for state in states),
        *(sets(walk, state) for state in states[2:]),
        *(
            opens(
                "jupyter.widget",
                {"state": {**core, "_model_name": f"{n}Model", "_view_name": f"{n}View"}},
            )
            for n in OPENED
        ),
        opens("jupyter.widget.control", {}, "1.0.0"),
        opens("nobody.knows", {"a": 1}),
        said("comm_msg", {"comm_id": "evil-jupyter.widget.control", "data": {"method": "x"}}),
        said("comm_close", {"comm_id": walk, "data": {}}),
        *(said("comm_msg", {"comm_id": name, "data": {}}) for name in ("nobody", walk, 3, None)),
        *(sets(walk, state) for state in no_states),
        *(sets(walk, {"edit": edit}) for edit in no_edits),
        sets(walk, {"step": 10**30, "by": "nothing", "editable": False}),
        sets(walk, {"edit": {}}, buffer_paths=[["edit", "data"], [], [[]], None, 3]),
        *(said(kind, {"code": "1/0", "silent": False}) for kind in ("execute_request", 3, None)),
        said("shutdown_request", {"restart": False}, channel="control"),
        said("input_reply", {"value": "x"}, channel="stdin"),
        *("", "{", "null", "[]", '"x"', "3", "NaN", "{}", '{"header": {}}', deep),
        f'{{"channel": "shell", "header": {deep}, "content": {{}}}}',
        sets(walk, {"step": float("nan")}),
        sets(walk, {"edit": {"slot": "x1", "text": "\ud800", "ticket": "\udfff"}}),
        said("comm_msg", {"comm_id": walk, "data": {"method": MARKUP}}, signature="0" * 64),
        *([0] * n for n in (1, 3, 4, 8, 100)),
        [255] * 64,
        [0, 0, 0, 2, 0, 0, 0, 12, 0, 0, 0, 14, 123, 125],
        sets(walk, {"edit": {"slot": "x1", "text": "x" * 2_000_000}}),
    ]


def test_what_is_no_business_of_a_page_is_without_effect(
    open_page: OpenPage, server: Server, own_jupyter: dict[str, str]
) -> None:
    page = open_page()
    guarded = Guarded(page)
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    walk = open_lesson(page, server.url)
    expect(page.locator("html")).to_have_attribute("data-python", "ready", timeout=START_MS)
    x1 = page.get_by_role("textbox", name="x₁", exact=True)
    before = walk.error()
    shown = walk.texts()
    models = json.loads(page.locator("#bp-widgets").text_content() or "")["models"]

    heard = page.evaluate(SEND, [sockets[0].url, frames(models)])
    # Those that begin an edit of x₁ with a text that is no number are refused with a sentence.
    expect(walk.problem).to_contain_text("It stays")
    told = [message["content"]["data"] for message in heard if message["msg_type"] == "comm_msg"]
    assert {data["method"] for data in told} <= {"update", "echo_update"}
    kinds = {message["msg_type"] for message in heard}
    assert kinds <= {"comm_msg", "status", "kernel_info_reply", "iopub_welcome"}

    x1.fill("0.25")
    x1.press("Enter")
    expect(walk.problem).to_be_empty()
    expect(walk.root).not_to_contain_text(f"E = {before}")
    x1.fill("1")
    x1.press("Enter")
    expect(page.get_by_role("button", name="Reset", exact=True)).to_be_visible()
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(x1).to_have_value("1")
    walk.to(0)
    assert walk.error() == before
    assert {**walk.texts(), "status": []} == {**shown, "status": []}
    guarded.assert_unharmed()

    log = Path(own_jupyter["TMPDIR"]) / f"{server.port}.log"
    lines = log.read_text().splitlines()
    assert not [line for line in lines if "Traceback" in line or line.startswith("  ")]
    assert max(map(len, lines), default=0) < 1000


def test_the_next_visitor_meets_the_chapter_as_it_was(page: Page, server: Server) -> None:
    """What one visitor does to a page is not the next one's."""
    walk = Walk(page)
    page.goto(server.url + CHAPTER)
    walk.ready()
    walk.expect_step(0)
    expect(page.get_by_role("textbox", name="x₁", exact=True)).to_have_value("1")
