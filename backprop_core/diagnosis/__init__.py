"""Find out which mistake led to a wrong number.

>>> from backprop_core import Network
>>> task = Task(Network.three_layer(), ((1.0, 0.0),), ((1.0,),), Quantity("gradient", ("f3", "f5")))
>>> round(task.value, 5)
-0.07497
>>> found = diagnose(task, -0.1272, "-0.1272")
>>> found.sentence
'It looks as if the input from f₃ was left out of the gradient.'
>>> found.findings[0].lit
('edge-f3-f5',)
"""

from backprop_core.diagnosis.catalogue import CATALOGUE, GROUPS
from backprop_core.diagnosis.diagnose import Diagnosis, diagnose
from backprop_core.diagnosis.digits import half_unit
from backprop_core.diagnosis.examples import Example, single_mistakes
from backprop_core.diagnosis.findings import Finding
from backprop_core.diagnosis.slipped import Mistake
from backprop_core.diagnosis.task import Task, telling_digits
from backprop_core.quantity import Quantity

__all__ = [
    "CATALOGUE",
    "GROUPS",
    "Diagnosis",
    "Example",
    "Finding",
    "Mistake",
    "Quantity",
    "Task",
    "diagnose",
    "half_unit",
    "single_mistakes",
    "telling_digits",
]
