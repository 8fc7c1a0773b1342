"""Whatever a browser sends: nothing breaks, nothing is set that is not the page's, and it goes on.

Messages come in where ipykernel hands them over: at the widget's `_handle_msg`.
"""

import asyncio
import json
import logging
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import anywidget
import ipywidgets
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from jupyter_client.session import json_packer
from traitlets.log import get_logger

import backprop_core.widgets as offered
from backprop_core.link import write_link
from backprop_core.widgets import (
    ActivationSlope,
    BatchOnline,
    CostOfBothWays,
    Derivation,
    DerivationWalker,
    Downhill,
    Exercises,
    Folding,
    HalfSquare,
    LearningRates,
    Lesson,
    Neuron,
    Playground,
    Progress,
    RateComparison,
    Rules,
    Separation,
    SumOverPaths,
    TakeAway,
    TeacherSet,
    TwoLayerFormula,
    TwoOutputs,
    TwoWeights,
    WorkedExamples,
    Worksheets,
    from_page,
    take_away,
    walker,
    worksheets,
)
from backprop_core.widgets import exercises as exercises_module
from backprop_core.widgets.board import Board, Choice, Number, Slider
from backprop_core.widgets.board import Button as Press
from backprop_core.widgets.file_maker import BUSY, FileMaker
from backprop_core.widgets.from_page import (
    MOST_BYTES,
    MOST_CHARACTERS,
    Button,
    FromPage,
    PageWidget,
    listens,
    plain,
)
from backprop_core.widgets.stage import DO

MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
PLAYGROUND_LINK = write_link(Playground().experiment)

# ---- one of every widget that a page can talk to ----

OWNERS: dict[str, Callable[[], Any]] = {
    **{
        kind.__name__: kind
        for kind in (
            *(ActivationSlope, BatchOnline, CostOfBothWays, DerivationWalker, Downhill, Exercises),
            *(Folding, HalfSquare, LearningRates, Lesson, Neuron, Playground, Progress),
            *(RateComparison, Separation, SumOverPaths, TeacherSet, TwoLayerFormula),
            *(TwoOutputs, TwoWeights, Worksheets),
        )
    },
    "Derivation": lambda: Derivation(Lesson()),
    "Rules": lambda: Rules(conventions=True),
    "WorkedExamples": lambda: WorkedExamples(Playground()),
    "TakeAway": lambda: TakeAway(Playground()),
}


@dataclass
class Member:
    """A widget, and what holds it."""

    owner: Any
    widget: FromPage


def _members(owner: Any) -> Iterator[FromPage]:
    """The widgets of an owner that a page can talk to."""
    if isinstance(owner, FromPage):
        yield owner
    for child in getattr(owner, "children", ()):
        yield from _members(child)
    if isinstance(owner, Playground):
        yield owner.walk.head


@cache
def everyone() -> dict[str, Member]:
    """By owner, class and place."""
    members = {}
    for name, make in OWNERS.items():
        owner = make()
        counts: Counter[str] = Counter()
        for widget in _members(owner):
            kind = type(widget).__name__
            counts[kind] += 1
            if kind != "Text" or counts[kind] in (1, 4, 5):  # an input, h, a weight
                members[f"{name}-{kind}-{counts[kind]}"] = Member(owner, widget)
    return members


NAMES = list(everyone())


def test_everything_that_is_offered_is_tried() -> None:
    """No widget of ours with a script of its own is forgotten here, or trusts its page."""
    tried = {base for member in everyone().values() for base in type(member.widget).__mro__}
    public = {getattr(offered, name) for name in offered.__all__}
    assert {k for k in public if isinstance(k, type) and issubclass(k, PageWidget)} <= tried
    trusting = [
        kind
        for kind in _below(anywidget.AnyWidget)
        if kind.__module__.startswith("backprop_core") and not issubclass(kind, PageWidget)
    ]
    assert not trusting


