"""Say where a mistake can happen on the way back, in a gradient and in its update."""

from collections.abc import Iterator
from dataclasses import replace

from backprop_core.diagnosis.place import (
    ALL,
    Place,
    Places,
    between,
    edge,
    lit_by_answer,
    neurons,
    together,
)
from backprop_core.diagnosis.places_forward import difference
from backprop_core.diagnosis.task import BACKWARD, UPDATED, Task
from backprop_core.equations import PLAIN, plain_text, symbol, unicode_name


def back_difference(task: Task) -> Places:
    """y − t, on the way back."""
    if task.quantity.kind in BACKWARD:
        yield from difference(task)


def _slopes(task: Task) -> Places:
    return neurons(task, lambda node: (f"g'({PLAIN.sum(node)})",))


def slopes(task: Task) -> Places:
    """The slope of each neuron that the error passes, and all of them."""
    if task.quantity.kind in BACKWARD:
        yield from _slopes(task)
        yield from together(_slopes(task), "every neuron", ())


def own_slope(task: Task) -> Places:
    """The slope of the neuron that a weight or bias belongs to."""
    if task.quantity.kind in ("gradient", *UPDATED):
        k, _, b = task.parameter
        yield from (p for p in _slopes(task) if (p.layer, p.index[1]) == (k, b))


def _path(task: Task, a: str, b: str) -> Place:
    return replace(edge(task, a, b), results=(task.delta_latex(a),))


def _paths(task: Task) -> Places:
    if task.quantity.kind in BACKWARD:
        yield from (_path(task, a, b) for a, b in task.network.edges if a.startswith("f"))


def paths(task: Task) -> Places:
    """Each weight that the error is sent back through, and all of them."""
    yield from _paths(task)
    yield from all_paths(task)


def all_paths(task: Task) -> Places:
    """All weights that the error is sent back through."""
    yield from together(_paths(task), "every weight", ())


def _row(task: Task, a: str) -> Place:
    """All weights out of a hidden neuron, on the way back."""
    k, i = task.network.places[a]
    row = [_path(task, a, b) for b in task.network.layers[k + 1]]
    (place,) = together(row, unicode_name(a), (i,))
    return place


def _hidden(task: Task) -> Iterator[tuple[int, str]]:
    if task.quantity.kind in BACKWARD:
        for k, layer in enumerate(task.network.layers[1:-1], start=1):
            for node in layer:
                yield k, node


def rows_beside(task: Task) -> Places:
    """The weights out of each hidden neuron, with each of its neighbours."""
    for k, a in _hidden(task):
        for m, beside in enumerate(task.network.layers[k]):
            if beside != a:
                yield replace(_row(task, a), other=m, instead=unicode_name(beside))


def single_paths(task: Task) -> Places:
    """The paths out of each hidden neuron, with the only one that is kept."""
    for k, a in _hidden(task):
        if task.network.sizes[k + 1] > 1:
            for m, b in enumerate(task.network.layers[k + 1]):
                yield replace(_row(task, a), other=m, instead=unicode_name(b))


def missed_paths(task: Task) -> Places:
    """The paths out of each hidden neuron, with one of three or more that is missed."""
    for k, a in _hidden(task):
        if task.network.sizes[k + 1] > 2:
            for m, b in enumerate(task.network.layers[k + 1]):
                yield replace(
                    _row(task, a), other=m, instead=unicode_name(b), terms=(PLAIN.weight(a, b),)
                )


def square_paths(task: Task) -> Places:
    """The weights between two hidden layers of the same size, on the way back."""
    if task.quantity.kind in BACKWARD:
        for k, w in enumerate(task.network.weights[1:], start=1):
            if 1 < w.shape[0] == w.shape[1]:
                sources, targets = task.network.layers[k : k + 2]
                yield from together(
                    [_path(task, a, b) for a in sources for b in targets],
                    between(task, k),
                    (),
                )


def paths_after(task: Task) -> Places:
    """The weights out of each hidden neuron that has inputs enough to take their weights for it."""
    for k, a in _hidden(task):
        sizes = task.network.sizes
        if sizes[k - 1] >= sizes[k + 1]:
            yield replace(_row(task, a), instead=unicode_name(a))


def layers_before(task: Task) -> Places:
    """The weights of each layer that the layer before has as many weights as, on the way back."""
    if task.quantity.kind in BACKWARD:
        for k, w in enumerate(task.network.weights[1:], start=1):
            before = task.network.weights[k - 1]
            if before.shape == w.shape:
                sources, targets = task.network.layers[k : k + 2]
                yield from together(
                    [_path(task, a, b) for a in sources for b in targets],
                    between(task, k),
                    (),
                )


def _given(node: str) -> str:
    return symbol(node) if node.startswith("x") else f"g({PLAIN.sum(node)})"


def own_input(task: Task) -> Places:
    """The input to the weight, or the 1 of the bias, that is asked for."""
    if task.quantity.kind in ("gradient", *UPDATED):
        k, a, b = task.parameter
        node = task.nodes[0]
        weight = len(task.nodes) == 2
        yield Place(
            k,
            (ALL, a, b),
            unicode_name(node),
            plain_text(PLAIN.parameter(task.nodes)),
            terms=(_given(node),) if weight else (task.gradient_latex,),
            results=(task.gradient_latex,),
            lit=lit_by_answer(task),
        )


def weights_input(task: Task) -> Places:
    """The input to the weight that is asked for."""
    if len(task.nodes) == 2:
        yield from own_input(task)


def hidden_input(task: Task) -> Places:
    """The input to the weight that is asked for, where it is the output of a neuron."""
    if len(task.nodes) == 2 and task.nodes[0].startswith("f"):
        yield from own_input(task)


def inputs_beside(task: Task) -> Places:
    """The input to the weight or bias that is asked for, with each other input of the neuron."""
    for place in own_input(task):
        k, a, _ = task.parameter
        for m, beside in enumerate(task.network.layers[k]):
            if m != a:
                yield replace(place, other=m, instead=unicode_name(beside))


def weights_inputs_beside(task: Task) -> Places:
    """As `inputs_beside`, for a weight."""
    return inputs_beside(task) if len(task.nodes) == 2 else iter(())


def bias_inputs(task: Task) -> Places:
    """As `inputs_beside`, for a bias."""
    return inputs_beside(task) if len(task.nodes) == 1 else iter(())


def batch(task: Task) -> Places:
    """The sum over the samples, where there are two or more."""
    if task.quantity.kind in ("gradient", *UPDATED) and len(task.x) > 1:
        yield Place(
            None,
            (),
            where=f"the {len(task.x)} samples",
            terms=task.sample_terms,
            results=task.sample_terms,
            lit=lit_by_answer(task),
        )


def samples(task: Task) -> Places:
    """The sum over the samples, with the only one that is counted."""
    for place in batch(task):
        for i in range(len(task.x)):
            yield replace(place, other=i, instead=f"sample {i + 1}", terms=(task.sample_terms[i],))


def missed_samples(task: Task) -> Places:
    """The sum over three or more samples, with the one that is missed."""
    return samples(task) if len(task.x) > 2 else iter(())


def step(task: Task) -> Places:
    """h · ∂E/∂w of an update."""
    if task.quantity.kind in UPDATED:
        yield Place(
            None, (), "h", terms=("h",), results=(task.result_latex,), lit=lit_by_answer(task)
        )


def update(task: Task) -> Places:
    """The whole update."""
    for place in step(task):
        yield replace(place, terms=("h", task.gradient_latex))
