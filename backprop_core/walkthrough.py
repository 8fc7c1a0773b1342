"""Tell one pass of backpropagation step by step: what lights up, the equation, the sentence.

`walk` runs the engine's sweeps and retells them; it adds no arithmetic of its own beyond the
products that the engine sums up. Everything a page shows comes from these steps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_core.backprop import (
    Forward,
    Gradient,
    backward,
    error,
    forward,
    learning_rate,
    teacher_set,
    update,
)
from backprop_core.equations import (
    Equation,
    Term,
    bias_symbol,
    format_apart,
    format_number,
    joined,
    output_equation,
    plain_text,
    product,
    slope_equation,
    subscript,
    symbol,
    unicode_name,
    weight_symbol,
)
from backprop_core.network import Network, output_names

__all__ = ["CONVENTIONS", "GRANULARITIES", "PHASES", "Show", "Step", "shown_at", "spoken", "walk"]

PHASES = ("forward", "error", "backward", "update")
GRANULARITIES = ("neuron", "layer")
CONVENTIONS = {"output": "δ = ∂E/∂output (the article)", "sum": "δ = ∂E/∂r (most textbooks)"}


@dataclass(frozen=True)
class Show:
    """A value to show at a place of the graph from now on.

    Attributes
    ----------
    slot : str
        The class of the text that shows it: ``"value-f3"``, ``"delta-f3"``, ``"weight-f3-f5"``, …
    value : float
    role : str
        As in `Term`.
    before, after : str
        What stands around the number.
    """

    slot: str
    value: float
    role: str = ""
    before: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """What is to be read there."""
        return f"{self.before}{format_number(self.value)}{self.after}"


@dataclass(frozen=True)
class Step:
    """One step of a walk.

    Attributes
    ----------
    phase : {"forward", "error", "backward", "update"}
    title : str
    sentence : str
        What happens, for people who listen instead of look.
    nodes, receiving : tuple of str
        Nodes that are at work, and nodes that are about to receive something.
    edges : tuple of (str, str)
        Lit edges, (from, to) as in the network.
    direction : {"forward", "backward", ""}
        Which way the signal runs along the lit edges; "" where none runs.
    equations : tuple of Equation
    shows : tuple of Show
    bookmark : str
        The article's name of the figure that shows this step, or "".
    kind : str
        What is done: "sum", "output", "error", "signal", "message", "gather", "weight", "bias" or
        "after"; for a whole layer at once "sums", "outputs", "signals", "messages" or "updates".
    """

    phase: str
    title: str
    sentence: str
    nodes: tuple[str, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()
    receiving: tuple[str, ...] = ()
    direction: str = ""
    equations: tuple[Equation, ...] = ()
    shows: tuple[Show, ...] = ()
    bookmark: str = ""
    kind: str = ""

    @property
    def value(self) -> float:
        """The value that comes out in the end."""
        return self.equations[-1].value

    @property
    def symbols(self) -> tuple[str, ...]:
        """The equations in LaTeX, in symbols."""
        return tuple(equation.symbols for equation in self.equations)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The same with numbers."""
        return tuple(equation.numbers for equation in self.equations)


def walk(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    h: float = 0.5,
    *,
    by: str = "neuron",
    convention: str = "output",
) -> tuple[Step, ...]:
    """Walk through one on-line update, from the inputs to the new weights.

    Parameters
    ----------
    net : Network
    x, t : (N_0,) and (N_L,) arrays
        One sample.
    h : float
        Learning rate, greater than 0.
    by : {"neuron", "layer"}
        How much a step takes in.
    convention : {"output", "sum"}
        Whether δ is the article's ∂E/∂(output) or the textbook's ∂E/∂r.

    Raises
    ------
    ValueError
        If the sample does not fit the network, `h`, `by` or `convention` is impossible, or a
        number on the way leaves the range in which it can be computed.

    Examples
    --------
    >>> steps = walk(Network.three_layer(), x=[1, 0], t=[1])
    >>> steps[12].title, round(steps[12].value, 3)
    ('f₅ → f₃, f₄', 0.076)
    >>> len(walk(Network.three_layer(), x=[1, 0], t=[1], by="layer"))
    15
    """
    if by not in GRANULARITIES:
        raise ValueError(f"by is {by!r}, but expected one of: {', '.join(GRANULARITIES)}")
    if convention not in CONVENTIONS:
        raise ValueError(
            f"convention is {convention!r}, but expected one of: {', '.join(CONVENTIONS)}"
        )
    x, t = teacher_set(net, x, t)
    if len(x) != 1:
        raise ValueError(f"x has {len(x)} samples, but expected one: a walk follows one sample")
    return _Walk(net, x, t, h, convention).steps(by)


