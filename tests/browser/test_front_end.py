"""What a page does with its models and messages: what ipywidgets does, and a little more."""

import json
from typing import Any

import pytest
from jupyter_server.services.kernels.connection.base import (
    deserialize_binary_message,
    serialize_binary_message,
)
from playwright.sync_api import Page, Request, WebSocketRoute

from backprop_core.pages.front_end import FILES
from backprop_core.widgets.bundle import joined
from tests.browser.faults import wait_until

PARTS = ("equal", "messages", "models", "journal")
SHOWN = "areEqual, takeBuffers, putBuffers, encodeMessage, decodeMessage, Model, journal"
SITE = "http://localhost/voila/render/"


@pytest.fixture
def parts(page: Page) -> Page:
    """A page that has the front end's parts as `parts`."""
    files = [path for path in FILES if path.stem in PARTS]
    assert len(files) == len(PARTS)
    page.add_script_tag(content=f"{joined(*files)}\nwindow.parts = {{ {SHOWN} }};", type="module")
    wait_until(lambda: page.evaluate("'parts' in window"), "The parts cannot be loaded.")
    return page


def test_equal_all_through(parts: Page) -> None:
    told = parts.evaluate(
        """() => {
            const bytes = (...octets) => new DataView(Uint8Array.from(octets).buffer);
            const pairs = [
                [{ a: [1, { b: null }] }, { a: [1, { b: null }] }], [NaN, NaN], [[], []],
                [{ a: bytes(1, 2) }, { a: bytes(1, 2) }],
                [{ a: 1 }, { a: 1, b: undefined }], [[1], { 0: 1 }], [null, {}], [0, false],
                [{ a: bytes(1, 2) }, { a: bytes(1, 3) }], [bytes(1), bytes(1, 0)], [[1, 2], [2, 1]],
            ];
            return pairs.map(([a, b]) => [parts.areEqual(a, b), parts.areEqual(b, a)]);
        }"""
    )
    assert told == [[True, True]] * 4 + [[False, False]] * 7


def test_bytes_travel_behind_a_message(parts: Page) -> None:
    """As Jupyter's server reads and writes them."""
    frame = parts.evaluate(
        """() => {
            const inside = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4); // a part of others
            const held = { d: { b: inside, n: 1 }, l: [inside] };
            const { state, paths, buffers } = parts.takeBuffers(held);
            const message = { header: {}, parent_header: {}, content: { state, paths, text: "δ" } };
            return [...new Uint8Array(parts.encodeMessage(message, buffers))];
        }"""
    )
    message = deserialize_binary_message(bytes(frame))
    state = {"d": {"b": None, "n": 1}, "l": [None]}
    paths = [["d", "b"], ["l", 0]]
    assert message["content"] == {"state": state, "paths": paths, "text": "δ"}
    assert [bytes(part) for part in message["buffers"]] == [b"\x01\x02\x03"] * 2

    back = serialize_binary_message(message)
    assert parts.evaluate(
        """octets => {
            const { content, buffers } = parts.decodeMessage(Uint8Array.from(octets).buffer);
            const state = parts.putBuffers(content.state, content.paths, buffers);
            const seen = (view) => [view instanceof DataView, view.byteLength, view.getUint8(2)];
            return [seen(state.d.b), seen(state.l[0]), content.text];
        }""",
        list(back),
    ) == [[True, 3, 3], [True, 3, 3], "δ"]


def test_a_model_tells_of_changes(parts: Page) -> None:
    assert parts.evaluate(
        """() => {
            const log = [], sent = [];
            const python = { update: (model, changes) => sent.push({ ...changes }), custom() {} };
            const state = { a: 1, b: [1], c: 0 };
            const model = new parts.Model("m", { name: "AnyModel", state }, python);
            const view = {}, told = (name) => () => log.push(name);
            model.on("change:a change:b", told("a or b"), view);
            model.on("change", told("any"));
            model.on("change:b", () => { model.set("c", 7); }, view);
            model.set({ a: 2, b: [1] });  // b is as it was
            model.save_changes();
            model.save_changes();
            model.receive({ b: [2], a: 2 });
            model.save_changes();  // what a listener has set
            model.off(null, null, view);
            model.receive({ a: 3, b: [3] });
            model.save_changes();
            return { log, sent, c: model.get("c") };
        }"""
    ) == {"log": ["a or b", "any", "a or b", "any", "any"], "sent": [{"a": 2}, {"c": 7}], "c": 7}


