"""A stage shows what the engine computes, and asks for nothing that cannot be done."""

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from backprop_core import Network, backward, error, forward
from backprop_core.equations import unicode_name
from backprop_core.teacher_sets import Recipe, TeacherSet, teacher_set
from backprop_core.views import Plane, level_of, outputs_on, shades
from backprop_core.widgets.moment import Moment, frame_of
from backprop_core.widgets.scene import Picks, scene_of
from backprop_core.widgets.stage import DO, Stage

MOONS = teacher_set(Recipe("moons", samples=60, noise=0.2))
IRIS = teacher_set(Recipe("iris"))
XOR = teacher_set(Recipe("XOR"))


@dataclass(frozen=True)
class Said:
    sentence: str
    nodes: tuple[str, ...]


def floats(data: bytes, *shape: int) -> Any:
    return np.frombuffer(data, dtype=np.float32).reshape(*shape)


def octets(data: bytes, *shape: int) -> Any:
    return np.frombuffer(data, dtype=np.uint8).reshape(*shape)


@pytest.fixture
def net() -> Network:
    """A network with borders in the midst of the samples."""
    net = Network.random([2, 3, 4, 1], ["tanh", "ReLU", "sigmoid"], seed=4)
    for neuron in ("f2", "f8"):
        k, n = net.neuron(neuron)
        middle = float(np.median(forward(net, MOONS.x).r[k][:, n]))
        net = net.with_bias(neuron, net.bias(neuron) - middle)
    return net


@pytest.fixture
def done() -> list[tuple[str, Any]]:
    return []


@pytest.fixture
def stage(net: Network, done: list[tuple[str, Any]]) -> Stage:
    stage = Stage(lambda do, value: done.append((do, value)))
    stage.show(MOONS, Moment(net, epoch=3, first=1, last=9))
    return stage


def shown(net: Network, of: TeacherSet = MOONS, points: int = 100, **picked: Any) -> dict[str, Any]:
    picks = replace(Picks(), **picked).fitted(net)
    return frame_of(1, of, Moment(net, epoch=3, first=1, last=9), picks, points)


# --- what is shown -------------------------------------------------------------------------------


def test_the_scene_holds_samples_and_names(net: Network) -> None:
    told = scene_of(MOONS, net, Picks().fitted(net))
    np.testing.assert_allclose(floats(told["places"], -1, 2), MOONS.x, atol=1e-6)
    assert octets(told["classes"], -1).tolist() == MOONS.t[:, 0].tolist()
    assert told["training"] == MOONS.training < len(MOONS.x)
    assert told["layers"][1] == [["f1", "f₁"], ["f2", "f₂"], ["f3", "f₃"]]
    assert told["hidden"] == ["f4", "f5"]
    assert (told["plane"]["x_label"], told["plane"]["y_label"]) == ("x₁", "x₂")


def test_axes_show_what_was_measured() -> None:
    net = Network.random([4, 3, 3])
    told = scene_of(IRIS, net, Picks((2, 0)))
    assert told["plane"]["x_label"] == "x₃: petal length (cm)"
    scaling = IRIS.scalings[2]
    for at, text in told["plane"]["x"]["ticks"]:
        assert at * scaling.spread + scaling.centre == pytest.approx(float(text))
    low, high = told["plane"]["x"]["ends"]
    assert all(low <= at <= high for at, _ in told["plane"]["x"]["ticks"])


def test_weights_come_in_the_order_of_the_edges(net: Network) -> None:
    told = shown(net)
    weights = [net.weight(*edge) for edge in net.edges]
    np.testing.assert_allclose(floats(told["weights"], -1), weights, rtol=1e-6)
    biases = [net.bias(neuron) for neuron in net.neurons]
    np.testing.assert_allclose(floats(told["biases"], -1), biases, rtol=1e-6)


def test_the_boundary_is_the_output_over_the_plane(net: Network) -> None:
    told = shown(net)["view"]
    y = outputs_on(net, Plane.of(MOONS.x), 100)[-1][..., 0]
    np.testing.assert_array_equal(octets(told["grid"], 100, 100), shades(y, 0, 1))
    line = floats(told["border"]["points"], -1, 2)
    assert sum(told["border"]["counts"]) == len(line) > 20
    np.testing.assert_allclose(forward(net, line).y, level_of(MOONS.t), atol=5e-3)
    assert told["ends"] == ["0", "0.5", "1"]