def _below(kind: type) -> Iterator[type]:
    sub: type
    for sub in kind.__subclasses__():
        yield sub
        yield from _below(sub)


# ---- sending, and what must not happen then ----


class Kernel:
    """Hands messages to a widget as a kernel does, with its event loop; notes what goes wrong."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.logged: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.loop = asyncio.new_event_loop()
        handler = logging.Handler()
        handler.emit = lambda record: self.logged.append(record.getMessage())  # type: ignore[method-assign]
        self._handler = handler
        logging.getLogger(get_logger().name).addHandler(handler)
        self.loop.set_exception_handler(lambda _, context: self.logged.append(str(context)))

        def send(widget: Any, msg: dict[str, Any], buffers: Any = None) -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # of numbers that JSON has no word for
                json_packer(msg)
            self.sent.append(msg)

        self.patch = monkeypatch.setattr
        monkeypatch.setattr(ipywidgets.Widget, "_send", send)
        quick = {
            do: take_away.Offer(o.label, o.hint, o.file, o.media_type, lambda *_: b"a file")
            for do, o in take_away.OFFERS.items()
        }
        monkeypatch.setattr(take_away, "OFFERS", quick)
        monkeypatch.setattr(worksheets, "_make", lambda *_: b"a file")

    def give(self, widget: FromPage, msg: Any) -> None:
        """Hand over one message and go on until nothing but a training is under way."""

        async def handed() -> None:
            widget._handle_msg(msg)  # what it raises ends the test
            for _ in range(3):
                await asyncio.sleep(0)

        self.loop.run_until_complete(handed())

    def rest(self, owner: Any) -> None:
        """Stop a training, and wait for what was begun aside."""
        grounds = [owner, getattr(owner, "_playground", None), getattr(owner, "_source", None)]
        for ground in grounds:
            if isinstance(ground, Playground):
                ground._runner.stop()
        tasks = asyncio.all_tasks(self.loop)
        if tasks:
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))

    def close(self) -> None:
        logging.getLogger(get_logger().name).removeHandler(self._handler)
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    kernel = Kernel(monkeypatch)
    yield kernel
    kernel.close()


def update(state: Any, **more: Any) -> dict[str, Any]:
    """A message that sets traits, as ipywidgets writes it."""
    data = {"method": "update", "state": state, "buffer_paths": [], **more}
    return {"content": {"comm_id": "…", "data": data}, "buffers": []}


def with_file(trait: str, told: dict[str, Any], data: bytes) -> dict[str, Any]:
    """A message that brings a file."""
    msg = update({trait: told}, buffer_paths=[[trait, "data"]])
    return {**msg, "buffers": [memoryview(data)]}


def custom(content: Any, *buffers: Any) -> dict[str, Any]:
    """A message of the widget's own."""
    data = {"method": "custom", "content": content}
    return {"content": {"comm_id": "…", "data": data}, "buffers": list(buffers)}


# ---- what hostile browsers send ----

TEXTS = st.sampled_from(
    [
        *("", " ", "0", "1", "-1", "2", "1e999", "-0.0", "1e308", "999999999", "0x10", "１", "½"),
        *("nan", "inf", "−0,5", "1" * 5000, "9" * 400, "(" * 400, "2^9^9^9", "1/0", "\0", "\ud800"),
        *(MARKUP, f"x1,t1\n{MARKUP},1\n", "x1,t1\n0,1\n", f"x1,{MARKUP}\n0,1", "a\nb\r\u2028c"),
        *("__class__", "constructor", "{0.__class__}", "%s%n", "../../etc/passwd", "own", "XOR"),
        *("f1", "f3", "x1", "weight-x1-f1", "bias-f3", PLAYGROUND_LINK, "1.eJyL", "#state=1.a.b"),
        *(f"title: {MARKUP}", "&a [*a, *a]", "!!python/object/apply:os.system [ls]", "[" * 1000),
        *('{"a": ' * 500, "solution", "way", "tanh", "forward", "t" * 10_000),
    ]
) | st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
NUMBERS = st.one_of(
    st.integers(-3, 40),
    st.sampled_from([2**31, 2**53, 2**63, 10**18, -(2**70), 10**400, 0.5, -0.0, 1e308, 1e-320]),
    st.floats(),
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda items: (
        st.lists(items, max_size=4) | st.dictionaries(TEXTS.filter(str.isascii), items, max_size=3)
    ),
    max_leaves=6,
)
DEEP: Any = [1]
for _ in range(100):
    DEEP = [DEEP]