def test_the_journal_keeps_what_has_to_be_told_again(parts: Page) -> None:
    told = parts.evaluate(
        """() => {
            const kept = parts.journal((id) => (id === "stage" ? ["command"] : []));
            const set = (id, state) => kept.add(id, { method: "update", state }, []);
            const ask = (id, content) => kept.add(id, { method: "custom", content }, []);
            set("walk", { step: 1 });
            set("walk", { edit: { ticket: "1", text: "5" } });
            set("walk", { step: 2 });  // the place before is of no interest
            set("other", { step: 9 });
            set("stage", { command: { do: "train", ticket: "2" } });
            set("stage", { command: { do: "pause", ticket: "3" } });
            kept.wasSet("stage", { answer: { ticket: "2" } });
            kept.wasSet("walk", { answer: { ticket: "1" } });
            ask("files", { do: "png", ticket: "4" });
            ask("files", { do: "svg", ticket: "5" });
            ask("files", { do: "pdf", ticket: "6" });
            kept.wasSent("files", { ticket: "4", state: "progress" });
            kept.wasSent("files", { ticket: "5", state: "done" });
            ask("files", { do: "cancel", ticket: "6" });
            ask("button", { event: "click" });
            ask("button", { event: "click" });
            const said = kept.entries().map(({ id, data }) => [id, data.state ?? data.content]);
            const before = kept.isFull();
            for (let n = 0; n <= 5000; n++) set("board", { action: { ticket: n } });
            return { said, forgotten: kept.forgotten(), full: [before, kept.isFull()] };
        }"""
    )
    assert told["said"] == [
        ["walk", {"edit": {"ticket": "1", "text": "5"}}],
        ["walk", {"step": 2}],
        ["other", {"step": 9}],
        ["stage", {"command": {"do": "pause", "ticket": "3"}}],
        ["files", {"do": "png", "ticket": "4"}],
        ["button", {"event": "click"}],
        ["button", {"event": "click"}],
    ]
    assert told["forgotten"] == ["stage", "files"]
    assert told["full"] == [False, True]


# --- between the page and its kernel -------------------------------------------------------------

MODULE = "export default { render({ model }) { window.model = model; } };"
HTML = f"""<!DOCTYPE html><html lang="en"><body>
<header><div id="bp-link" hidden></div><button id="bp-present">Present</button></header>
<main id="chapter"><div class="bp-output"><div class="bp-view" data-model="m"></div></div></main>
<script type="application/json" id="bp-widgets">{{}}</script>
<script type="module">{joined(*FILES)}</script></body></html>"""
DATA = {
    "chapter": "x",
    "digest": "1",
    "live": True,
    "shared": {"modules": "", "sheets": ""},
    "modules": {"k": MODULE},
    "sheets": {},
    "models": {
        "m": {
            "name": "AnyModel",
            "module": "k",
            "sheet": None,
            "state": {"n": 0, "step": 0, "wish": {}},
        }
    },
}


class Kernel:
    """Stands in for a kernel: it answers when the test says so."""

    def __init__(self, page: Page) -> None:
        self.heard: list[dict[str, Any]] = []
        self.line: WebSocketRoute
        html = HTML.replace('id="bp-widgets">{}', f'id="bp-widgets">{json.dumps(DATA)}')
        page.route(
            f"{SITE}x.ipynb", lambda route: route.fulfill(body=html, content_type="text/html")
        )
        page.route("**/kernels", lambda route: route.fulfill(status=201, json={"id": "1"}))
        page.route("**/kernels/1", lambda route: route.fulfill(json={}))
        page.route("**/leave", lambda route: route.fulfill(status=204))
        page.route_web_socket("**/channels*", self._open)
        page.goto(f"{SITE}x.ipynb")
        page.wait_for_selector("html[data-python=ready]")
        self.page = page

    def _open(self, line: WebSocketRoute) -> None:
        self.line = line
        line.on_message(self._hear)

    def _hear(self, text: str | bytes) -> None:
        message = json.loads(text)
        if message["header"]["msg_type"] == "comm_msg":
            self.heard.append(message)
        else:
            self.finish(message)

    def tell(self, kind: str, content: dict[str, Any], parent: dict[str, Any]) -> None:
        message = {"header": {"msg_type": kind}, "parent_header": parent, "content": content}
        self.line.send(json.dumps({**message, "channel": "iopub", "metadata": {}}))

    def set(self, method: str, state: dict[str, Any], parent: dict[str, Any]) -> None:
        data = {"method": method, "state": state, "buffer_paths": []}
        self.tell("comm_msg", {"comm_id": "m", "data": data}, parent)

    def finish(self, message: dict[str, Any]) -> None:
        """Say that a message is done with."""
        self.tell("status", {"execution_state": "idle"}, message["header"])

    def states(self, count: int) -> list[dict[str, Any]]:
        """What the page has set so far, in so many messages."""

        def have_come() -> bool:
            self.page.title()  # meanwhile they can
            return len(self.heard) >= count

        wait_until(have_come, f"There are not {count} messages.")
        assert len(self.heard) == count
        return [message["content"]["data"].get("state") for message in self.heard]


