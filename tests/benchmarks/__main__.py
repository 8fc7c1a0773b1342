"""Run every benchmark in this folder: exits with 1 if one misses its bound."""

import sys
from importlib import import_module
from pathlib import Path

names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
if not names:
    sys.exit("No bench_*.py found")
missed = []
for name in names:
    if not import_module(f"{__package__}.{name}").main():
        missed.append(name)
    print()
if missed:
    sys.exit(f"Beyond their bounds: {', '.join(missed)}")
