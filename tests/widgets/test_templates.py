"""A walk that travels as templates and numbers reads exactly like one that is spelled out."""

import json
import re
from typing import Any

import pytest

from backprop_core import Network
from backprop_core.situation import Situation
from backprop_core.walkthrough import CONVENTIONS, GRANULARITIES
from backprop_core.widgets.templates import Templates, spell
from backprop_core.widgets.walkthrough import LARGE, OF_EACH_KIND, Walkthrough

BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SITUATIONS = [
    *(
        Situation(Network.random([2, 11, 3, 1], activation), (0.3, -0.4), (1.0,), 0.5, convention)
        for activation in ("sigmoid", "tanh", "relu")
        for convention in CONVENTIONS
    ),
    Situation(Network.random([11, 7, 3], "tanh"), (0.1,) * 11, (0.0, 1.0, 0.0)),
]
LARGER = Situation(Network.random([2, 16, 16, 1], "tanh"), (0.3, -0.4), (1.0,))


def put(text: str, nodes: list[str]) -> str:
    """What the page makes of a template, as walkthrough.mjs does."""
    return re.sub(r"\{(\d+)\}", lambda m: nodes[int(m[1])], text)


def filled(told: str, templates: list[dict[str, Any]]) -> dict[str, Any]:
    place, *nodes = told.split(" ")
    template = templates[int(place)]
    return {
        "symbols": put(template["symbols"], nodes),
        "numbers": put(template["numbers"], nodes),
        "names": [put(name, [n.translate(BELOW) for n in nodes]) for name in template["names"]],
    }


def loose(spelled: dict[str, Any]) -> dict[str, Any]:
    """Without the rows that the converter puts round a number in braces; they show nothing."""
    row = re.compile(r"<mrow>(<mn>\d+</mn>)</mrow>")
    return spelled | {line: row.sub(r"\1", spelled[line]) for line in ("symbols", "numbers")}


def read(sent: Any) -> Any:
    return json.loads(sent["json"])


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda s: str(s.structure))
def test_templates_say_what_is_spelled_out(situation: Situation) -> None:
    templates = Templates()
    equations = [e for by in GRANULARITIES for step in situation.walk(by) for e in step.equations]
    told = [templates.add(equation) for equation in equations]
    assert len(templates.spelled) < 0.2 * len(set(told))
    for equation, short in zip(equations, told, strict=True):
        assert loose(filled(short, templates.spelled)) == loose(spell(equation))


def test_a_large_walk_tells_every_step_neuron_by_neuron() -> None:
    assert len(LARGER.network.edges) > LARGE
    told = Walkthrough.prepare(LARGER)
    script, numbers = read(told.traits["script"]), read(told.traits["numbers"])
    steps = LARGER.walk("neuron")
    assert told.lengths["neuron"] == len(steps) == len(script["neuron"])
    for step, told_step, values in zip(
        steps, script["neuron"], numbers["neuron"]["steps"], strict=True
    ):
        assert (told_step["title"], told_step["edges"]) == (
            step.title,
            [f"{a}-{b}" for a, b in step.edges],
        )
        spelled = [filled(e, script["templates"]) for e in told_step["equations"]]
        assert [loose(e) for e in spelled] == [loose(spell(e)) for e in step.equations]
        assert values["numbers"] == [e.number_texts() for e in step.equations]
        assert "note" not in told_step


def test_a_layer_of_a_large_walk_shows_the_first_of_each_kind_and_says_so() -> None:
    told = Walkthrough.prepare(LARGER)
    script, numbers = read(told.traits["script"]), read(told.traits["numbers"])
    steps = LARGER.walk("layer")
    left_out = 0
    for step, short, values in zip(steps, script["layer"], numbers["layer"]["steps"], strict=True):
        shown = len(short["equations"])
        assert shown == len(values["numbers"]) <= 2 * OF_EACH_KIND
        assert set(short["nodes"]) == set(step.nodes)
        assert [slot for slot, *_ in values["shows"]] == [show.slot for show in step.shows]
        if shown < len(step.equations):
            left_out += 1
            assert f"{shown} of the {len(step.equations)} equations" in short["note"]
        else:
            assert short["note"] == ""
    assert left_out >= 6
    gather = next(i for i, step in enumerate(steps) if step.title == "f₁₇ … f₃₂ → f₁ … f₁₆")
    spelled = [filled(e, script["templates"]) for e in script["layer"][gather]["equations"]]
    assert [e["names"][0].partition(",")[0] for e in spelled] == ["g′(r₁₇)", "g′(r₁₈)", "δ₁", "δ₂"]


def test_large_walks_are_light() -> None:
    for sizes, most in (([2, 16, 16, 1], 1e6), ([2, *[16] * 6, 1], 3e6)):
        situation = Situation(Network.random(sizes, "tanh"), (0.3, -0.4), (1.0,))
        traits = Walkthrough.prepare(situation).traits
        size = len(traits["graph"].encode()) + sum(
            len(traits[name]["json"]) for name in ("script", "numbers")
        )
        assert size <= most


def test_a_walk_prepared_for_numbers_alone_is_still_whole_if_another_is_on_show() -> None:
    start = Situation()
    widget = Walkthrough(LARGER, step=400)
    edited = Walkthrough.prepare(LARGER.with_parameter("bias-f1", 0.5), LARGER)
    assert set(edited.traits) == {"numbers"}
    widget.tell(start)
    assert (widget.step, widget.script) == (36, Walkthrough(start).script)
    widget.take(edited)
    assert widget.script == Walkthrough(LARGER).script
    assert widget.numbers == edited.traits["numbers"]


@pytest.mark.parametrize(
    ("sizes", "left_out"),
    [
        ([2, 8, 8, 1], "has no room for weights and biases"),
        ([2, 16, 16, 1], "has no room for numbers"),
    ],
)
def test_what_the_drawing_leaves_out_is_said(sizes: list[int], left_out: str) -> None:
    situation = Situation(Network.random(sizes))
    told = Walkthrough.prepare(situation).traits
    assert read(told["numbers"])["facts"][-1] == ["The drawing", left_out]
    again = Walkthrough.prepare(situation, situation).traits
    assert again["numbers"] == told["numbers"]