@pytest.fixture
def kernel(page: Page) -> Kernel:
    return Kernel(page)


def test_one_update_at_a_time_and_no_wish_lost(kernel: Kernel) -> None:
    kernel.page.evaluate(
        """() => {
            const say = (state) => { model.set(state); model.save_changes(); };
            for (let n = 1; n <= 5; n++) say({ n });
            say({ wish: { ticket: 1 } });
            say({ wish: { ticket: 2 } });
            say({ n: 6 });
        }"""
    )
    assert kernel.states(1) == [{"n": 1}]
    kernel.finish(kernel.heard[0])
    assert kernel.states(2)[1] == {"n": 5, "wish": {"ticket": 1}}
    kernel.finish(kernel.heard[1])
    assert kernel.states(3)[2] == {"n": 6, "wish": {"ticket": 2}}


def test_an_old_echo_takes_nothing_back(kernel: Kernel) -> None:
    page = kernel.page
    page.evaluate("for (const n of [1, 2]) { model.set({ n }); model.save_changes(); }")
    (first,) = kernel.heard[: len(kernel.states(1))]
    kernel.set("echo_update", {"n": 1}, first["header"])
    kernel.set("update", {"wish": {"done": 1}}, first["header"])
    kernel.finish(first)
    assert kernel.states(2)[1] == {"n": 2}
    assert page.evaluate("[model.get('n'), model.get('wish').done]") == [2, 1]
    second = kernel.heard[1]
    kernel.set("echo_update", {"n": 1}, first["header"])
    kernel.set("update", {"wish": {"done": 2}}, first["header"])
    wait_until(lambda: page.evaluate("model.get('wish').done") == 2, "Changes do not arrive.")
    assert page.evaluate("model.get('n')") == 2
    kernel.set("echo_update", {"n": 2}, second["header"])
    kernel.set("echo_update", {"n": 8}, {"msg_id": "another page's"})
    kernel.finish(second)
    wait_until(lambda: page.evaluate("model.get('n')") == 8, "Others' changes do not arrive.")


def test_lost_messages_are_told_to_a_new_kernel_once(kernel: Kernel) -> None:
    """Where a connection breaks before an answer, nobody knows what has arrived."""
    page = kernel.page
    page.evaluate("model.set({ wish: { ticket: 1 } }); model.save_changes();")
    kernel.states(1)
    kernel.finish(kernel.heard[0])
    page.evaluate("model.set({ wish: { ticket: 2 } }); model.save_changes();")
    kernel.states(2)
    with page.expect_request("**/kernels") as begun:
        kernel.line.close()
    assert kernel.states(4)[2:] == [{"wish": {"ticket": 1}}, {"wish": {"ticket": 2}}]
    assert begun.value.method == "POST"


def test_a_lost_place_is_told_once_more(kernel: Kernel) -> None:
    """To the same kernel: where one is can be told twice."""
    page = kernel.page
    page.evaluate("model.set({ step: 4 }); model.save_changes();")
    kernel.states(1)
    begun: list[Request] = []
    page.on("request", lambda sent: begun.append(sent))
    kernel.line.close()
    state = kernel.states(3)[1:]
    assert {"step": 4} in state  # beside the question what the kernel holds
    assert [sent.method for sent in begun if sent.url.endswith("/kernels/1")] == ["GET"]
    assert not [sent for sent in begun if sent.method == "POST"]