def shown_at(steps: Sequence[Step], place: int) -> dict[str, Show]:
    """What the graph shows at ``steps[place]``, by slot: shows add up from step to step.

    Examples
    --------
    >>> shown_at(walk(Network.three_layer(), x=[1, 0], t=[1]), 12)["delta-f3"].text
    'δ₃ = −0.153'
    """
    return {show.slot: show for step in steps[: place + 1] for show in step.shows}


class _Walk:
    """The numbers of one pass, and the steps that tell them."""

    def __init__(
        self, net: Network, x: np.ndarray, t: np.ndarray, h: float, convention: str
    ) -> None:
        self.net, self.x, self.t, self.h, self.convention = net, x, t, h, convention
        self.f: Forward = forward(net, x)
        _check_range(net, self.f)
        self.g: Gradient = backward(net, self.f, t)
        _check_finite("E", error(self.f.y, t))
        for k, d in enumerate(self.g.weights):
            _check_finite(f"the gradient of layer {k + 1}", d)
        _check_finite("what reaches the inputs", self.g.at_inputs)
        learning_rate(h)
        try:
            self.updated = update(net, self.g, h)
        except ValueError:
            raise ValueError(
                "a weight or bias after the update is too large to compute, "
                "but expected a finite number"
            ) from None
        self.after = forward(self.updated, x)
        _check_finite("E after the update", error(self.after.y, t))
        self.slopes = tuple(
            a.slope_at(r, o)
            for a, r, o in zip(net.activations, self.f.r, self.f.outputs, strict=True)
        )
        self.ys = output_names(net.sizes[-1])

    def steps(self, by: str) -> tuple[Step, ...]:
        single = by == "neuron"
        told = [
            *(self.forward_neurons() if single else self.forward_layers()),
            self.error_step(),
            *(self.backward_neurons() if single else self.backward_layers()),
            *(self.update_parameters() if single else self.update_layers()),
            self.after_step(),
        ]
        first = told[0]
        return (replace(first, shows=(*self.opening(), *first.shows)), *told[1:])

    # ---- symbols and what they stand for ----

    def input(self, node: str) -> Term:
        """What a node hands on: x_1, or g(r_1)."""
        k, n = self.net.places[node]
        if k == 0:
            return Term(symbol(node), float(self.x[0, n]), "input", (f"node-{node}",))
        return Term(
            f"g(r_{{{node[1:]}}})", float(self.f.outputs[k - 1][0, n]), "input", (f"node-{node}",)
        )

    def r(self, node: str) -> Term:
        k, n = self.net.places[node]
        return Term(f"r_{{{node[1:]}}}", float(self.f.r[k - 1][0, n]), "sum", (f"node-{node}",))

    def slope(self, node: str) -> Term:
        k, n = self.net.places[node]
        value = float(self.slopes[k - 1][0, n])
        return Term(f"g'(r_{{{node[1:]}}})", value, "slope", (f"node-{node}",))

    def weight(self, a: str, b: str, net: Network | None = None) -> Term:
        value = (net or self.net).weight(a, b)
        return Term(weight_symbol(a, b), value, "weight", (f"edge-{a}-{b}",))

    def bias(self, node: str, net: Network | None = None) -> Term:
        value = (net or self.net).bias(node)
        return Term(bias_symbol(node), value, "weight", (f"node-{node}",))

    def y(self, n: int, f: Forward | None = None) -> Term:
        f = f or self.f
        latex = symbol(self.ys[n]) + ("^{(l+1)}" if f is self.after else "")
        return Term(latex, float(f.y[0, n]), "error", (f"node-{self.ys[n]}",))

    def target(self, n: int) -> Term:
        name = self.ys[n].replace("y", "t")
        return Term(symbol(name), float(self.t[0, n]), "error", (f"node-{self.ys[n]}",))

    def delta(self, node: str) -> Term:
        """The error signal of a neuron in the chosen convention; ∂E/∂x at an input."""
        k, n = self.net.places[node]
        if k == 0:
            value = self.g.at_inputs[0, n]
        elif self.convention == "sum":
            value = self.g.deltas_r[k - 1][0, n]
        else:
            value = self.g.deltas[k - 1][0, n]
        alone = self.convention == "output" and node == self.net.layers[-1][0] and len(self.ys) == 1
        latex = r"\delta" if alone else rf"\delta_{{{subscript(node)}}}"
        return Term(latex, float(value), "error", (f"node-{node}",))

    def blame(self, node: str) -> tuple[Term, ...]:
        """∂E/∂r of a neuron, as factors: δ · g′(r), or the textbook's δ alone."""
        if self.convention == "sum":
            return (self.delta(node),)
        return (self.delta(node), self.slope(node))

    def blame_spoken(self, node: str) -> str:
        named = unicode_name(node)
        if self.convention == "sum":
            return f"The error signal of {named}"
        return f"The error signal of {named}, times its slope"

    @property
    def blame_in_short(self) -> str:
        return "Error signal" if self.convention == "sum" else "Error, times slope"

    # ---- what the graph shows ----

    def opening(self) -> list[Show]:
        """The inputs, weights and biases: what is known before the first step."""
        inputs = [Show(f"value-{n}", self.input(n).value) for n in self.net.layers[0]]
        weights = [Show(f"weight-{a}-{b}", self.weight(a, b).value) for a, b in self.net.edges]
        biases = [self.show_bias(n, self.net) for n in self.net.neurons]
        return [*inputs, *weights, *biases]

    def show_bias(self, node: str, net: Network) -> Show:
        return Show(f"bias-{node}", net.bias(node), before=f"{_label('b', node)} = ")

    def show_delta(self, node: str) -> Show:
        label = "δ" if self.delta(node).latex == r"\delta" else _label("δ", node)
        return Show(f"delta-{node}", self.delta(node).value, "error", f"{label} = ")

    # ---- the forward pass ----

    def sum_step(self, node: str) -> Step:
        k, _ = self.net.places[node]
        sources = self.net.layers[k - 1]
        summands = [product((self.weight(a, node), self.input(a))) for a in sources]
        line = joined("+", [*summands, (self.bias(node),)])
        named = unicode_name(node)
        return Step(
            "forward",
            f"The sum into {named}",
            f"{named} multiplies each input by the weight of its edge, adds them up, "
            "and adds its bias.",
            nodes=sources,
            edges=tuple((a, node) for a in sources),
            receiving=(node,),
            direction="forward",
            equations=(Equation(self.r(node), line),),
            shows=(Show(f"delta-{node}", self.r(node).value, "sum", f"{_label('r', node)} = "),),
            kind="sum",
        )

    def output_step(self, node: str) -> Step:
        k, _ = self.net.places[node]
        activation = self.net.activations[k - 1]
        named = unicode_name(node)
        output = self.input(node)
        return Step(
            "forward",
            f"The output of {named}",
            f"The activation function, {activation.name}, turns the sum into the output "
            f"of {named}.",
            nodes=(node,),
            equations=(output_equation(activation, self.r(node), output),),
            shows=(Show(f"value-{node}", output.value),),
            kind="output",
        )

    def forward_neurons(self) -> Iterable[Step]:
        for layer in self.net.layers[1:]:
            for node in layer:
                yield self.sum_step(node)
                yield self.output_step(node)

    def forward_layers(self) -> Iterable[Step]:
        for layer in self.net.layers[1:]:
            named = _listed(layer)
            yield _together(
                [self.sum_step(node) for node in layer],
                f"The sums into {named}" if len(layer) > 1 else f"The sum into {named}",
                "Every weighted input of the layer arrives, and each neuron adds up its own.",
                "sums",
            )
            outputs = [self.output_step(node) for node in layer]
            yield _together(
                outputs,
                f"The outputs of {named}" if len(layer) > 1 else f"The output of {named}",
                "The activation function turns the sums into the outputs of the layer.",
                "outputs",
            )

    # ---- the error ----

    def error_equation(self, f: Forward, latex: str = "E") -> Equation:
        squares = [
            (r"\left(", self.y(n, f), "-", self.target(n), r"\right)^2")
            for n in range(len(self.ys))
        ]
        line = joined("+", squares)
        if len(squares) > 1:
            line = (r"\left[", *line, r"\right]")
        ties = tuple(f"node-{y}" for y in self.ys)
        return Equation(Term(latex, error(f.y, self.t), "error", ties), (r"\tfrac{1}{2}", *line))

    def error_step(self) -> Step:
        last = self.net.layers[-1]
        shows = [Show(f"value-{y}", self.y(n).value) for n, y in enumerate(self.ys)]
        targets = [
            Show(
                f"target-{y}",
                self.target(n).value,
                before=f"{unicode_name(y).replace('y', 't')} = ",
            )
            for n, y in enumerate(self.ys)
        ]
        return Step(
            "error",
            "The output and its error",
            "The network answers with y. The teacher set says t. "
            "Half the squared distance between them is the error E.",
            nodes=(*last, *self.ys),
            edges=tuple(zip(last, self.ys, strict=True)),
            direction="forward",
            equations=(self.error_equation(self.f),),
            shows=(*shows, *targets),
            kind="error",
        )

    # ---- the way back ----

    def first_delta_step(self, n: int) -> Step:
        node, y = self.net.layers[-1][n], self.ys[n]
        named = unicode_name(node)
        if self.convention == "sum":
            line: tuple[Term | str, ...] = (
                r"\left(",
                self.y(n),
                "-",
                self.target(n),
                r"\right)",
                r"\cdot",
                self.slope(node),
            )
            equations = [self.slope_equation(node), Equation(self.delta(node), line)]
            sentence = f"{named} learns how wrong its answer was, scaled by its own slope."
        else:
            equations = [Equation(self.delta(node), (self.y(n), "-", self.target(n)))]
            sentence = f"{named} learns at once how far its answer is off: y minus t."
        return Step(
            "backward",
            f"{unicode_name(y)} → {named}",
            f"{sentence} This is its error signal.",
            nodes=(y,),
            edges=((node, y),),
            receiving=(node,),
            direction="backward",
            equations=tuple(equations),
            shows=(self.show_delta(node),),
            bookmark=f"propagate-{y}-{node}",
            kind="signal",
        )

    def slope_equation(self, node: str) -> Equation:
        activation = self.net.activations[self.net.places[node][0] - 1]
        return slope_equation(activation, self.r(node), self.input(node), self.slope(node))

    def hand_back(self, node: str, targets: Sequence[str]) -> Step:
        """One neuron hands its error signal to every node that it listens to."""
        k, place = self.net.places[node]
        alone = len(self.net.layers[k]) == 1
        named = unicode_name(node)
        equations, shows = [], []
        if self.convention == "output":
            equations.append(self.slope_equation(node))
        for a in targets:
            if alone:
                equations += self.gather_equations(a)
                shows.append(self.show_delta(a))
                continue
            factors = (*self.blame(node), self.weight(a, node))
            message = rf"\delta_{{{node[1:]} \to {subscript(a)}}}"
            value = float(np.prod([factor.value for factor in factors]))
            result = Term(message, value, "error", (f"edge-{a}-{node}",))
            equations.append(Equation(result, product(factors)))
            # what has arrived so far, from this neuron and those before it
            blames = self.g.deltas_r[k - 1][0, : place + 1]
            running = float(blames @ self.net.weights[k - 1][self.net.places[a][1], : place + 1])
            shows.append(Show(f"delta-{a}", running, "error", "", " + …"))
        last = place == len(self.net.layers[k]) - 1
        if last and not alone:
            shows = [replace(show, after="") for show in shows]
        scaled = "its own slope and by " if self.convention == "output" else ""
        each = "the weight of its edge" if len(targets) == 1 else "the weight of each edge"
        return Step(
            "backward",
            f"{named} → {_listed(targets)}",
            f"{named} hands its error back to {spoken(targets)}, scaled by {scaled}{each}."
            + (self.own_slopes(targets) if alone else ""),
            nodes=(node,),
            edges=tuple((a, node) for a in targets),
            receiving=tuple(targets),
            direction="backward",
            equations=tuple(equations),
            shows=tuple(shows),
            bookmark=f"propagate-{node}-{'_'.join(targets)}",
            kind="message",
        )

    def own_slopes(self, targets: Sequence[str]) -> str:
        """What the textbook's convention does besides with what arrives at neurons."""
        if self.convention == "output" or targets == self.net.layers[0]:
            return ""
        scales = "It scales" if len(targets) == 1 else "Each of them scales"
        return f" {scales} what arrives by its own slope."

    def gather_equations(self, node: str) -> list[Equation]:
        """δ of a node from the δ of all neurons it feeds: the sum over paths, one layer long."""
        k, _ = self.net.places[node]
        paths = [product((*self.blame(b), self.weight(node, b))) for b in self.net.layers[k + 1]]
        line = joined("+", paths)
        if self.convention == "output" or k == 0:
            return [Equation(self.delta(node), line)]
        if len(paths) > 1:
            line = (r"\left(", *line, r"\right)")
        slope = self.slope(node)
        return [self.slope_equation(node), Equation(self.delta(node), (*line, r"\cdot", slope))]

    def gather_step(self, node: str) -> Step:
        k, _ = self.net.places[node]
        senders = self.net.layers[k + 1]
        named = unicode_name(node)
        if k == 0:
            ending = "It tells how the error would answer if the input itself were moved."
        elif self.convention == "sum":
            ending = "Scaled by its own slope, the sum is its error signal."
        else:
            ending = "The sum is its error signal."
        return Step(
            "backward",
            f"{named} adds up",
            f"{named} adds up what {spoken(senders)} sent. {ending}",
            nodes=senders,
            edges=tuple((node, b) for b in senders),
            receiving=(node,),
            direction="backward",
            equations=tuple(self.gather_equations(node)),
            shows=(self.show_delta(node),),
            kind="gather",
        )

    def backward_neurons(self) -> Iterable[Step]:
        for n in range(len(self.ys)):
            yield self.first_delta_step(n)
        for k in range(len(self.net.layers) - 1, 0, -1):
            senders, targets = self.net.layers[k], self.net.layers[k - 1]
            for node in senders:
                yield self.hand_back(node, targets)
            if len(senders) > 1:
                for node in targets:
                    yield self.gather_step(node)

    def backward_layers(self) -> Iterable[Step]:
        last = self.net.layers[-1]
        yield _together(
            [self.first_delta_step(n) for n in range(len(self.ys))],
            f"{_listed(self.ys)} → {_listed(last)}",
            "The output layer learns at once how far its answer is off.",
            "signals",
        )
        for k in range(len(self.net.layers) - 1, 0, -1):
            senders, targets = self.net.layers[k], self.net.layers[k - 1]
            if len(senders) == 1:
                sentence = f"{spoken(senders)} hands its error back to {spoken(targets)}."
            else:
                adds = "adds up" if len(targets) == 1 else "add up"
                sentence = (
                    f"{spoken(senders)} hand their error back, and "
                    f"{spoken(targets)} {adds} what arrives."
                )
            step = _together(
                [self.gather_step(node) for node in targets],
                f"{_listed(senders)} → {_listed(targets)}",
                sentence + self.own_slopes(targets),
                "messages",
            )
            slopes = (
                [self.slope_equation(b) for b in senders] if self.convention == "output" else []
            )
            yield replace(step, equations=(*slopes, *step.equations))

    # ---- the update ----

    def learning_rate(self) -> Term:
        return Term("h", self.h)

    def weight_gradient(self, a: str, b: str) -> Equation:
        k, i, j = self.net.edge(a, b)
        value = float(self.g.weights[k][i, j])
        result = Term(_derivative(weight_symbol(a, b)), value, "", (f"edge-{a}-{b}",))
        return Equation(result, product((*self.blame(b), self.input(a))))

    def bias_gradient(self, node: str) -> Equation:
        k, n = self.net.places[node]
        value = float(self.g.biases[k - 1][n])
        result = Term(_derivative(bias_symbol(node)), value, "", (f"node-{node}",))
        return Equation(result, product(self.blame(node)))

    def weight_step(self, a: str, b: str) -> Step:
        return self.parameter_step(
            plain_text(weight_symbol(a, b)),
            self.weight_gradient(a, b),
            self.weight(a, b),
            self.weight(a, b, self.updated),
            Show(f"weight-{a}-{b}", self.updated.weight(a, b), "error"),
            f"{self.blame_spoken(b)}, times the input from {unicode_name(a)}: the gradient. "
            "The weight takes a small step against it.",
            nodes=(a, b),
            edges=((a, b),),
        )

    def bias_step(self, node: str) -> Step:
        return self.parameter_step(
            _label("b", node),
            self.bias_gradient(node),
            self.bias(node),
            self.bias(node, self.updated),
            replace(self.show_bias(node, self.updated), role="error"),
            f"{self.blame_spoken(node)}: that is the gradient already, "
            "because a bias is a weight whose input is always 1.",
            nodes=(node,),
        )

    def parameter_step(
        self,
        name: str,
        gradient: Equation,
        old: Term,
        new: Term,
        show: Show,
        sentence: str,
        nodes: tuple[str, ...],
        edges: tuple[tuple[str, str], ...] = (),
    ) -> Step:
        result = replace(new, latex=rf"{new.latex}^{{(l+1)}}")
        before = replace(old, latex=rf"{old.latex}^{{(l)}}")
        line = (before, "-", self.learning_rate(), r"\cdot", gradient.result)
        return Step(
            "update",
            f"Update {name}",
            sentence,
            nodes=nodes,
            edges=edges,
            equations=(gradient, Equation(result, line)),
            shows=(show,),
            kind="weight" if edges else "bias",
        )

    def update_parameters(self) -> Iterable[Step]:
        for k in range(len(self.net.weights) - 1, -1, -1):
            for a in self.net.layers[k]:
                for b in self.net.layers[k + 1]:
                    yield self.weight_step(a, b)
        for layer in self.net.layers[:0:-1]:
            for node in layer:
                yield self.bias_step(node)

    def update_layers(self) -> Iterable[Step]:
        for k in range(len(self.net.weights) - 1, -1, -1):
            sources, targets = self.net.layers[k], self.net.layers[k + 1]
            steps = [self.weight_step(a, b) for a in sources for b in targets]
            steps += [self.bias_step(b) for b in targets]
            yield _together(
                [self.in_one_line(step) for step in steps],
                f"Update the weights and biases into {_listed(targets)}",
                f"{self.blame_in_short}, times the input, for each edge of the layer. "
                "For a bias the input is 1.",
                "updates",
            )

    def in_one_line(self, step: Step) -> Step:
        """The update with its gradient written out, as the article's rules have it."""
        gradient, change = step.equations
        return replace(
            step,
            equations=(
                Equation(
                    change.result,
                    (
                        *change.terms[:-1],
                        *product(term for term in gradient.terms if isinstance(term, Term)),
                    ),
                ),
            ),
        )

    def after_step(self) -> Step:
        before, after = error(self.f.y, self.t), error(self.after.y, self.t)
        old, new = format_apart(before, after)
        if after < before:
            change = f"the error has fallen from {old} to {new}."
        elif after > before:
            change = f"the error has risen from {old} to {new}: the step was too large."
        else:
            change = f"the error is {new}, as before."
        return Step(
            "update",
            "E after the update",
            f"If the new weights see the same sample again, {change}",
            nodes=self.ys,
            equations=(self.error_equation(self.after, "E^{(l+1)}"),),
            shows=tuple(
                Show(f"value-{y}", self.y(n, self.after).value, "error")
                for n, y in enumerate(self.ys)
            ),
            kind="after",
        )


