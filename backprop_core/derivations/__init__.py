"""Follow a derivation line by line: what each line says, what was done, and what it is worth.

A line is an `Expression`, whose LaTeX and whose value are put together in the same stroke. So every
line is evaluated from what it says, never copied from the line above, and where a ∂/∂w is left in a
line, exactly the expression behind it is differentiated by central differences.

>>> from backprop_core import Network
>>> moment = Moment(Network.three_layer(), x=[1, 0], t=[1])
>>> main, via_f3, via_f4, together = explicit()
>>> [round(float(line.expression.at(moment)), 6) for line in main.lines]
[-0.005861, -0.005861, -0.005861, -0.005861]
"""

from backprop_core.derivations.changes import changes, coming, going
from backprop_core.derivations.expressions import (
    Expression,
    Line,
    Moment,
    Part,
    Sign,
    Slip,
    number,
    over_samples,
)
from backprop_core.derivations.legend import Legend, value_text
from backprop_core.derivations.symbols import (
    ERROR,
    H,
    Symbols,
    T,
    Y,
    bias,
    derivative,
    output,
    slope,
    weight,
    x,
)
from backprop_core.derivations.three_layer import explicit, signals, update_rules
from backprop_core.derivations.two_layer import derive

__all__ = [
    "ERROR",
    "Expression",
    "H",
    "Legend",
    "Line",
    "Moment",
    "Part",
    "Sign",
    "Slip",
    "Symbols",
    "T",
    "Y",
    "bias",
    "changes",
    "coming",
    "derivative",
    "derive",
    "explicit",
    "going",
    "number",
    "output",
    "over_samples",
    "signals",
    "slope",
    "update_rules",
    "value_text",
    "weight",
    "x",
]
