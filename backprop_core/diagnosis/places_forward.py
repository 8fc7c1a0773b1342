"""Say where a mistake can happen on the way forward, and in the error."""

from dataclasses import replace

from backprop_core.diagnosis.place import (
    Place,
    Places,
    between,
    edge,
    lit_by_answer,
    neurons,
    together,
)
from backprop_core.diagnosis.task import BACKWARD, FORWARD, Task
from backprop_core.equations import PLAIN, plain_text, symbol, unicode_name


def _outputs(task: Task) -> Places:
    for place in neurons(task, lambda node: (f"g({PLAIN.sum(node)})",)):
        yield replace(place, results=place.terms)


def outputs(task: Task) -> Places:
    """The output of each neuron, if forward numbers are asked for, and all of them."""
    if task.quantity.kind in FORWARD:
        yield from _outputs(task)
    yield from together(_outputs(task), "every neuron", ())


def _biases(task: Task) -> Places:
    for node in task.network.neurons:
        k, n = task.network.neuron(node)
        yield Place(
            k,
            (-1, n),  # a bias is the last of the weights: that of an input 1
            unicode_name(node),
            terms=(PLAIN.bias(node),),
            results=(PLAIN.sum(node),),
            lit=(f"node-{node}",),
        )


def biases(task: Task) -> Places:
    """The bias of each neuron, if forward numbers are asked for, and all of them."""
    if task.quantity.kind in FORWARD:
        yield from _biases(task)
    yield from together(_biases(task), "every neuron", (-1,))


def _last_neurons(task: Task) -> tuple[str, ...]:
    """The neuron that a sum or an output is asked of."""
    return task.nodes if task.quantity.kind in ("r", "output") else ()


def last_biases(task: Task) -> Places:
    """The bias of the neuron whose sum or output is asked for, if it is positive."""
    for place, node in zip(_biases(task), task.network.neurons, strict=True):
        if node in _last_neurons(task) and task.network.bias(node) > 0:
            yield place


def summands(task: Task) -> Places:
    """Each weighted input of the neuron whose sum or output is asked for."""
    for b in _last_neurons(task):
        for a in task.network.layers[task.network.neuron(b)[0]]:
            named = f"{unicode_name(a)} to {unicode_name(b)}"
            yield replace(edge(task, a, b), where=named)


def negative(task: Task) -> Places:
    """Each negative weight and bias, if forward numbers are asked for."""
    if task.quantity.kind in FORWARD:
        for a, b in task.network.edges:
            if task.network.weight(a, b) < 0:
                yield edge(task, a, b)
        for node, place in zip(task.network.neurons, _biases(task), strict=True):
            if task.network.bias(node) < 0:
                yield replace(place, where=plain_text(PLAIN.bias(node)))


def _column(task: Task, node: str) -> Place:
    """All weights into a neuron."""
    k, n = task.network.neuron(node)
    (place,) = together(
        [edge(task, a, node) for a in task.network.layers[k]],
        unicode_name(node),
        (slice(0, -1), n),
    )
    return place


def columns(task: Task) -> Places:
    """The weights into the neuron whose sum or output is asked for, if there are several."""
    for node in _last_neurons(task):
        if task.network.sizes[task.network.neuron(node)[0]] > 1:
            yield _column(task, node)


def columns_beside(task: Task) -> Places:
    """The weights into the neuron whose sum or output is asked for, with each neighbour."""
    for node in _last_neurons(task):
        layer = task.network.layers[task.network.neuron(node)[0] + 1]
        for m, beside in enumerate(layer):
            if beside != node:
                yield replace(_column(task, node), other=m, instead=unicode_name(beside))


def squares(task: Task) -> Places:
    """The weights between two layers of the same size, if forward numbers are asked for."""
    if task.quantity.kind in FORWARD:
        for k, w in enumerate(task.network.weights):
            if 1 < w.shape[0] == w.shape[1]:
                sources, targets = task.network.layers[k : k + 2]
                yield from together(
                    [edge(task, a, b) for a in sources for b in targets],
                    between(task, k),
                    (slice(0, -1),),
                )


def difference(task: Task) -> Places:
    """y − t."""
    if task.quantity.kind in ("error", *BACKWARD):
        ys = task.ys
        yield Place(
            None,
            (),
            "y − t",
            terms=tuple(symbol(name) for y in ys for name in (y, y.replace("y", "t"))),
            lit=tuple(f"node-{y}" for y in ys),
        )


def whole_error(task: Task) -> Places:
    """E."""
    if task.quantity.kind == "error":
        yield Place(None, (), "E", terms=("E",), results=("E",), lit=lit_by_answer(task))


def whole_error_of_one(task: Task) -> Places:
    """E of a network with one output."""
    if len(task.ys) == 1:
        yield from whole_error(task)


def whole_error_of_several(task: Task) -> Places:
    """E of a network with two or more outputs."""
    if len(task.ys) > 1:
        yield from whole_error(task)


def each_output(task: Task) -> Places:
    """E of a network with two or more outputs, with the only output that is counted."""
    for n, y in enumerate(task.ys):
        for place in whole_error_of_several(task):
            yield replace(place, other=n, instead=unicode_name(y), terms=(symbol(y),))
