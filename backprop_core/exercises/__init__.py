"""Practise: exercises of all kinds, each with numbers of its own, judged with the mistake named.

>>> ex = exercise("delta-hidden", 7)
>>> check(ex, f"{ex.answer:.4g}").status
'right'
"""

from backprop_core.exercises.checking import Feedback, check
from backprop_core.exercises.dice import class_number
from backprop_core.exercises.exercise import LARGEST, Exercise, Given, Kind, Option
from backprop_core.exercises.kinds import KINDS, exercise
from backprop_core.exercises.settings import situation_of

__all__ = [
    "KINDS",
    "LARGEST",
    "Exercise",
    "Feedback",
    "Given",
    "Kind",
    "Option",
    "check",
    "class_number",
    "exercise",
    "situation_of",
]
