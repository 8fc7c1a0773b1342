"""Put the lessons on a page: widgets for JupyterLab and Voilà."""

from backprop_core.widgets.activation import ActivationSlope
from backprop_core.widgets.batch import BatchOnline
from backprop_core.widgets.derivation import Derivation
from backprop_core.widgets.descent import Downhill, TwoWeights
from backprop_core.widgets.error import HalfSquare, TeacherSet, TwoOutputs
from backprop_core.widgets.exercises import Exercises
from backprop_core.widgets.figures import figure
from backprop_core.widgets.folding import Folding
from backprop_core.widgets.formula import TwoLayerFormula
from backprop_core.widgets.lesson import Lesson
from backprop_core.widgets.mistakes import classic_mistakes
from backprop_core.widgets.neuron import Neuron
from backprop_core.widgets.paths import CostOfBothWays, SumOverPaths
from backprop_core.widgets.playground import Playground
from backprop_core.widgets.progress import Progress
from backprop_core.widgets.rate_comparison import RateComparison
from backprop_core.widgets.rates import LearningRates
from backprop_core.widgets.rules import Rules
from backprop_core.widgets.separation import Separation
from backprop_core.widgets.take_away import TakeAway
from backprop_core.widgets.teacher_set import TeacherSetChooser
from backprop_core.widgets.walker import DerivationWalker
from backprop_core.widgets.walkthrough import Walkthrough
from backprop_core.widgets.worked_examples import WorkedExamples
from backprop_core.widgets.worksheets import Worksheets

__all__ = [
    "ActivationSlope",
    "BatchOnline",
    "CostOfBothWays",
    "Derivation",
    "DerivationWalker",
    "Downhill",
    "Exercises",
    "Folding",
    "HalfSquare",
    "LearningRates",
    "Lesson",
    "Neuron",
    "Playground",
    "Progress",
    "RateComparison",
    "Rules",
    "Separation",
    "SumOverPaths",
    "TakeAway",
    "TeacherSet",
    "TeacherSetChooser",
    "TwoLayerFormula",
    "TwoOutputs",
    "TwoWeights",
    "Walkthrough",
    "WorkedExamples",
    "Worksheets",
    "classic_mistakes",
    "figure",
]
