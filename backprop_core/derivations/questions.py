"""Ask a class a good question before each line of a derivation.

>>> asked = line_notes((2, 2, 1), "bias-f3")
>>> asked[12].question
'What is the derivative of b̂ with respect to b̂ itself?'
"""

from functools import cache
from pathlib import Path

from backprop_core.derivations.picked import Picked
from backprop_core.derivations.two_layer import derive
from backprop_core.equations import plain_text
from backprop_core.speaker_notes import Note, read_notes

__all__ = ["line_notes"]

NOTES = read_notes(Path(__file__).with_suffix(".txt"))


@cache
def line_notes(sizes: tuple[int, ...], slot: str) -> tuple[Note, ...]:
    """A note for each line of `backprop_core.derivations.derive`; errors as there."""
    p = Picked(sizes, slot)
    s = p.s.notation
    names = {
        "w": p.name,
        "f": s.name(p.j),
        "r_j": plain_text(s.sum(p.j)),
        "b_j": plain_text(s.bias(p.j)),
        "w_j": plain_text(s.weight(p.j, p.out)),
    }
    where = "output" if p.at_output else "hidden"
    special = {"result": f"result, {where} {'bias' if p.is_bias else 'weight'}"}
    if len(p.hidden) == 1:
        special["only j"] = "only j, alone"
    if len(p.inputs) == 1:
        special["only k"] = "only k, alone"
    lines = (line for part in derive(sizes, slot) for line in part.lines)
    return tuple(NOTES[special.get(line.key, line.key)][0].about(names) for line in lines)
