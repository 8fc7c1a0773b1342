"""Take away what a page shows: the network, the numbers, and a script that finds them again.

>>> from backprop_core import Network
>>> net = read_network(write_network(Network.three_layer()))
>>> net.weight("f3", "f5")
1.2
"""

from backprop_core.take_away.network_file import MOST_BYTES, read_network, write_network
from backprop_core.take_away.numbers import write_numbers
from backprop_core.take_away.script import numpy_script, torch_script

__all__ = [
    "MOST_BYTES",
    "numpy_script",
    "read_network",
    "torch_script",
    "write_network",
    "write_numbers",
]
