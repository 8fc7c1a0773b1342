"""Lay the numbers that a publication prints beside ours, digit by digit.

>>> from backprop_core.published import compare, examples
>>> mazur = examples()[0]
>>> mazur.source.author, mazur.network.sizes, mazur.x, mazur.t, mazur.h
('Matt Mazur', (2, 2, 2), (0.05, 0.1), (0.01, 0.99), 0.5)
>>> first = compare(mazur)[0]
>>> first.published.printed, first.ours.text, first.ours.value, first.verdict
('0.3775', '0.3775', 0.3775, 'agrees')
"""

from backprop_core.published.comparing import Comparison, Reading, compare
from backprop_core.published.example import Published, Source, WorkedExample
from backprop_core.published.files import read_example
from backprop_core.published.mistakes import MISTAKES, Mistake
from backprop_core.published.shipped import examples, titles
from backprop_core.quantity import Quantity

__all__ = [
    "MISTAKES",
    "Comparison",
    "Mistake",
    "Published",
    "Quantity",
    "Reading",
    "Source",
    "WorkedExample",
    "compare",
    "examples",
    "read_example",
    "titles",
]
