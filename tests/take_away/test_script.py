"""The scripts run by themselves, and find the numbers that the engine has."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from math import isclose
from pathlib import Path

import pytest

from backprop_core import ACTIVATIONS, Network, backward, error, forward, update
from backprop_core.situation import Situation
from backprop_core.take_away import numpy_script, torch_script
from tests.refusals import assert_refused

NAMES = list(ACTIVATIONS)
MIXED = Network.random([3, 4, 2, 5, 2], ["tanh", "softplus", "gaussian", "sigmoid"], seed=3)
SITUATIONS = {
    "article": Situation(),
    "textbook": Situation(convention="sum"),
    "mixed": Situation(MIXED, (0.1, -2.0, 1 / 3), (0.0, 1.0), h=0.1),
    "mixed, textbook": Situation(MIXED, (0.1, -2.0, 1 / 3), (0.0, 1.0), 0.1, "sum"),
    "one neuron": Situation(Network.from_weights([[[2.0]]], [[-1.0]]), (1e-30,), (0.0,), 1e3),
    "wide": Situation(Network.random([2, 16, 16, 1], "tanh"), (0.3, -0.7), (1.0,)),
    # every activation at the beginning, where one sum is 0, in the middle and at the end
    **{
        name: Situation(
            Network.random([2, 5, 4, 2], [name, before, name], seed=n).with_bias("f1", 0.0),
            (0.0, 0.0),
            (0.5, -1.0),
        )
        for n, (before, name) in enumerate(zip(islice(cycle(NAMES), 3, None), NAMES, strict=False))
    },
}

every_situation = pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)


def expected(situation: Situation) -> dict[str, float]:
    """The numbers that the engine finds, by the names that a script prints."""
    net, t = situation.network, situation.t
    f = forward(net, situation.x)
    g = backward(net, f, t)
    new = update(net, g, situation.h)
    deltas = g.deltas if situation.convention == "output" else g.deltas_r
    numbers: dict[str, float] = {}
    for neuron in net.neurons:
        k, n = net.neuron(neuron)
        numbers[f"r[{neuron}]"] = f.r[k][0, n]
        numbers[f"g(r[{neuron}])"] = f.outputs[k][0, n]
        numbers[f"delta[{neuron}]"] = deltas[k][0, n]
        numbers[f"dE/db[{neuron}]"] = g.biases[k][n]
        numbers[f"b[{neuron}] after the update"] = new.bias(neuron)
    for a, b in net.edges:
        numbers[f"dE/dw[{a},{b}]"] = g.of(net, a, b)
        numbers[f"w[{a},{b}] after the update"] = new.weight(a, b)
    for n, name in enumerate(net.layers[0]):
        numbers[f"dE/d{name}"] = g.at_inputs[0, n]
    for n, y in enumerate(f.y[0]):
        numbers["y" if len(t) == 1 else f"y{n + 1}"] = y
    numbers["E"] = error(f.y, t)
    numbers["E after the update"] = error(forward(new, situation.x).y, t)
    return {name: float(value) for name, value in numbers.items()}


def printed(script: str, folder: Path) -> dict[str, float]:
    """Run a script where our package cannot be found, and read what it prints."""
    file = folder / "script.py"
    file.write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-X", "utf8=0", file],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.rpartition(" = ") for line in done.stdout.splitlines()]
    numbers = {name: float(value) for name, _, value in lines}
    assert len(numbers) == len(lines)
    return numbers


@every_situation
def test_numpy_finds_the_same_numbers_to_the_last_bit(situation: Situation, tmp_path: Path) -> None:
    assert printed(numpy_script(situation), tmp_path) == expected(situation)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
@every_situation
def test_autograd_finds_the_same_numbers(situation: Situation, tmp_path: Path) -> None:
    found, wanted = printed(torch_script(situation), tmp_path), expected(situation)
    assert found.keys() == wanted.keys()
    largest = max(map(abs, wanted.values()))
    for name, value in wanted.items():
        assert isclose(found[name], value, rel_tol=1e-12, abs_tol=1e-15 * largest), name


@pytest.mark.parametrize("write", [numpy_script, torch_script])
@every_situation
def test_a_script_can_be_read(write: Callable[[Situation], str], situation: Situation) -> None:
    script = write(situation)
    compile(script, "script.py", "exec")
    assert "backprop_core" not in script
    numbers = re.compile(r" *(np\.array\(|torch\.tensor\()?\[")
    code = [line for line in script.splitlines() if not numbers.match(line)]
    assert max(map(len, code)) <= 100


@pytest.mark.parametrize("write", [numpy_script, torch_script])
def test_an_activation_of_somebodys_own_is_refused(write: Callable[[Situation], str]) -> None:
    own = replace(ACTIVATIONS["tanh"], name="'''; import os")
    situation = Situation(Network.three_layer(["tanh", own, "tanh"]))
    assert_refused(
        lambda: write(situation), "activations[1] is \"'''; import os\", which no script"
    )
