"""Type `backprop-tutorial serve`, `lab`, `site` or `worksheet`: the tutorial from a terminal."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from getpass import getpass
from importlib.metadata import version
from pathlib import Path

from backprop_core.chapters import CHAPTERS, FIRST, copy_chapters
from backprop_core.reading import quoted, read_number, read_whole

__all__ = ["main", "parser"]

Do = Callable[[argparse.Namespace], None]

PASSWORD = "BACKPROP_TUTORIAL_PASSWORD"
PROMPT = "backprop_core.serving.connection.PromptConnection"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands behind the command's name; from the command line if not given.

    Returns
    -------
    int
        The exit code: 0, or 2 if a value cannot be, which one sentence has said.
    """
    reader = parser()
    chosen = reader.parse_args(arguments)
    if chosen.do is None:
        reader.print_help()
        return 0
    try:
        chosen.do(chosen)
    except ValueError as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # Ctrl-C is how one ends a server
        return 130
    return 0


# --- the commands --------------------------------------------------------------------------------


def _serve(chosen: argparse.Namespace) -> None:
    port = _port(chosen.port)
    visitors = read_whole(chosen.visitors, "Visitors", 1, 1000)
    idle_minutes = read_number(chosen.idle_minutes, "Idle minutes")
    if idle_minutes < 0:
        raise ValueError(
            f"Idle minutes is {quoted(chosen.idle_minutes)}, but expected 0 or a number above it."
        )
    base_url = _base_url(chosen.base_url)
    folder = _notebooks(chosen.folder)
    password = _password(chosen.password)

    from backprop_core.serving import serve

    serve(
        folder,
        port=port,
        ip=chosen.ip,
        socket=chosen.socket,
        visitors=visitors,
        idle_minutes=idle_minutes,
        password=password,
        base_url=base_url,
        open_browser=not chosen.no_browser,
        kernels=chosen.kernels,
    )


def _lab(chosen: argparse.Namespace) -> None:
    port = _port(chosen.port)
    folder = _folder(chosen.folder, copy_chapters).resolve()

    from jupyterlab.labapp import main as jupyterlab

    sys.argv[0] = "jupyter-lab"
    jupyterlab(
        [
            str(folder / FIRST),
            f"--ServerApp.root_dir={folder}",
            f"--port={port}",
            f"--ip={chosen.ip}",
            "--allow-root",
            f"--ServerApp.kernel_websocket_connection_class={PROMPT}",
            *(["--no-browser"] if chosen.no_browser else []),
        ]
    )


def _site(chosen: argparse.Namespace) -> None:
    notebooks = _notebooks(chosen.folder)

    from backprop_core.pages.site import write_site

    out = _folder(chosen.out, lambda out: write_site(notebooks, out))
    print(f"{out}: open {out / '00_start_here.html'}, or put the folder on any web server.")


