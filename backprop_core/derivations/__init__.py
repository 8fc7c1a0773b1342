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

from backprop_core.derivations.changes import Changes, changes, coming, going
from backprop_core.derivations.expressions import (
    OPENING,
    Expression,
    Leaf,
    Line,
    Moment,
    Part,
    Sign,
    Slip,
    number,
    over_samples,
    value_text,
    value_texts,
)
from backprop_core.derivations.symbols import (
    ERROR,
    H,
    Symbols,
    T,
    Y,
    bias,
    central_difference,
    delta,
    derivative,
    input_sum,
    output,
    slope,
    tied_to,
    weight,
    x,
)
from backprop_core.derivations.three_layer import explicit, signals, update_rules
from backprop_core.derivations.two_layer import derive, update_line

__all__ = [
    "ERROR",
    "OPENING",
    "Changes",
    "Expression",
    "H",
    "Leaf",
    "Line",
    "Moment",
    "Part",
    "Sign",
    "Slip",
    "Symbols",
    "T",
    "Y",
    "bias",
    "central_difference",
    "changes",
    "coming",
    "delta",
    "derivative",
    "derive",
    "explicit",
    "going",
    "input_sum",
    "number",
    "output",
    "over_samples",
    "signals",
    "slope",
    "tied_to",
    "update_line",
    "update_rules",
    "value_text",
    "value_texts",
    "weight",
    "x",
]
