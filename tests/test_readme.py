"""What the README promises works as it is printed there."""

import re
from pathlib import Path

import pytest

from backprop_core.cli import parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_python_blocks_run(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    told = []
    for code in blocks:
        exec(compile(code, "README.md", "exec"), {})
        told.append(capsys.readouterr().out)
    assert "E after the update" in told[0]
    assert "agrees with the mistake: updated weights first" in told[1]
    assert "δ" in told[2]
    assert len(told) == 4


def test_its_pictures_and_folders_exist() -> None:
    named = re.findall(r"\[.*?\]\((.*?)\)", README) + re.findall(r"^\| `(.*?)`", README, re.M)
    assert len(named) > 5
    assert not [name for name in named if not (ROOT / name).exists()]


def test_its_make_targets_exist() -> None:
    targets = set(re.findall(r"^ *make (\w+)", README, re.M))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"serve", "test", "bench", "figures", "worksheet"} <= targets
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.M)]


def test_its_commands_exist() -> None:
    commands = re.findall(r"^ *backprop-tutorial (\w+)", README, re.M)
    assert {"serve", "lab", "site", "worksheet"} == set(commands)
    serving = README.partition("## Serving a class")[2].partition("\n## ")[0]
    options = set(re.findall(r"--[a-z][a-z-]+", serving))
    assert {"--ip", "--password", "--visitors", "--idle-minutes"} <= options
    served = vars(parser().parse_args(["serve"]))
    assert not [name for name in options if name[2:].replace("-", "_") not in served]
