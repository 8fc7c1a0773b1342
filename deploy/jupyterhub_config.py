"""JupyterHub on one machine: `jupyterhub --config deploy/jupyterhub_config.py`; see README.md.

The environment settles what differs from school to school:

HUB_ADDRESS        where the hub listens; http://127.0.0.1:8000, so that nobody outside reaches it
HUB_GROUP          the accounts of this machine that may log in: a group's name
HUB_PASSWORD       instead of accounts: one password for the whole class, any name
HUB_HOMES          with HUB_PASSWORD: the folder of the students' folders
HUB_IDLE_MINUTES   a server that nobody uses for so long is stopped; 60
HUB_MOST_SERVERS   no more than so many at a time; 0 for no limit
"""

import itertools
import os
import random
import socket
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
idle = 60 * float(os.environ.get("HUB_IDLE_MINUTES", "60"))
password = os.environ.get("HUB_PASSWORD", "")

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.JupyterHub.bind_url = os.environ.get("HUB_ADDRESS", "http://127.0.0.1:8000")
c.JupyterHub.active_server_limit = int(os.environ.get("HUB_MOST_SERVERS", "0"))

# --- who may come in -----------------------------------------------------------------------------

if password:
    # Everybody is the same account of this machine: students can read each other's files.
    if os.geteuid() == 0:
        sys.exit("With HUB_PASSWORD every student has the hub's account, so root must not run it.")
    homes = Path(os.environ.get("HUB_HOMES", "homes")).resolve()
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = password
    c.Authenticator.allow_all = True
    # A name becomes a folder.
    c.Authenticator.username_pattern = r"[a-z0-9][a-z0-9_-]{0,31}\Z"
    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = f"{homes}/{{username}}"
else:
    # Each student has an account, and the system keeps them apart. Nobody is let in unasked.
    c.JupyterHub.authenticator_class = "pam"
    c.PAMAuthenticator.allowed_groups = (
        {os.environ["HUB_GROUP"]} if "HUB_GROUP" in os.environ else set()
    )
    c.JupyterHub.spawner_class = "localprocess"

# --- what each student gets ----------------------------------------------------------------------

c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
# The tutorial as visitors see it; JupyterLab is at /user/NAME/lab.
c.Spawner.default_url = "/tutorial/"
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": str(HERE / "user"),
    # Thirty students share the processors: nobody's NumPy takes all of them.
    "OPENBLAS_NUM_THREADS": "1",
    # The hub hears how long a server has been idle well before it is time to stop it.
    "JUPYTERHUB_ACTIVITY_INTERVAL": str(max(1, min(300, int(idle / 4)))),
}
# A whole class logs in at once, and a small machine needs its time for that.
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 60
# A server that has crashed is noticed soon, so that its student can start it again.
c.Spawner.poll_interval = 5

# Below the ports that outgoing connections are given: one of those would now and then take the port
# between the moment it is chosen and the moment the server listens, and the server not start.
_FIRST, _LAST = 20000, 32767
_ports = itertools.cycle(range(_FIRST, _LAST + 1))
_ports = itertools.islice(_ports, random.randrange(_LAST - _FIRST), None)


def give_port(spawner: Any) -> None:
    """Choose a port for a student's server that is free and has not been given away just now."""
    for port in _ports:
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
        spawner.port = port
        return


c.Spawner.pre_spawn_hook = give_port

# --- what nobody uses is stopped -----------------------------------------------------------------

c.JupyterHub.services = [
    {
        "name": "culler",
        "command": [
            *(sys.executable, "-m", "jupyterhub_idle_culler"),
            f"--timeout={max(1, int(idle))}",
            f"--cull-every={max(1, int(min(idle / 4, 300)))}",
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "culler",
        "services": ["culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
