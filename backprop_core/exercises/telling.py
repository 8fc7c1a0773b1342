"""Look up the lines of a walk by what they yield, and the values that a student is given."""

from dataclasses import replace
from functools import cached_property

from backprop_core.diagnosis import Task
from backprop_core.equations import PLAIN, Equation, Term, plain_text, subscript, symbol
from backprop_core.exercises.exercise import Given
from backprop_core.exercises.settings import Setting
from backprop_core.network import output_names

__all__ = ["Telling"]


class Telling:
    """What can be said about one setting.

    Parameters
    ----------
    setting : Setting
    """

    def __init__(self, setting: Setting) -> None:
        self.setting, self.net = setting, setting.network
        self.ys = output_names(self.net.sizes[-1])

    @cached_property
    def _lines(self) -> tuple[dict[str, Equation], ...]:
        """For each sample the lines of its walk, by the symbol of what they yield."""
        return tuple(
            {
                plain_text(equation.result.latex): equation
                for step in reversed(self.setting.situation(sample).walk())
                for equation in step.equations
            }
            for sample in range(len(self.setting.x))
        )

    def line(self, name: str, sample: int = 0) -> Equation:
        """The line that yields what has this name: ``"δ₃"``, ``"g′(r₃)"``, ``"∂E/∂w₁,₃"``."""
        return self._lines[sample][name]

    # ---- names ----

    def delta(self, neuron: str) -> str:
        """LaTeX of a neuron's error signal, as a walk writes it."""
        return r"\delta" if self.net.layers[-1] == (neuron,) else PLAIN.delta(neuron)

    @staticmethod
    def slope(neuron: str) -> str:
        """The name of its slope."""
        return f"g′({plain_text(PLAIN.sum(neuron))})"

    # ---- lines ----

    def delta_lines(self, neuron: str) -> tuple[Equation, ...]:
        """How a neuron's error signal comes about: what arrives along each path, and their sum."""
        later = self.net.layers[self.net.places[neuron][0] + 1 :]
        lines = []
        for sender in later[0] if later else ():
            lines.append(self.line(self.slope(sender)))
            if len(later[0]) > 1:
                lines.append(self.line(plain_text(rf"\delta_{{{sender[1:]} \to {neuron[1:]}}}")))
        return (*lines, self.line(plain_text(self.delta(neuron))))

    def gradient_lines(self, task: Task) -> tuple[Equation, ...]:
        """How ∂E/∂ of a weight or bias comes about: slope and product, added up over a batch."""
        name, slope = plain_text(task.gradient_latex), self.slope(task.nodes[-1])
        if len(task.x) == 1:
            return self.line(slope), self.line(name)
        lines = []
        for sample, latex in enumerate(task.sample_terms):
            line = self.line(name, sample)
            part = replace(line.result, latex=latex)
            lines += [self.line(slope, sample), Equation(part, line.terms)]
        return (*lines, task.sum_over_samples)

    def update_line(self, nodes: tuple[str, ...]) -> Equation:
        """Old value − h · gradient; the gradient of the whole batch."""
        parameter = PLAIN.parameter(nodes)
        line = self.line(f"{plain_text(parameter)} after the update")
        *front, gradient = line.terms
        assert isinstance(gradient, Term)
        total = self.setting.g.of(self.net, *nodes)
        value = self.net.parameter(*nodes) - self.setting.h * total
        return Equation(replace(line.result, value=value), (*front, replace(gradient, value=total)))

    # ---- what is given ----

    def inputs(self, sample: int = 0) -> tuple[Given, ...]:
        """The inputs of one sample."""
        return tuple(
            self._given(symbol(node), value, f"value-{node}", sample)
            for node, value in zip(self.net.layers[0], self.setting.x[sample], strict=True)
        )

    def targets(self, sample: int = 0) -> tuple[Given, ...]:
        """The targets of one sample."""
        return tuple(
            self._given(symbol(y.replace("y", "t")), value, f"target-{y}", sample)
            for y, value in zip(self.ys, self.setting.t[sample], strict=True)
        )

    def outputs(self, layer: int, sample: int = 0) -> tuple[Given, ...]:
        """What a layer of neurons hands on; layer 0 is the first hidden one."""
        return tuple(
            self._given(f"g(r_{{{subscript(node)}}})", float(value), f"value-{node}", sample)
            for node, value in zip(
                self.net.layers[layer + 1], self.setting.f.outputs[layer][sample], strict=True
            )
        )

    def answers(self, sample: int = 0) -> tuple[Given, ...]:
        """The outputs y of the network."""
        return tuple(
            self._given(symbol(y), float(value), f"value-{y}", sample)
            for y, value in zip(self.ys, self.setting.f.y[sample], strict=True)
        )

    def deltas(self, layer: int, sample: int = 0) -> tuple[Given, ...]:
        """The error signals of a layer of neurons."""
        return tuple(
            self._given(self.delta(node), float(value), f"delta-{node}", sample)
            for node, value in zip(
                self.net.layers[layer + 1], self.setting.g.deltas[layer][sample], strict=True
            )
        )

    def rate(self) -> Given:
        """The learning rate."""
        return Given("h", "h", self.setting.h)

    def _given(self, latex: str, value: float, slot: str, sample: int) -> Given:
        which = sample + 1 if len(self.setting.x) > 1 else 0
        # The graph shows the first sample of a batch.
        return Given(plain_text(latex), latex, value, "" if sample else slot, which)