@pytest.mark.parametrize(("neuron", "k", "n"), [("f2", 0, 1), ("f5", 1, 1), ("f8", 2, 0)])
def test_a_picked_neuron_takes_the_place_of_the_boundary(
    net: Network, neuron: str, k: int, n: int
) -> None:
    told = shown(net, neuron=neuron)["view"]
    assert unicode_name(neuron) in told["title"]
    values = outputs_on(net, Plane.of(MOONS.x), 100)[k + 1][..., n]
    most = {0: 1.0, 1: float(np.max(values)), 2: None}[k]
    low, high = (0.0, 1.0) if most is None else (-most, most)
    np.testing.assert_array_equal(octets(told["grid"], 100, 100), shades(values, low, high))
    line = floats(told["border"]["points"], -1, 2)
    assert neuron == "f5" or len(line) > 20
    if len(line):
        np.testing.assert_allclose(forward(net, line).r[k][:, n], 0, atol=5e-3)


def test_each_node_has_its_own_view(net: Network) -> None:
    nodes = octets(shown(net)["nodes"], -1, 25, 25)
    assert len(nodes) == 2 + 3 + 4 + 1
    layers = outputs_on(net, Plane.of(MOONS.x), 100)
    seen = [layer[2::4, 2::4, n] for layer in layers for n in range(layer.shape[-1])]
    for view, values in zip(nodes, seen, strict=True):
        if np.ptp(values) > 0:  # darker where it is less
            order = np.argsort(values, axis=None)
            assert (np.diff(view.ravel()[order].astype(int)) >= 0).all()
            assert np.ptp(view) > 20
    np.testing.assert_array_equal(nodes[2], shades(layers[1][2::4, 2::4, 0], -1, 1))
    coarse = octets(shown(net, points=50)["nodes"], -1, 25, 25)
    assert np.abs(coarse.astype(int) - nodes).max() < 40


def test_with_several_classes_the_plane_is_parted_into_regions() -> None:
    net = Network.random([4, 5, 3], seed=8)
    told = shown(net, IRIS, axes=(2, 3))["view"]
    y = outputs_on(net, Plane.of(IRIS.x, (2, 3)), 100)[-1]
    np.testing.assert_array_equal(octets(told["grid"], 100, 100), y.argmax(axis=-1))
    assert told["kind"] == "regions"
    wide = [n for n in range(3) if (y.argmax(axis=-1) == n).mean() > 0.03]
    assert [name for *_, name in told["names"]] == [IRIS.outputs[n] for n in wide]
    assert shown(net, IRIS, neuron="f7")["view"]["kind"] == "heat"


def test_outputs_that_are_no_classes_have_no_regions() -> None:
    own = "x1,x2,t1,t2\n0,0,0.3,1\n1,0,0.9,0.5\n0,1,0.1,0.7\n"
    values = teacher_set(Recipe("own", own=own))
    net = Network.random([2, 2, 2])
    assert shown(net, values)["view"]["kind"] == "heat"
    told = scene_of(values, net, Picks().fitted(net))
    assert len(told["class_names"]) == len(set(octets(told["classes"], -1).tolist()))


def test_the_curve_is_of_one_sample(net: Network) -> None:
    epochs, errors = [0, 1, 2, 3], [8.0, 4.0, 2.0, 0.0]
    moment = Moment(net, epoch=3, last=3, training=(epochs, errors), check=(epochs, errors))
    told = frame_of(1, MOONS, moment, Picks().fitted(net))["curve"]
    m, kept = MOONS.training, len(MOONS.x) - MOONS.training
    curve = floats(told["training"], -1, 2)
    assert curve[:, 0].tolist() == epochs
    np.testing.assert_allclose(curve[:, 1], np.maximum(np.array(errors) / m, 1e-12), rtol=1e-6)
    np.testing.assert_allclose(floats(told["check"], -1, 2)[:3, 1], np.array(errors[:3]) / kept)
    f = forward(net, MOONS.x)
    epoch, training, check = told["now"]
    assert epoch == 3
    assert training == pytest.approx(error(f.y[:m], MOONS.t_training) / m)
    assert check == pytest.approx(error(f.y[m:], MOONS.t_check) / kept)
    low, high = told["y"]["ends"]
    assert low <= min(training, check) <= 8 / kept <= high
    assert told["x"]["ends"] == [0.0, 10.0]