def _together(steps: Sequence[Step], title: str, sentence: str, kind: str) -> Step:
    """Several steps of one layer as a single one."""

    def union(field: str) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(item for step in steps for item in getattr(step, field)))

    return replace(
        steps[0],
        title=title,
        sentence=sentence,
        nodes=union("nodes"),
        edges=union("edges"),
        receiving=union("receiving"),
        equations=union("equations"),
        shows=union("shows"),
        bookmark="",
        kind=kind,
    )


def _derivative(latex: str) -> str:
    return rf"\frac{{\partial E}}{{\partial {latex}}}"


def _label(letter: str, node: str) -> str:
    """A letter with a node's subscript in plain text: δ₃, b₁, δₓ₁."""
    return letter + ("ₓ" if node.startswith("x") else "") + unicode_name(node)[1:]


def _listed(nodes: Sequence[str]) -> str:
    names = [unicode_name(node) for node in nodes]
    return ", ".join(names) if len(names) <= 4 else f"{names[0]} … {names[-1]}"


def spoken(nodes: Sequence[str]) -> str:
    """Nodes as they are read aloud: f₁, f₂ and f₃, or of many f₁ to f₈."""
    names = [unicode_name(node) for node in nodes]
    if len(names) > 4:
        return f"{names[0]} to {names[-1]}"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _check_range(net: Network, f: Forward) -> None:
    """Refuse input sums that an activation's exponential cannot take."""
    for layer, activation, sums in zip(net.layers[1:], net.activations, f.r, strict=True):
        limit = activation.limit
        for node, r in zip(layer, sums[0], strict=True):
            what = f"the input sum of {unicode_name(node)}"
            _check_finite(what, r)
            if abs(r) > limit:
                raise ValueError(
                    f"{what} is {format_number(float(r))}, but expected a number "
                    f"between −{int(limit)} and {int(limit)}: "
                    f"beyond, the exponential of {activation.name} overflows or vanishes"
                )


def _check_finite(what: str, value: ArrayLike) -> None:
    if not np.isfinite(value).all():
        raise ValueError(f"{what} is too large to compute, but expected a finite number")
