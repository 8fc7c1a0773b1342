'''Write a Python script that finds the numbers of a walk again, in plain NumPy or in PyTorch.

The NumPy script does by hand what the chapters explain. The PyTorch script does the forward sweep
only and lets autograd find the gradients. Both print the same lines, so that they can be compared.

>>> from backprop_core.situation import Situation
>>> print(numpy_script(Situation()).splitlines()[0])
"""One step of backpropagation, by hand in NumPy.
'''

from collections.abc import Iterable
from typing import NamedTuple

from backprop_core._types import Array
from backprop_core.activations import ACTIVATIONS
from backprop_core.network import output_names
from backprop_core.reading import plain_number, shorten
from backprop_core.situation import Situation

__all__ = ["numpy_script", "torch_script"]


class _Code(NamedTuple):
    """What a script needs of an activation."""

    called: str  # there
    g: str  # in NumPy
    slope: str  # in NumPy
    torch: str  # g in PyTorch


# The arithmetic is that of `ACTIVATIONS`, operation by operation.
_CODES = {
    "sigmoid": _Code(
        "sigmoid",
        "1.0 / (1.0 + np.exp(-r))",
        "output * (1.0 - output)",
        "torch.sigmoid(r)",
    ),
    "tanh": _Code("tanh", "np.tanh(r)", "1.0 - output * output", "torch.tanh(r)"),
    "ReLU": _Code("relu", "np.maximum(r, 0.0)", "np.where(r > 0.0, 1.0, 0.0)", "torch.relu(r)"),
    "leaky ReLU": _Code(
        "leaky_relu",
        "np.where(r > 0.0, r, 0.01 * r)",
        "np.where(r > 0.0, 1.0, 0.01)",
        "torch.where(r > 0.0, r, 0.01 * r)",
    ),
    "ELU": _Code(
        "elu",
        "np.where(r > 0.0, r, np.expm1(np.minimum(r, 0.0)))",
        "np.where(r > 0.0, 1.0, output + 1.0)",
        "torch.nn.functional.elu(r)",
    ),
    "softplus": _Code(
        "softplus",
        "np.logaddexp(0.0, r)",
        "1.0 / (1.0 + np.exp(-r))",
        "torch.logaddexp(r, torch.zeros_like(r))",
    ),
    "gaussian": _Code("gaussian", "np.exp(-r * r)", "-2.0 * r * output", "torch.exp(-r * r)"),
    "identity": _Code("identity", "r", "np.ones_like(r)", "r"),
    "threshold": _Code(
        "threshold",
        "np.where(r >= 0.0, 1.0, 0.0)",
        "np.zeros_like(r)",
        # 0 * r has the slope 0 of a step, and lets autograd find its way back to r
        "(r >= 0.0).to(r.dtype) + 0.0 * r",
    ),
}

_NUMPY = '''\
"""One step of backpropagation, by hand in NumPy.

{about}
"""

import numpy as np

{names}

# ---- the network ----

# weights[k][a, b] leads from node a of layer k to node b of layer k + 1: first where it comes
# from, then where it goes. The inputs are layer 0.
weights = [
{weights}
]
biases = [
{biases}
]


# ---- what a neuron makes of its sum r: its output g(r), and the slope g'(r) ----


{functions}


activations = [
{activations}
]

# ---- the sample, the target and the learning rate ----

x = np.array([{x}])
t = np.array([{t}])
h = {h}


# ---- the forward sweep ----


def forward(weights, biases):
    """Input sums and outputs of all layers; the outputs begin with x."""
    sums, outputs = [], [x]
    for w, b, (g, _) in zip(weights, biases, activations):
        r = outputs[-1] @ w + b  # each input times the weight of its edge, all added up, plus b
        sums.append(r)
        outputs.append(g(r))
    return sums, outputs


def error(y):
    """Half the squared distance between the answer and the target."""
    difference = (y - t).ravel()
    return 0.5 * (difference @ difference)


sums, outputs = forward(weights, biases)
y = outputs[-1]
E = error(y)

# ---- the backward sweep ----

deltas, weight_gradients, bias_gradients = [], [], []
{backward}

# ---- the update: a small step against the gradient ----

new_weights = [w - h * gradient for w, gradient in zip(weights, weight_gradients)]
new_biases = [b - h * gradient for b, gradient in zip(biases, bias_gradients)]
new_E = error(forward(new_weights, new_biases)[1][-1])
'''