def test_the_hidden_space_is_what_two_neurons_hand_on(net: Network) -> None:
    told = shown(net, hidden=("f1", "f3"))["hidden"]
    expected = forward(net, MOONS.x).outputs[0][:, [0, 2]]
    np.testing.assert_allclose(floats(told["places"], -1, 2), expected, atol=1e-6)
    assert (told["x_label"], told["y_label"]) == ("f₁", "f₃")
    told = shown(net, hidden=("f7", "f4"))["hidden"]
    places = floats(told["places"], -1, 2)
    for n, axis in enumerate("xy"):
        low, high = told[axis]["ends"]
        assert low <= places[:, n].min()
        assert places[:, n].max() <= high


def test_delta_is_that_of_the_training_samples(net: Network) -> None:
    told = shown(net)["delta"]
    g = backward(net, forward(net, MOONS.x_training), MOONS.t_training)
    expected = [float(np.sqrt(np.mean(delta**2))) for delta in g.deltas]
    assert told["sizes"] == pytest.approx(expected)
    assert [float(text) for text in told["texts"]] == pytest.approx(expected, rel=0.06)


def test_what_is_said(net: Network) -> None:
    moment = Moment(
        net, epoch=320, used=7, last=320, end=1000, running=True, rate=5432.1, sample=0,
        remarks=[Said("f₄ is dead.", ("f4",))],
    )  # fmt: skip
    told = frame_of(1, MOONS, moment, Picks().fitted(net))
    assert told["place"] == "epoch 320 of 1,000"
    assert told["rate"] == "5,000 epochs a second"
    assert told["said"] == "Training."
    assert told["remarks"] == [["f₄ is dead.", ["f4"]]]
    for slowly in ({"running": False}, {"rate": 2.0}):
        told = frame_of(1, MOONS, replace(moment, **slowly), Picks().fitted(net))
        assert told["place"] == f"epoch 320 of 1,000, 7 of {MOONS.training} samples"
    rest = frame_of(1, MOONS, replace(moment, running=False, used=0), Picks().fitted(net))
    assert rest["rate"] == ""
    assert rest["said"].startswith("Epoch 320: E = ")
    assert rest["sample"]["text"].startswith("Sample 1, for training: x\N{NO-BREAK SPACE}=")
    last = replace(moment, sample=len(MOONS.x) - 1)
    assert "for checking" in frame_of(1, MOONS, last, Picks().fitted(net))["sample"]["text"]


@pytest.mark.parametrize(
    "sizes",
    [(2, 1), (2, 1, 1), (2, 1, 3, 1), (2, *[16] * 6, 1)],
    ids=lambda s: "-".join(map(str, s)),
)
@pytest.mark.parametrize("scale", [0.0, 1.0, 1e200])
def test_any_network_can_be_shown(sizes: tuple[int, ...], scale: float) -> None:
    net = Network.random(sizes, ["ReLU"] * (len(sizes) - 2) + ["identity"], scale=scale)
    told = shown(net)
    json.dumps(told, allow_nan=False, default=bytes.hex)  # as it has to travel
    assert (told["hidden"] is None) == (len(sizes) == 2)
    assert len(told["delta"]["sizes"]) == len(sizes) - 1
    for axis in (told["curve"]["y"], told["delta"]["y"]):
        assert np.isfinite(axis["ends"]).all()
        assert axis["ends"][0] < axis["ends"][1]


def test_sums_near_the_end_of_all_numbers_can_be_shown() -> None:
    net = Network.from_weights([[[1.7e308], [0.0]], [[0.0]]], activation="identity")
    told = shown(net)["hidden"]["x"]
    assert all(np.isfinite(np.diff(told["ends"])))


def test_one_input_can_be_shown() -> None:
    line = teacher_set(Recipe("own", own="x1,t1\n0,0\n1,1\n2,0\n"))
    net = Network.random([1, 2, 1])
    told = scene_of(line, net, Picks().fitted(net))
    assert told["axes"] == [0, None]
    assert told["plane"]["y"]["ticks"] == []
    grid = octets(shown(net, line)["view"]["grid"], 100, 100)
    assert (grid == grid[0]).all()


