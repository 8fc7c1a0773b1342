"""What the README promises works as it is printed there."""

import re
from pathlib import Path

import pytest

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
    named = re.findall(r"!\[.*?\]\((.*?)\)", README) + re.findall(r"^\| `(.*?)`", README, re.M)
    assert len(named) > 5
    assert not [name for name in named if not (ROOT / name).exists()]


def test_its_make_targets_exist() -> None:
    targets = set(re.findall(r"^ *make (\w+)", README, re.M))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"serve", "test", "bench", "figures", "worksheet"} <= targets
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.M)]