_BACKWARD = {
    "output": """\
delta = y - t  # the derivative of E with respect to the answer
for k in reversed(range(len(weights))):
    slope = activations[k][1](sums[k], outputs[k + 1])
    blame = delta * slope  # through g: the derivative of E with respect to the sum r
    weight_gradients.insert(0, outputs[k].T @ blame)  # error · slope · input
    bias_gradients.insert(0, blame[0])  # a bias is a weight whose input is 1
    deltas.insert(0, delta)
    delta = blame @ weights[k].T  # back along every edge, scaled by its weight, and added up
at_inputs = delta""",
    "sum": """\
delta = (y - t) * activations[-1][1](sums[-1], y)  # as far off as the answer is, times the slope
for k in reversed(range(len(weights))):
    weight_gradients.insert(0, outputs[k].T @ delta)  # error signal times input
    bias_gradients.insert(0, delta[0])  # a bias is a weight whose input is 1
    deltas.insert(0, delta)
    delta = delta @ weights[k].T  # back along every edge, scaled by its weight, and added up
    if k:
        delta = delta * activations[k - 1][1](sums[k - 1], outputs[k])  # and by its own slope
at_inputs = delta""",
}

_TORCH = '''\
"""One step of backpropagation: PyTorch goes forward, and its autograd finds the way back.

{about}
"""

import torch

torch.set_default_dtype(torch.float64)

{names}

# ---- the network ----

# weights[k][a, b] leads from node a of layer k to node b of layer k + 1: first where it comes
# from, then where it goes. The inputs are layer 0. (torch.nn.Linear has it the other way round.)
weights = [
{weights}
]
biases = [
{biases}
]
parameters = [*weights, *biases]
for parameter in parameters:
    parameter.requires_grad_()  # autograd is to find how E changes with it


# ---- what a neuron makes of its sum r: its output g(r) ----


{functions}


activations = [
{activations}
]

# ---- the sample, the target and the learning rate ----

x = torch.tensor([{x}], requires_grad=True)
t = torch.tensor([{t}])
h = {h}


# ---- the forward sweep ----


def forward(weights, biases):
    """Input sums and outputs of all layers; the outputs begin with x."""
    sums, outputs = [], [x]
    for w, b, g in zip(weights, biases, activations):
        r = outputs[-1] @ w + b  # each input times the weight of its edge, all added up, plus b
        sums.append(r)
        outputs.append(torch.clone(g(r)))  # a tensor of its own, even where g(r) is r itself
    return sums, outputs


def error(y):
    """Half the squared distance between the answer and the target."""
    return 0.5 * ((y - t) ** 2).sum()


sums, outputs = forward(weights, biases)
y = outputs[-1]
E = error(y)
for tensor in [*sums, *outputs[1:]]:
    tensor.retain_grad()  # else autograd forgets what it found on the way

# ---- the backward sweep is a single line ----

E.backward()

{backward}
weight_gradients = [w.grad for w in weights]
bias_gradients = [b.grad for b in biases]
at_inputs = x.grad

# ---- the update: a small step against the gradient ----

with torch.no_grad():
    new_weights = [w - h * gradient for w, gradient in zip(weights, weight_gradients)]
    new_biases = [b - h * gradient for b, gradient in zip(biases, bias_gradients)]
    new_E = error(forward(new_weights, new_biases)[1][-1])
'''

_AUTOGRAD = {
    "output": "deltas = [output.grad for output in outputs[1:]]  # δ: how E changes with an output",
    "sum": "deltas = [r.grad for r in sums]  # δ of most textbooks: how E changes with a sum",
}

_TELL = '''
# ---- all numbers, with all their digits ----


def tell(name, value):
    print(name, "=", value.item())


def tell_parameters(start, end, of_weights, of_biases):
    """A number for each weight, w[from,to], and for each bias, b[neuron]."""
    for k, matrix in enumerate(of_weights):
        for a, source in enumerate(layers[k]):
            for b, target in enumerate(layers[k + 1]):
                tell(f"{start}w[{source},{target}]{end}", matrix[a, b])
    for k, vector in enumerate(of_biases):
        for n, neuron in enumerate(layers[k + 1]):
            tell(f"{start}b[{neuron}]{end}", vector[n])


for k, layer in enumerate(layers[1:]):
    for n, neuron in enumerate(layer):
        tell(f"r[{neuron}]", sums[k][0, n])
        tell(f"g(r[{neuron}])", outputs[k + 1][0, n])
for n, name in enumerate(answers):
    tell(name, y[0, n])
tell("E", E)
for k, layer in enumerate(layers[1:]):
    for n, neuron in enumerate(layer):
        tell(f"delta[{neuron}]", deltas[k][0, n])
for n, name in enumerate(layers[0]):
    tell(f"dE/d{name}", at_inputs[0, n])
tell_parameters("dE/d", "", weight_gradients, bias_gradients)
tell_parameters("", " after the update", new_weights, new_biases)
tell("E after the update", new_E)
'''