MOST = 20_000  # characters and bytes while these are tried, so that what is too large can be drawn
HEAVY = st.sampled_from(
    [
        *(["a"] * 1000, {str(n): n for n in range(1000)}, DEEP, 10**4000),
        *("x" * 2 * MOST, "1" * MOST, "<b>" * (MOST // 4)),
    ]
)
VALUES = JSON | JSON | JSON | HEAVY
BUFFERS = st.lists(
    st.sampled_from([b"", b"x1,t1\n0,1\n", b"\xff\xfe", b"\0" * 100, b"PK\x03\x04", b"{" * 3000])
    | st.sampled_from([memoryview(b"x1,t1\n0,1\n"), b"1" * 2 * MOST, None, 3, "text"]),
    max_size=2,
)
PATHS = st.lists(
    st.sampled_from([["offer", "data"], ["action", "data"], ["action"], [], ["nothing", 0], ["x"]])
    | st.lists(st.sampled_from(["action", "command", 0, -1, "data", None, 1.5, [], {}])),
    max_size=2,
)
RUBBISH = st.one_of(
    VALUES,
    st.fixed_dictionaries({"content": VALUES}),
    st.fixed_dictionaries({"content": st.fixed_dictionaries({"data": VALUES}), "buffers": VALUES}),
    st.builds(
        lambda method, data: {"content": {"data": {"method": method, **data}}},
        VALUES | st.sampled_from(["update", "custom", "request_state", "echo_update"]),
        st.dictionaries(
            st.sampled_from(["state", "content", "buffer_paths"]), VALUES | PATHS, max_size=3
        ),
    ),
)


def values_for(control: Any) -> st.SearchStrategy[Any]:
    """What a control of a board could take, and what it cannot."""
    if isinstance(control, Slider):
        return st.floats(control.low, control.high) | VALUES
    if isinstance(control, Choice):
        return st.sampled_from([value for _, value in control.options]) | VALUES
    return VALUES


def verbs(widget: FromPage) -> dict[str, st.SearchStrategy[Any]]:
    """What is nearly a wish, by the trait that carries it: a known verb with any value."""
    tickets: st.SearchStrategy[Any] = st.sampled_from(["ticket", 0.5]) | VALUES

    def wish(fields: dict[str, Any]) -> st.SearchStrategy[Any]:
        told = {name: st.sampled_from(list(v)) if v else VALUES for name, v in fields.items()}
        return st.fixed_dictionaries({**told, "ticket": tickets})

    if isinstance(widget, Board):
        one = [
            st.fixed_dictionaries(
                {"key": st.just(key), "value": values_for(control), "ticket": tickets}
            )
            for key, control in widget._controls.items()
        ]
        keys = st.sampled_from(list(widget._controls))
        several = st.dictionaries(keys, VALUES, min_size=1, max_size=3)
        return {"action": st.one_of(*one) | st.fixed_dictionaries({"values": several})}
    by_class: dict[str, dict[str, Any]] = {
        "DerivationWalker": {"action": {"key": walker._CONTROLS, "value": ()}},
        "Stage": {"command": {"do": DO, "value": ()}},
        "Exercises": {"command": {"do": exercises_module._CONTROLS, "value": ()}},
        "Keeper": {
            "action": {
                "do": ("link", "afresh", "arrive"),
                "from": ("link", "reload", "visit"),
                "token": (),
            }
        },
        "SetNotes": {"offer": {"name": (), "size": (), "text": ()}},
        "ExampleTable": {"action": {"do": ("read", "open"), "text": (), "name": ()}},
        "Walkthrough": {"edit": {"slot": ("x1", "weight-f3-f5", "bias-f3", "h"), "text": ()}},
    }
    told = by_class.get(type(widget).__name__, {})
    return {trait: wish(fields) for trait, fields in told.items()}


def wishes(widget: FromPage) -> st.SearchStrategy[Any]:
    """Nearly what a `FileMaker` or a button is told."""
    known = ["load", "cancel", "click", *take_away.OFFERS, *worksheets.FILES]
    fields = ("students", "seed", "name", "event", "state", "file")
    return st.fixed_dictionaries(
        {"do": st.sampled_from(known) | VALUES, "ticket": st.just("ticket") | VALUES},
        optional=dict.fromkeys(fields, VALUES),
    )


def messages(widget: FromPage) -> st.SearchStrategy[Any]:
    """Everything from rubbish to what is almost right."""
    traits = st.sampled_from([*widget.page_sets, *widget.keys, "_model_id", "comm", "keys"])
    states = st.dictionaries(traits, VALUES, max_size=4) | VALUES
    nearly = [st.fixed_dictionaries({trait: wish}) for trait, wish in verbs(widget).items()]
    if widget.page_sets:
        own = st.sampled_from(widget.page_sets)
        nearly += [st.dictionaries(own, VALUES, min_size=1, max_size=3)]
    whole = [st.builds(update, state) for state in nearly] * 3
    return st.one_of(
        *whole,
        RUBBISH,
        st.builds(update, states),
        st.builds(
            lambda state, paths, buffers: {
                **update(state, buffer_paths=paths),
                "buffers": buffers,
            },
            st.one_of(states, *nearly),
            PATHS,
            BUFFERS,
        ),
        st.builds(lambda content, buffers: custom(content, *buffers), wishes(widget), BUFFERS),
    )


# ---- what holds afterwards ----

# What is put into the page as markup; all else is written as text.
MARKED_UP = {
    *("graph", "script", "numbers", "lines", "setup", "panels", "equations", "backdrop", "parts"),
    *("table", "frames", "scene", "_esm", "_css"),
}


def sentences(sent: list[dict[str, Any]]) -> Iterator[str]:
    """What is said to readers."""
    for msg in sent:
        state = msg.get("state", {}) if msg["method"] == "update" else msg.get("content", {})
        for name in ("problem", "open_problem", "said", "taken", "sentence", "note"):
            yield state.get(name) or ""
        for name in ("refused", "status", "feedback"):
            yield state.get(name, {}).get("sentence", "")


def assert_unharmed(kernel: Kernel, member: Member) -> None:
    """Nothing was logged, all can be sent to a page, and no markup of somebody's is in ours."""
    assert not kernel.logged
    state = member.widget.get_state()
    told = json.dumps(state, allow_nan=False, default=repr)
    told.encode()
    for sentence in sentences(kernel.sent):
        assert "\n" not in sentence
        assert len(sentence) < 600, sentence[:1000]
    ours = {name: value for name, value in state.items() if name in MARKED_UP}
    assert "onerror" not in json.dumps(ours, default=repr).replace(
        json.dumps([state.get("_esm"), state.get("_css")]), ""
    )
    if isinstance(member.owner, Lesson):
        assert "onerror" not in member.owner.outcome.value


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_sent_does_harm(
    name: str, kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = everyone()[name]
    monkeypatch.setattr(from_page, "MOST_CHARACTERS", MOST)
    monkeypatch.setattr(from_page, "MOST_BYTES", MOST)

    @settings(
        max_examples=60,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(messages(member.widget))
    @example({})
    @example(update({"step": 10**30, "chosen": float("nan"), "row": True, "by": ["neuron"]}))
    @example(update({"_esm": MARKUP, "children": ["IPY_MODEL_x"], "layout": "IPY_MODEL_"}))
    def send(message: Any) -> None:
        kernel.sent.clear()
        kernel.give(member.widget, message)
        assert_unharmed(kernel, member)
        kernel.rest(member.owner)
        assert_unharmed(kernel, member)

    send()
    assert_it_goes_on(kernel, member)


def assert_it_goes_on(kernel: Kernel, member: Member) -> None:
    """What a page rightly asks for is done as ever."""
    widget = member.widget
    kernel.sent.clear()
    if isinstance(widget, FileMaker):
        do = "key.pdf" if isinstance(widget, Worksheets) else "numbers"
        kernel.give(widget, custom({"do": do, "ticket": "last", "students": "2", "seed": "7"}))
        kernel.rest(member.owner)
        assert kernel.sent[-1]["content"]["state"] == "done"
    elif isinstance(widget, Board):
        key, control = next(
            (key, c) for key, c in widget._controls.items() if not isinstance(c, Press)
        )
        value = widget.values[key]
        action = {"key": key, "value": str(value) if isinstance(control, Number) else value}
        assert_taken(kernel, widget, "action", action)
    elif (name := type(widget).__name__) in RIGHT:
        assert_taken(kernel, widget, *RIGHT[name])
    elif name in SIMPLE:
        trait, values = SIMPLE[name]
        for value in values:
            kernel.give(widget, update({trait: value}))
            kernel.rest(member.owner)
            assert getattr(widget, trait) == value
    elif isinstance(widget, Button):
        pressed: list[object] = []
        widget.on_click(pressed.append)
        kernel.give(widget, custom({"event": "click"}))
        assert pressed == [widget]
    else:
        assert not widget.page_sets
    assert not kernel.logged


RIGHT: dict[str, tuple[str, dict[str, Any]]] = {
    "DerivationWalker": ("action", {"key": "reset", "value": ""}),
    "Stage": ("command", {"do": "pick_sample", "value": 0}),
    "Exercises": ("command", {"do": "another", "value": None}),
    "SetNotes": ("offer", {"text": "x1,t1\n0,1\n1,0\n"}),
    "Walkthrough": ("edit", {"slot": "x1", "text": "0.25"}),
    "Keeper": ("action", {"do": "afresh"}),
}
SIMPLE: dict[str, tuple[str, list[Any]]] = {
    "Ledger": ("row", [0, 1]),
    "WalkHead": ("close_asked", [3, 4]),
    "ExampleTable": ("chosen", [0, 1]),
    "Text": ("value", ["0.5", "0.25"]),
    "Dropdown": ("index", [0, 1]),
}


def assert_taken(kernel: Kernel, widget: Any, trait: str, wish: dict[str, Any]) -> None:
    """A wish is answered, and done."""
    kernel.give(widget, update({trait: {**wish, "ticket": "last"}}))
    assert widget.answer["ticket"] == "last"
    assert widget.answer.get("taken", True), getattr(widget, "problem", "")


# ---- how much work it makes ----

STEPS = 300_000  # calls of functions, Python's own among them
LARGE = [
    *("1" * (MOST_CHARACTERS - 1), "<b>" * 600_000, "(" * 1_000_000, "é\n" * 800_000),
    *("x1,t1\n" + "1,2\n" * 200_000, "x" * (MOST_CHARACTERS + 1), ["a"] * 1_000_000),
    [[["a"] * 32] * 32] * 31,
]


def calls(do: Callable[[], object]) -> int:
    """How many functions are called meanwhile, on this thread."""
    count = 0

    def called(frame: Any, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        do()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", NAMES)
def test_megabytes_are_soon_refused(name: str, kernel: Kernel) -> None:
    member = everyone()[name]
    widget = member.widget
    fields = {"text": ..., "value": ..., "token": ..., "name": ..., "from": "link"}
    for value in LARGE:
        told = {key: value if default is ... else default for key, default in fields.items()}
        sent = [update({trait: value}) for trait in widget.page_sets]
        sent.append(custom({"do": value, "ticket": "t", "name": value}, b"[" * 2_000_000))
        if isinstance(widget, FileMaker):
            wish = {"ticket": "t", "name": value, "students": value, "seed": value}
            sent += [custom({**wish, "do": do}, b"[" * 900_000) for do in ("load", "key.pdf")]
        for trait, verb, known in large_verbs(widget):
            sent += [update({trait: {verb: one, "ticket": "t", **told}}) for one in known]
            sent.append(update({trait: {verb: value, "ticket": "t"}}))
            sent.append(with_file(trait, {verb: "read", "name": "a", "ticket": "t"}, b"[" * 10**6))
        for msg in sent:
            made = calls(lambda msg=msg: widget._handle_msg(msg))  # type: ignore[misc]
            assert made < STEPS, str(msg)[:300]
    assert not kernel.logged


def large_verbs(widget: FromPage) -> Iterator[tuple[str, str, list[str]]]:
    """A trait that carries wishes, the key of the verb, the verbs that bring a value."""
    if isinstance(widget, Board):
        kinds = {type(c): key for key, c in widget._controls.items() if not isinstance(c, Press)}
        yield "action", "key", list(kinds.values())
    told: dict[str, tuple[str, str, list[str]]] = {
        "DerivationWalker": (
            "action",
            "key",
            ["slot", "value", "n_0", "activation", "teacher_set"],
        ),
        "Stage": ("command", "do", ["train", "go_to", "pick_sample", "pick_neuron", "axes"]),
        "Exercises": ("command", "do", ["check", "show", "kind", "number", "class"]),
        "Keeper": ("action", "do", ["arrive"]),
        "SetNotes": ("offer", "do", ["offer"]),
        "ExampleTable": ("action", "do", ["read"]),
        "Walkthrough": ("edit", "slot", ["x1", "h", "weight-f3-f5"]),
    }
    if (kind := type(widget).__name__) in told:
        yield told[kind]


# ---- what is whose ----


@pytest.mark.parametrize("name", NAMES)
def test_all_else_stays_as_it_is(name: str, kernel: Kernel) -> None:
    widget = everyone()[name].widget
    before = widget.get_state()
    others = sorted({*widget.keys, "children", "comm", "values", "workbench"} - {*widget.page_sets})
    assert {"layout", "_dom_classes", "_view_name"} <= {*others}
    wrong: Any
    for wrong in (MARKUP, 7, [], {}, None, True, "IPY_MODEL_x", [MARKUP]):
        kernel.give(widget, update(dict.fromkeys(others, wrong)))
    assert widget.get_state() == before
    assert not kernel.sent
    assert not kernel.logged


def test_what_is_set_is_told_to_other_views(kernel: Kernel) -> None:
    lesson = Lesson()
    kernel.sent.clear()
    kernel.give(lesson.walkthrough, update({"step": 7, "script": {}}))
    (echo,) = kernel.sent
    assert (echo["method"], echo["state"]) == ("echo_update", {"step": 7})
    kernel.give(lesson.walkthrough, update({"step": 700}))
    assert kernel.sent[-1]["state"] == {"step": 36}


def test_a_page_may_ask_for_the_state(kernel: Kernel) -> None:
    progress = Progress()
    kernel.sent.clear()
    kernel.give(progress, {"content": {"data": {"method": "request_state"}}})
    assert kernel.sent[0]["state"]["kinds"] == progress.kinds


def test_only_those_that_check_are_listened_to() -> None:
    lesson = Lesson()
    assert listens(lesson.walkthrough.model_id)
    assert listens(lesson.apply.model_id)
    for deaf in (lesson, lesson.outcome, lesson.walkthrough.layout, lesson.apply.style):
        assert not listens(deaf.model_id)
    assert not listens("nobody")


def test_a_file_goes_where_it_belongs_and_nowhere_else(kernel: Kernel) -> None:
    notes = Playground().chooser.notes
    table = b"x1,t1\n0,1\n1,0\n"
    kernel.give(notes, with_file("offer", {"name": "a.csv", "size": 14, "ticket": "t"}, table))
    assert notes.taken == "Your table is in use."
    told = {"name": "a.csv", "size": 2**22, "ticket": "u"}
    kernel.give(notes, with_file("offer", told, b"1" * (MOST_BYTES + 1)))
    assert notes.problem == "The file “a.csv” has 4.0 MB, but expected up to 1 MB."
    board = Neuron()
    kernel.give(board, with_file("action", {"key": "x1", "value": 0.5, "ticket": "v"}, table))
    assert "data" not in board.action
    assert board.values["x1"] == 0.5


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("half a \ud83d", "half a \ufffd"),
        ("\ud83d\ude00", "😀"),
        ("a\0b", "a\0b"),
        ({"a\udfff": [1, 0.5, None, True]}, {"a\ufffd": [1, 0.5, None, True]}),
        (2**53 - 1, 2**53 - 1),
        (b"bytes", b"bytes"),
    ],
)
def test_what_a_page_could_send(value: Any, taken: Any) -> None:
    assert plain(value) == taken


@pytest.mark.parametrize(
    "value",
    [
        *(2**53, -(2**53), float("nan"), float("inf"), "x" * (MOST_CHARACTERS + 1)),
        *(b"x" * (MOST_BYTES + 1), [0] * 33, {str(n): n for n in range(33)}, [[[[0]]]], {0: 0}),
        *({"a": {"b": [float("nan")]}}, {1, 2}, object(), (1, 2)),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_no_page_sends(value: Any) -> None:
    with pytest.raises(ValueError, match=r"A page sends no such value\."):
        plain(value)


# ---- work that is begun aside ----


def test_so_many_files_are_made_and_no_more(kernel: Kernel) -> None:
    gate, begun = threading.Event(), []

    def make(students: int, seed: int, do: str, progress: Any) -> bytes:
        begun.append(seed)
        gate.wait(60)
        return b"a file"

    kernel.patch(worksheets, "_make", make)
    page = Worksheets()
    kernel.sent.clear()
    for seed in range(30):
        wish = {"do": "key.pdf", "ticket": str(seed), "students": "60", "seed": str(seed)}
        kernel.give(page, custom(wish))
    failed = [msg["content"] for msg in kernel.sent if msg["content"]["state"] == "failed"]
    gate.set()
    kernel.rest(page)
    assert begun == [0, 1, 2, 3]
    assert {told["sentence"] for told in failed} == {BUSY}
    assert len(failed) == 26
    assert_it_goes_on(kernel, Member(page, page))


def test_of_many_choices_the_last_one_is_computed(kernel: Kernel) -> None:
    page = WorkedExamples()
    prepared = []
    prepare = page._prepare
    page._prepare = lambda place, walked: prepared.append(place) or prepare(place, walked)  # type: ignore[method-assign,func-returns-value]

    async def choose() -> None:
        for n in range(300):
            page.table._handle_msg(update({"chosen": n % 2}))

    kernel.loop.run_until_complete(choose())
    kernel.rest(page)
    assert len(prepared) < 50
    assert page.table.shown["title"] == page.table.titles[1]


def test_a_long_training_keeps_nobody_waiting(kernel: Kernel) -> None:
    playground = Playground()
    train = {"do": "train", "value": "10000000", "ticket": "t"}
    kernel.give(playground.stage, update({"command": train}))
    assert playground.running
    made = calls(lambda: kernel.give(playground.stage, update({"command": {"do": "pause"}})))
    kernel.rest(playground)
    assert made < STEPS
    assert playground.experiment.epoch < 10_000_000