# --- the widget ----------------------------------------------------------------------------------


def test_what_stays_the_same_is_sent_once(stage: Stage, net: Network) -> None:
    before = stage.scene
    stage.show(MOONS, Moment(net.with_bias("f1", 2.0), epoch=4, last=9))
    assert stage.scene is before
    assert stage.frame["number"] == stage.number == 2
    assert stage.frame["epoch"] == 4
    stage.show(MOONS, Moment(net.with_activation("tanh"), epoch=4, last=9))
    assert stage.scene["activations"] == ["tanh"] * 3
    stage.show(XOR, Moment(net.with_activation("tanh")))
    assert len(stage.scene["classes"]) == 4


def test_a_running_training_is_painted_more_coarsely(stage: Stage, net: Network) -> None:
    assert len(stage.frame["view"]["grid"]) == 100 * 100
    stage.show(MOONS, Moment(net, running=True))
    assert len(stage.frame["view"]["grid"]) == 50 * 50


def test_picks_that_a_network_has_not_are_given_up(stage: Stage) -> None:
    stage.take("pick_neuron", "f6")
    stage.take("hidden", ["f7", "f5"])
    stage.show(MOONS, Moment(Network.random([2, 3, 4, 1])))
    assert (stage.picks.neuron, stage.picks.hidden) == ("f6", ("f7", "f5"))
    stage.show(MOONS, Moment(Network.random([2, 2, 1, 1])))
    assert stage.picks == Picks((0, 1), "", ("f3", None))
    stage.show(MOONS, Moment(Network.random([2, 1])))
    assert stage.picks.hidden == ("", None)


def test_what_does_not_fit_is_not_shown(stage: Stage, net: Network) -> None:
    before = stage.frame
    with pytest.raises(
        ValueError, match="network has 2 inputs and 1 outputs, but expected 4 and 3"
    ):
        stage.show(IRIS, Moment(net))
    with pytest.raises(ValueError, match="sample is 60, but expected 0 to 59"):
        stage.show(MOONS, Moment(net, sample=60))
    assert stage.frame is before


