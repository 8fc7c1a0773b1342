"""Say where a mistake can happen in the number itself that is given as the answer."""

from collections.abc import Callable
from dataclasses import replace

from backprop_core.diagnosis.place import Place, Places, lit_by_answer
from backprop_core.diagnosis.task import UPDATED, Task
from backprop_core.equations import PLAIN, plain_text, unicode_name


def answer(task: Task) -> Places:
    """The number itself that is asked for."""
    latex = task.result_latex
    yield Place(None, (), task.name, terms=(latex,), results=(latex,), lit=lit_by_answer(task))


def answer_of(*kinds: str) -> Callable[[Task], Places]:
    """The number itself, if it is of one of these kinds."""

    def places(task: Task) -> Places:
        if task.quantity.kind in kinds:
            yield from answer(task)

    return places


def delta_answer(task: Task) -> Places:
    """The number itself, if it is what is called δ."""
    if task.is_delta:
        yield from answer(task)


def single_gradient(task: Task) -> Places:
    """The number itself, if it is the gradient of one sample."""
    if task.quantity.kind == "gradient" and len(task.x) == 1:
        yield from answer(task)


def output_delta_answer(task: Task) -> Places:
    """The number itself, if it is the only output neuron's δ."""
    if task.is_delta and task.network.layers[-1] == task.nodes:
        yield from answer(task)


def neighbours(task: Task) -> Places:
    """The number itself, with each neighbour of the neuron that it belongs to."""
    if task.nodes:
        k, n = task.network.neuron(task.nodes[-1])
        for m, beside in enumerate(task.network.layers[k + 1]):
            if m != n:
                names = (*task.nodes[:-1], beside)
                named = unicode_name(beside)
                if task.quantity.kind in ("gradient", *UPDATED):
                    named = plain_text(PLAIN.parameter(names))
                for place in answer(task):
                    yield replace(place, other=m, instead=named)


def other_samples(task: Task) -> Places:
    """The number itself, with each other sample, if it belongs to one sample."""
    if task.quantity.kind not in ("gradient", *UPDATED):
        for i in range(len(task.x)):
            if i != task.quantity.sample:
                for place in answer(task):
                    yield replace(place, other=i, instead=f"sample {i + 1}")


def powers_of_ten(task: Task) -> Places:
    """The number itself, with the decimal point one or two places off."""
    for n, text in ((1, "one place"), (-1, "one place"), (2, "two places"), (-2, "two places")):
        for place in answer(task):
            yield replace(place, other=n, instead=text)


def last_places(task: Task) -> Places:
    """The number itself, with the digits asked for."""
    for place in answer(task):
        yield replace(place, other=task.digits)


def one_up_or_down(task: Task) -> Places:
    """The number itself, with one more or one less in its last digit."""
    for place in answer(task):
        yield from (replace(place, other=step) for step in (1, -1))


def decimals(task: Task) -> Places:
    """All numbers on the way, with how many decimals are kept."""
    words = {2: "two decimals", 3: "three decimals", 4: "four decimals"}
    for n in range(2, min(4, task.digits + 1) + 1):
        for place in answer(task):
            yield replace(place, other=n, instead=words[n])


def significant(task: Task) -> Places:
    """All numbers on the way, with how many digits are kept."""
    words = {2: "two digits", 3: "three digits", 4: "four digits"}
    for n in range(2, min(4, task.digits) + 1):
        for place in answer(task):
            yield replace(place, other=n, instead=words[n])
