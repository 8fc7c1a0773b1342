"""Step through backpropagation: networks, their sweeps, their training, and the walk itself.

>>> net = Network.three_layer()
>>> x, t = [[1, 0]], [[1]]
>>> f = forward(net, x)
>>> better = update(net, backward(net, f, t), h=0.5)
>>> error(forward(better, x).y, t) < error(f.y, t)
True
"""

from backprop_core.activations import ACTIVATIONS, Activation
from backprop_core.backprop import Forward, Gradient, backward, error, forward, update
from backprop_core.descent import Rule
from backprop_core.gradcheck import GradientReport, check_gradient
from backprop_core.network import Network
from backprop_core.trainer import Trainer
from backprop_core.training import History, train
from backprop_core.walkthrough import Step, walk

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Forward",
    "Gradient",
    "GradientReport",
    "History",
    "Network",
    "Rule",
    "Step",
    "Trainer",
    "backward",
    "check_gradient",
    "error",
    "forward",
    "train",
    "update",
    "walk",
]
