"""Ask for a number: of the forward sweep, of the way back, of the update."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from backprop_core.diagnosis import Quantity, Task, half_unit, single_mistakes, telling_digits
from backprop_core.equations import PLAIN, Equation, plain_text, unicode_name
from backprop_core.exercises.dice import Dice
from backprop_core.exercises.exercise import Exercise, Given
from backprop_core.exercises.settings import (
    TWO_LAYERS,
    TWO_OUTPUTS,
    Setting,
    setting_of,
    variation_of,
)
from backprop_core.exercises.telling import Telling

__all__ = [
    "bias_gradient",
    "delta_first",
    "delta_hidden",
    "delta_output",
    "error",
    "forward",
    "updated_weight",
    "weight_gradient",
]

_FORMULAS = {
    "sigmoid": "All neurons are sigmoids: g(r) = 1/(1 + exp(−r)).",
    "tanh": "All neurons have g(r) = tanh(r).",
}
_SLOPES = {
    "sigmoid": "All neurons are sigmoids: g′ = g · (1 − g).",
    "tanh": "All neurons have tanh: g′ = 1 − g².",
}
_LEAST_GRADIENT = 0.002
_MOST_DIGITS = 5  # to ask for


def forward(number: int) -> Exercise:
    """The input sum or the output of one neuron."""
    setting = setting_of(number)
    told, net = Telling(setting), setting.network
    kind = Dice("forward", number).one_of(("r", "output"))
    task = _picked("forward", number, setting, [Quantity(kind, (n,)) for n in net.neurons])
    (neuron,) = task.nodes
    layer, _ = net.neuron(neuron)
    name, total = unicode_name(neuron), plain_text(PLAIN.sum(neuron))
    lines = [told.line(total)]
    question = f"What is {total}, the input sum of {name}?"
    if kind == "output":
        lines.append(told.line(f"g({total})"))
        question = f"What does {name} hand on? {_FORMULAS[net.activations[layer].name]}"
    before = told.outputs(layer - 1) if layer else told.inputs()
    return _exercise("forward", number, setting, task, question, before, lines)


def error(number: int) -> Exercise:
    """E of one sample, with one output or two."""
    setting = variation_of(number, TWO_OUTPUTS) or setting_of(number)
    told = Telling(setting)
    task = _picked("error", number, setting, [Quantity("error")])
    question = "What is E, the error of this sample?"
    given = (*told.answers(), *told.targets())
    return _exercise("error", number, setting, task, question, given, [told.line("E")])


def delta_output(number: int) -> Exercise:
    """The error signal of an output neuron, one of two at times."""
    setting = variation_of(number, TWO_OUTPUTS) or setting_of(number)
    told = Telling(setting)
    given = (*told.answers(), *told.targets())
    return _delta("delta-output", number, told, setting.network.layers[-1], given)


def delta_hidden(number: int) -> Exercise:
    """The error signal of f3 or f4: one path back from the output."""
    told = Telling(setting_of(number))
    given = (*told.outputs(1), *told.outputs(2), *told.deltas(2), told.rate())
    return _delta("delta-hidden", number, told, ("f3", "f4"), given)


def delta_first(number: int) -> Exercise:
    """The error signal of f1 or f2: two paths."""
    told = Telling(setting_of(number))
    outputs = (*told.outputs(0), *told.outputs(1), *told.outputs(2))
    given = (*outputs, *told.deltas(2), *told.deltas(1), told.rate())
    return _delta("delta-first", number, told, ("f1", "f2"), given)


def weight_gradient(number: int) -> Exercise:
    """∂E/∂w of one sample, or summed over a batch of two."""
    return _gradient("weight-gradient", number, lambda net: net.edges)


def bias_gradient(number: int) -> Exercise:
    """∂E/∂b of one sample, or summed over a batch of two."""
    return _gradient("bias-gradient", number, lambda net: [(n,) for n in net.neurons])


def updated_weight(number: int) -> Exercise:
    """A weight after one update, with the gradient of one sample or of a batch of two."""
    setting = _one_or_two_samples(number)
    quantities = [Quantity("weight", edge, after=1) for edge in setting.network.edges]
    task = _picked("updated-weight", number, setting, quantities)
    told = Telling(setting)
    name = plain_text(PLAIN.parameter(task.nodes))
    by = "with the gradient of both samples together" if len(setting.x) > 1 else "with this sample"
    question = f"What is {name} after one update {by}? {_slope(setting)}"
    given = (*_known_for_gradient(told, task.nodes), told.rate())
    lines = (*told.gradient_lines(task), told.update_line(task.nodes))
    return _exercise("updated-weight", number, setting, task, question, given, lines)


# ---- what they share ----


def _one_or_two_samples(number: int) -> Setting:
    return variation_of(number, TWO_LAYERS, samples=2) or setting_of(number)


def _picked(kind: str, number: int, setting: Setting, quantities: list[Quantity]) -> Task:
    """Ask for one of the quantities: for one in which a mistake can be seen, if there is any."""
    tasks = [
        _task(setting, quantity) for quantity in Dice(kind, "asked", number).shuffled(quantities)
    ]
    return next(filter(_is_telling, tasks), min(tasks, key=lambda task: task.digits))


def _task(setting: Setting, quantity: Quantity) -> Task:
    task = Task(setting.network, setting.x, setting.t, quantity, setting.h)
    return replace(task, digits=telling_digits(task))


def _is_telling(task: Task) -> bool:
    """Whether the number is not tiny, and no mistake leads to it."""
    if task.digits > _MOST_DIGITS or abs(task.value) < _LEAST_GRADIENT:
        return False
    unit = 2 * half_unit(task.value, task.digits)
    return all(
        made.mistake.rounds or abs(made.value - task.value) > unit for made in single_mistakes(task)
    )


def _delta(
    kind: str, number: int, told: Telling, neurons: Iterable[str], given: Iterable[Given]
) -> Exercise:
    setting = told.setting
    task = _picked(kind, number, setting, [Quantity("delta", (n,)) for n in neurons])
    (neuron,) = task.nodes
    question = (
        f"What is {task.name}, the error signal of {unicode_name(neuron)}? "
        "It is the derivative of E with respect to the neuron’s output."
    )
    if neuron not in setting.network.layers[-1]:
        question = f"{question} {_slope(setting)}"
    return _exercise(kind, number, setting, task, question, given, told.delta_lines(neuron))


def _gradient(
    kind: str, number: int, parameters: Callable[..., Iterable[tuple[str, ...]]]
) -> Exercise:
    setting = _one_or_two_samples(number)
    quantities = [Quantity("gradient", nodes) for nodes in parameters(setting.network)]
    task = _picked(kind, number, setting, quantities)
    told = Telling(setting)
    both = ", of both samples together" if len(setting.x) > 1 else ""
    question = f"What is {task.name}{both}? {_slope(setting)}"
    given = _known_for_gradient(told, task.nodes)
    lines = told.gradient_lines(task)
    return _exercise(kind, number, setting, task, question, given, lines)


def _known_for_gradient(told: Telling, nodes: tuple[str, ...]) -> list[Given]:
    """All values of the forward sweep, and the error signals of the neuron's layer and later."""
    layer, _ = told.net.neuron(nodes[-1])
    layers = range(len(told.net.weights))
    given: list[Given] = []
    for i in range(len(told.setting.x)):
        given += told.inputs(i) if len(told.setting.x) > 1 else ()
        for k in layers:
            given += told.outputs(k, i)
        for k in reversed(layers[layer:]):
            given += told.deltas(k, i)
    return given


def _slope(setting: Setting) -> str:
    """What the slopes are computed from."""
    return _SLOPES[setting.network.activations[0].name]


def _exercise(
    kind: str,
    number: int,
    setting: Setting,
    task: Task,
    question: str,
    given: Iterable[Given],
    lines: Iterable[Equation],
) -> Exercise:
    return Exercise(
        kind,
        number,
        f"{question} Give {task.digits} significant digits.",
        setting.situation(),
        tuple(given),
        "number",
        task.value,
        task=task,
        solution=tuple(lines),
    )
