"""Write the tutorial as pages that need neither a server nor Python, for a folder or any host."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from backprop_core.pages.chapter import Cell, run_chapters
from backprop_core.pages.page import NAME, as_json, page
from backprop_core.pages.without_python import without_python

__all__ = ["MADE", "write_site"]

MADE = ".made-by-backprop-tutorial"  # by it a later build knows a folder of its own
START = "00_start_here"

_SHEET = Path(__file__).parent / "front_end/without_python.css"
_FOOTER = """<footer class="bp-page bp-with-python" id="with-python" tabindex="-1">
<div class="bp-prose">
<h2>With Python</h2>
<p>These pages were made beforehand. All that is written can be read here, and every walkthrough and
every derivation can be stepped. What computes anew, such as a number of your own, a training or the
check of an answer, takes Python. Where that is so, a line under the picture says it.</p>
<p>You need Python 3.11 or newer and the folder of this tutorial. In that folder, type</p>
<pre tabindex="0"><code>pip install .
backprop-tutorial serve</code></pre>
<p>or, where there is <code>make</code>, only <code>make serve</code>. Then open
<code>http://localhost:8866</code>: the same pages, and everything moves. No internet is needed for
that, and nothing leaves your computer.</p>
</div>
</footer>"""
_EDITION = """
> These pages were made beforehand, and open without a server. Every walkthrough and every
> derivation can be stepped, and much else can be tried. What computes anew
> [takes Python](#with-python).
"""
_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="refresh" content="0; url={start}">
  <link rel="icon" href="data:,">
  <title>{name}</title>
</head>
<body>
  <p><a href="{start}">{name}</a></p>
</body>
</html>
"""


def write_site(folder: Path, out: Path) -> dict[str, int]:
    """Write a page for each chapter, and an index that leads to the first.

    The same notebooks give the same bytes. Nobody ever finds half a site: it is written beside
    `out`, and takes its place when it is complete.

    Parameters
    ----------
    folder : Path
        Where the notebooks are.
    out : Path
        The folder to be written: a new one, an empty one, or one that was written by this function
        and holds nothing else since.

    Returns
    -------
    dict of str to int
        The size of each file in bytes, by its name.

    Raises
    ------
    ValueError
        In a sentence, if `out` holds something else, or if a chapter fails.
    """
    folder, out = Path(folder).resolve(), Path(out)
    _refuse_others(out)
    names = sorted(path.stem for path in folder.glob("[!.]*.ipynb"))
    if not names:
        raise ValueError(f"{folder} has no notebooks, but expected some (….ipynb).")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pages = [*pool.map(lambda name: _page_of(folder, name), names)]
    files = {f"{name}.html": data for name, data in zip(names, pages, strict=True)}
    start = f"{START if START in names else names[0]}.html"
    files["index.html"] = _INDEX.format(start=quote(start), name=NAME).encode()
    _replace(out, files)
    return {name: len(data) for name, data in files.items()}


# ---- pages ----


def _page_of(folder: Path, name: str) -> bytes:
    """The page of a chapter, from a process of its own: recording keeps a processor busy."""
    command = [sys.executable, "-m", "backprop_core.pages.site", str(folder), name]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise ValueError(f"The chapter {name} has failed, so no site was written.")
    return done.stdout


def _write_page(folder: str, name: str) -> None:
    """Write the page of a chapter to the standard output."""
    chapter = run_chapters(Path(folder), only=name)[name]
    if chapter.failed:
        sys.exit(1)
    chapter, told = without_python(chapter)
    if name == START:
        first, *others = chapter.cells
        note = Cell(_EDITION, (), {}, failed=False)
        chapter = replace(chapter, cells=(first, note, *others))
    extra = (
        f"{_FOOTER}\n<style>\n{_SHEET.read_text('utf-8')}</style>\n"
        f'<script type="application/json" id="bp-recorded">{as_json(told)}</script>'
    )
    sys.stdout.buffer.write(page(chapter, live=False, extra=extra).encode())


# ---- files ----


def _replace(out: Path, files: Mapping[str, bytes]) -> None:
    """Put files into a new folder, and let that take the place of `out`."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as work:
        made, gone = Path(work, "made"), Path(work, "gone")
        made.mkdir()
        for name, data in files.items():
            (made / name).write_bytes(data)
        told = {name: sha256(data).hexdigest() for name, data in sorted(files.items())}
        (made / MADE).write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        if out.exists():
            _refuse_others(out)  # somebody may have put something there meanwhile
            out.rename(gone)
        try:
            made.rename(out)
        except OSError:
            if gone.exists():
                gone.rename(out)
            raise
        shutil.rmtree(gone, ignore_errors=True)


def _refuse_others(out: Path) -> None:
    """Raise a ValueError if a folder holds anything that `write_site` has not written."""
    if not out.exists():
        return
    if not out.is_dir() or out.is_symlink():
        raise ValueError(f"{out} is there already, but expected a folder, or nothing yet.")
    others = sorted({path.name for path in out.iterdir()} - _written(out))
    if others:
        raise ValueError(
            f"{out} holds {others[0]!r}, which is not of a site, but expected an empty folder or "
            "one that was written as a site before."
        )


def _written(out: Path) -> set[str]:
    """The names of what a former build has written there."""
    try:
        told = json.loads((out / MADE).read_text("utf-8"))
    except (OSError, ValueError):
        return set()
    return {*told, MADE} if isinstance(told, dict) else set()


if __name__ == "__main__":
    _write_page(*sys.argv[1:])
