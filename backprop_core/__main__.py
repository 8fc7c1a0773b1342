"""Let `python -m backprop_core` be the command `backprop-tutorial`."""

import sys

from backprop_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