def numpy_script(situation: Situation) -> str:
    """Write a script that needs NumPy alone and finds the same numbers, to the last bit.

    Raises
    ------
    ValueError
        If a layer has an activation that is not one of `ACTIVATIONS`.
    """
    codes = _codes(situation)
    functions = [
        text
        for code in dict.fromkeys(codes)
        for text in (
            f"def {code.called}(r):\n    return {code.g}",
            f"def {code.called}_slope(r, output):\n    return {code.slope}",
        )
    ]
    activations = [f"({code.called}, {code.called}_slope)" for code in codes]
    backward = _BACKWARD[situation.convention]
    return _filled(_NUMPY, situation, "np.array", functions, activations, backward)


def torch_script(situation: Situation) -> str:
    """Write a script that needs PyTorch and lets its autograd find the gradients.

    Errors are those of `numpy_script`.
    """
    codes = _codes(situation)
    functions = [f"def {code.called}(r):\n    return {code.torch}" for code in dict.fromkeys(codes)]
    activations = [code.called for code in codes]
    backward = _AUTOGRAD[situation.convention]
    return _filled(_TORCH, situation, "torch.tensor", functions, activations, backward)


def _codes(situation: Situation) -> list[_Code]:
    """What the script needs of each layer's activation."""
    for k, activation in enumerate(situation.network.activations):
        if ACTIVATIONS.get(activation.name) != activation or activation.name not in _CODES:
            raise ValueError(
                f"activations[{k}] is {shorten(activation.name)!r}, which no script knows, "
                f"but expected one of: {', '.join(_CODES)}"
            )
    return [_CODES[activation.name] for activation in situation.network.activations]


def _filled(
    template: str,
    situation: Situation,
    array: str,
    functions: Iterable[str],
    activations: Iterable[str],
    backward: str,
) -> str:
    """A script; `array` is what makes an array there."""
    script = template.format(
        functions="\n\n\n".join(functions),
        activations="\n".join(f"    {activation}," for activation in activations),
        backward=backward,
        **_data(situation, array),
    )
    return script + _TELL


def _data(situation: Situation, array: str) -> dict[str, str]:
    """The numbers of a situation as source code; `repr` keeps every bit of them."""
    net = situation.network
    outputs = net.sizes[-1]
    answers = output_names(outputs)
    return {
        "about": _about(situation),
        "names": f"layers = [\n{_rows(net.layers)}\n]\nanswers = {_list(map(_quoted, answers))}",
        "weights": "\n".join(_matrix(w, array) for w in net.weights),
        "biases": "\n".join(f"    {array}({_numbers(b)})," for b in net.biases),
        "x": _list(map(repr, situation.x)),
        "t": _list(map(repr, situation.t)),
        "h": repr(float(situation.h)),
    }


def _about(situation: Situation) -> str:
    net = situation.network
    lines = [
        f"Network: {'-'.join(map(str, net.sizes))}",
        f"Activation: {', '.join(dict.fromkeys(a.name for a in net.activations))}",
    ]
    if max(net.sizes[0], net.sizes[-1]) <= 4:
        x, t = (", ".join(map(plain_number, values)) for values in (situation.x, situation.t))
        lines.append(f"Sample: x = ({x}), t = ({t})")
    lines.append(f"Learning rate: h = {plain_number(situation.h)}")
    meaning = {
        "output": "the derivative of E with respect to a neuron's output",
        "sum": "the derivative of E with respect to a neuron's input sum r, as in most textbooks",
    }
    lines.append(f"Error signal delta: {meaning[situation.convention]}")
    return "\n".join(lines)


def _matrix(matrix: Array, array: str) -> str:
    rows = "\n".join(f"        {_numbers(row)}," for row in matrix)
    return f"    {array}([\n{rows}\n    ]),"


def _rows(layers: tuple[tuple[str, ...], ...]) -> str:
    return "\n".join(f"    {_list(map(_quoted, layer))}," for layer in layers)


def _numbers(values: Array) -> str:
    return _list(repr(float(value)) for value in values)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _list(parts: Iterable[str]) -> str:
    return f"[{', '.join(parts)}]"
