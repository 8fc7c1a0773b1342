"""Exit with 0 if what runs in this container answers: the tutorial, or a student's own server."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def is_healthy() -> bool:
    """Whether a request gets any answer but that of a server in trouble."""
    # A hub tells the server that it starts where to listen.
    at = urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL") or "http://127.0.0.1:8866/")
    connection = http.client.HTTPConnection("127.0.0.1", at.port or 80, timeout=5)
    try:
        connection.request("GET", at.path or "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_healthy() else 1)