def test_what_cannot_be_computed_leaves_all_as_it_was(
    stage: Stage, net: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    before = stage.scene, stage.frame, stage.picks, stage.number
    with monkeypatch.context() as patch:
        patch.setattr("backprop_core.widgets.moment.border", fail)
        for show in (lambda: stage.show(XOR, Moment(net)), lambda: stage.take("axes", [1, 0])):
            with pytest.raises(ZeroDivisionError):
                show()
            assert before == (stage.scene, stage.frame, stage.picks, stage.number)
    stage.show(XOR, Moment(net))
    assert len(stage.scene["classes"]) == 4


def test_the_browser_has_seen_no_more_than_there_was(stage: Stage) -> None:
    stage.seen = 99  # which there is not yet
    assert stage.seen == stage.number == 1


@pytest.mark.parametrize(
    ("do", "value", "expected"),
    [
        ("pause", None, None),
        ("epoch", None, None),
        ("sample", "anything", None),
        ("stop", None, None),
        ("walk", None, None),
        ("go_to", 9, 9),
        ("pick_sample", 0, 0),
        ("pick_sample", " 60 ", 59),
        ("pick_neuron", "f8", "f8"),
        ("pick_neuron", "", ""),
        ("axes", [1, 0], (1, 0)),
        ("hidden", ["f3", "f1"], ("f3", "f1")),
        ("train", "", None),
        ("train", None, None),
        ("train", "1,000", 1003),
    ],
)
def test_commands(
    stage: Stage, done: list[tuple[str, Any]], do: str, value: Any, expected: Any
) -> None:
    stage.command = {"ticket": "a", "do": do, "value": value}
    assert done == [(do, expected)]
    assert stage.answer == {"ticket": "a", "taken": True}
    assert stage.problem == ""


def test_what_is_looked_at_changes_at_once(stage: Stage) -> None:
    stage.take("pick_neuron", "f2")
    assert (stage.scene["neuron"], stage.frame["view"]["title"]) == (
        "f2",
        "What f₂ makes of the plane",
    )
    stage.take("axes", [1, 0])
    assert stage.scene["plane"]["x_label"] == "x₂"
    stage.take("hidden", ["f1", "f2"])
    assert stage.frame["hidden"]["x_label"] == "f₁"
    assert stage.frame["number"] == 4


@pytest.mark.parametrize(
    ("do", "value", "sentence"),
    [
        ("explode", None, f"command is “explode”, but expected one of: {', '.join(DO)}."),
        ([], None, f"command is “[]”, but expected one of: {', '.join(DO)}."),
        ("train", "many", "Train for is “many”, but expected a whole number from 1 to 10,000,000."),
        ("train", 0, "Train for is 0, but expected a whole number from 1 to 10,000,000."),
        ("train", "1.5", "Train for is “1.5”, but expected a whole number from 1 to 10,000,000."),
        ("train", "9" * 50, f"Train for is “{'9' * 39}…”, but expected a whole"),
        ("go_to", 0, "Epoch is 0, but expected a whole number from 1 to 9."),
        ("go_to", 10, "Epoch is 10, but expected a whole number from 1 to 9."),
        ("go_to", True, "Epoch is “True”, but expected a whole number from 1 to 9."),
        ("go_to", 2.5, "Epoch is 2.5, but expected a whole number from 1 to 9."),
        ("pick_sample", 60, "Sample is 60, but expected a whole number from 0 to 59."),
        ("pick_sample", "61", "Sample is “61”, but expected a whole number from 1 to 60."),
        ("pick_sample", "", "Sample is “”, but expected a whole number from 1 to 60."),
        ("pick_neuron", "x1", "Neuron is “x1”, but expected one of f1 to f8."),
        ("pick_neuron", ["f1"], "Neuron is “['f1']”, but expected one of f1 to f8."),
        ("axes", [0, 0], "Axes are “[0, 0]”, but expected two different inputs, from 0 to 1."),
        ("axes", [0, "1"], "Axes are “[0, '1']”, but expected two different inputs, from 0 to 1."),
        ("axes", 3, "Axes is 3, but expected two."),
        ("hidden", ["f1", "f4"], "Hidden space is “['f1', 'f4']”, but expected two different"),
        ("hidden", ["f1", None], "Hidden space is “['f1', None]”, but expected two different"),
        ("hidden", ["f8", "f8"], "Hidden space is “['f8', 'f8']”, but expected two different"),
    ],
)  # fmt: skip
def test_refusals(
    stage: Stage, done: list[tuple[str, Any]], do: str, value: Any, sentence: str
) -> None:
    before = stage.scene, stage.frame, stage.picks
    stage.command = {"ticket": "b", "do": do, "value": value}
    assert stage.problem.startswith(sentence)
    assert stage.answer == {"ticket": "b", "taken": False}
    assert done == []
    assert (stage.scene, stage.frame, stage.picks) == before
    stage.command = {"ticket": "c", "do": "pause"}
    assert stage.problem == ""


def test_nothing_can_be_done_before_something_is_shown() -> None:
    stage = Stage(lambda do, value: None)
    with pytest.raises(ValueError, match="There is nothing on the stage yet"):
        stage.take("train", "5")


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [(ValueError("Not now."), "Not now."), (ArithmeticError("a"), "That could not be done.")],
)
def test_the_browser_is_answered_whatever_happens(
    net: Network, mistake: Exception, sentence: str
) -> None:
    def fail(do: str, value: Any) -> None:
        raise mistake

    stage = Stage(fail)
    stage.show(MOONS, Moment(net))
    command = {"ticket": "x", "do": "walk"}
    if isinstance(mistake, ValueError):
        stage.command = command
    else:
        with pytest.raises(ArithmeticError):
            stage.command = command
    assert stage.answer == {"ticket": "x", "taken": False}
    assert stage.problem == sentence


def test_a_paused_training_goes_on_to_the_same_end(
    stage: Stage, net: Network, done: list[tuple[str, Any]]
) -> None:
    stage.take("train", "100")
    stage.show(MOONS, Moment(net, epoch=50, last=50, end=103))
    stage.take("train", "100")
    stage.take("train", "10")
    stage.show(MOONS, Moment(net, epoch=60, last=60, end=60))
    stage.take("train", "10")
    stage.show(MOONS, Moment(net, epoch=0, last=0, end=None))  # started again
    stage.take("train", "10")
    assert [end for _, end in done] == [103, 103, 60, 70, 10]
