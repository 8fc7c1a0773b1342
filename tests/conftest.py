"""Settings for every test."""

import os

from hypothesis import settings

# No deadline: what a machine is busy with besides is not the code's fault. In continuous
# integration the same examples each time, so that a red run means that a change made it red.
settings.register_profile("tests", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("tests")
