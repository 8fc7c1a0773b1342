"""The configuration that is shipped, with what a test has to have differently."""

import os

c = get_config()  # type: ignore[name-defined]  # noqa: F821

# Where tests run as root, in a container, the hub is told that it does not, and may do so.
really = os.geteuid
os.geteuid = lambda: 1000
load_subconfig(os.environ["SHIPPED_CONFIG"])  # type: ignore[name-defined]  # noqa: F821
os.geteuid = really
c.Spawner.args = ["--allow-root"]

c.JupyterHub.proxy_class = "tests.deploy.piping.Piping"
c.JupyterHub.hub_port = int(os.environ["HUB_PORT"])