def _worksheet(chosen: argparse.Namespace) -> None:
    from backprop_core.drawing.sheets import write_html, write_pdf
    from backprop_core.worksheet import checked, sheets

    students, seed = checked(chosen.students, chosen.seed)

    def write(out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        of = sheets(students, seed)
        for name, key in (("worksheets", False), ("key", True)):
            (out / f"{name}.html").write_text(write_html(of, key=key), encoding="utf-8")
            (out / f"{name}.pdf").write_bytes(write_pdf(of, key=key))

    out = _folder(chosen.out, write)
    who = "1 student" if students == 1 else f"{students} students"
    print(f"{out}: worksheets.html, worksheets.pdf, key.html and key.pdf for {who}, seed {seed}.")


# --- what is asked of their values ---------------------------------------------------------------


def _port(text: str) -> int:
    return read_whole(text, "Port", 1, 65535)


def _base_url(text: str) -> str:
    """A path with a slash at both ends."""
    if any(c in "?#%\\" or c.isspace() or not c.isprintable() for c in text) or "//" in text:
        raise ValueError(f"Base URL is {quoted(text)}, but expected a path such as /tutorial/.")
    return f"/{text.strip('/')}/" if text.strip("/") else "/"


def _password(wanted: bool) -> str:
    """The password of the environment, or one that is asked for; empty if none is wanted."""
    password = os.environ.get(PASSWORD, "")
    if wanted and not password:
        password = getpass("Password for visitors: ")
        if not password:
            raise ValueError("Password is empty, but expected at least one character.")
        if getpass("Once more: ") != password:
            raise ValueError("Password is not the same both times, but expected it twice.")
    return password


def _notebooks(text: str) -> Path:
    """A folder with notebooks: the tutorial's own if none is named."""
    folder = Path(text) if text else CHAPTERS
    if not any(folder.glob("*.ipynb")):
        raise ValueError(f"Folder is {quoted(str(folder))}, but expected one with notebooks in it.")
    return folder.resolve()


def _folder(text: str, write: Callable[[Path], object]) -> Path:
    """Write into a folder, or say in a sentence why that cannot be."""
    if not text.strip():
        raise ValueError(f"Folder is {quoted(text)}, but expected the name of a folder.")
    try:
        out = Path(text).expanduser()
        write(out)
    except RuntimeError:  # ~ of somebody who has no home here
        raise ValueError(
            f"Folder is {quoted(text)}, but expected one in a home that there is."
        ) from None
    except OSError as trouble:
        reason = (trouble.strerror or "nothing can be written there").lower()
        raise ValueError(
            f"Folder is {quoted(text)}, but expected one that can be written to: {reason}."
        ) from None
    return out


# --- the words -----------------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """What reads the commands, and has their help."""
    made = argparse.ArgumentParser(
        prog="backprop-tutorial",
        description="An interactive tutorial on backpropagation.",
        epilog="Each command tells more: backprop-tutorial serve --help",
    )
    made.add_argument("--version", action="version", version=version("backprop-core"))
    made.set_defaults(do=None)
    commands = made.add_subparsers(title="commands", metavar="command")

    def command(do: Do, name: str, help: str) -> argparse.ArgumentParser:
        of = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
        of.set_defaults(do=do)
        return of

    def options(of: argparse.ArgumentParser, table: Iterable[tuple[str, str, str, str]]) -> None:
        for name, default, stands_for, help in table:
            text = f"{help} ({default})" if default else help
            of.add_argument(name, default=default, metavar=stands_for, help=text)

    one = command(_serve, "serve", "serve the tutorial to everyone who opens its address")
    options(
        one,
        [
            ("--port", "8866", "N", "port to serve on"),
            ("--ip", "localhost", "ADDRESS", "address to serve on; 0.0.0.0 lets a classroom in"),
            ("--socket", "", "FILE", "Unix socket to serve on, instead of an address and a port"),
            ("--visitors", "60", "N", "how many can change things at once; all others can read"),
            ("--idle-minutes", "30", "N", "how long an idle page keeps its Python; 0 for ever"),
            ("--base-url", "/", "PATH", "path below which all pages stand"),
            ("--folder", "", "FOLDER", "notebooks to serve instead of the tutorial's"),
        ],
    )
    one.add_argument(
        "--password",
        action="store_true",
        help=f"ask here for a password that visitors need, unless {PASSWORD} is set to one",
    )
    one.add_argument("--no-browser", action="store_true", help="open no browser")
    one.add_argument(
        "--kernels",
        choices=("auto", "forked", "ordinary"),
        default="auto",
        help="forked from a warm process, or started one by one; auto forks where it can (auto)",
    )

    one = command(_lab, "lab", "open the tutorial in JupyterLab, in notebooks of your own")
    options(
        one,
        [
            ("--folder", "backprop-tutorial", "FOLDER", "where they are; missing ones come there"),
            ("--port", "8888", "N", "port to serve on"),
            ("--ip", "localhost", "ADDRESS", "address to serve on"),
        ],
    )
    one.add_argument("--no-browser", action="store_true", help="open no browser")

    one = command(_site, "site", "write the tutorial as pages that need no server and no Python")
    options(
        one,
        [
            ("--out", "dist", "FOLDER", "folder to write"),
            ("--folder", "", "FOLDER", "notebooks to take instead of the tutorial's"),
        ],
    )

    one = command(_worksheet, "worksheet", "write worksheets for paper, all different, and a key")
    options(
        one,
        [
            ("--students", "30", "N", "how many, 1 to 60"),
            ("--seed", "1", "N", "the same seed gives the same sheets, 0 to 999999"),
            ("--out", "worksheets", "FOLDER", "folder to write"),
        ],
    )
    return made
