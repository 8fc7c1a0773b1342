"""Pages come at once and the same for everybody; nothing else comes at all."""

import gzip
import socket
from collections.abc import Iterator

import pytest

from tests.serving.served import NAME, PAGE, Server, served
from tests.serving.talking import PATIENCE_S, write_chapter

SECRET = "what nobody is to read"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a folder that holds more than a chapter."""
    around = tmp_path_factory.mktemp("around")
    folder = write_chapter(around / "chapters")
    (around / "above.txt").write_text(SECRET)
    (folder / "beside.txt").write_text(SECRET)
    (folder / ".hidden.ipynb").write_text((folder / f"{NAME}.ipynb").read_text())
    (folder / "linked.txt").symlink_to(around / "above.txt")
    (folder / "zz_linked.ipynb").symlink_to(around / "above.txt")
    with served(folder) as server:
        yield server


def test_the_first_address_leads_to_the_first_chapter(server: Server) -> None:
    reply = server.ask("")
    assert (reply.status, reply.headers["Location"]) == (302, PAGE)
    assert server.ask(PAGE).status == 200


@pytest.mark.parametrize(
    ("path", "home"), [("nothing", "./"), ("voila/tree", "../"), ("voila/render/x", "../../")]
)
def test_the_way_back_leads_to_the_first_address(server: Server, path: str, home: str) -> None:
    assert f'href="{home}"'.encode() in server.ask(path).body


def test_a_page_is_packed_and_not_sent_twice(server: Server) -> None:
    plain = server.ask(PAGE)
    packed = server.ask(PAGE, headers={"Accept-Encoding": "br, gzip"})
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert NAME.encode() in plain.body
    again = server.ask(PAGE, headers={"If-None-Match": packed.headers["Etag"]})
    assert (again.status, again.body) == (304, b"")
    assert server.ask(PAGE, headers={"If-None-Match": '"another"'}).status == 200
    assert server.ask(PAGE, "HEAD").body == b""


@pytest.mark.parametrize(
    "path",
    [
        "voila/files/beside.txt",
        "voila/files/linked.txt",
        "voila/render/beside.txt",
        "voila/render/linked.txt",
        "voila/render/.hidden.ipynb",
        "voila/render/../../above.txt",
        "voila/render/..%2f..%2fabove.txt",
        "voila/render/%2e%2e/%2e%2e/above.txt",
        "voila/render/..%252f..%252fabove.txt",
        "voila/render/..%5c..%5cabove.txt",
        f"voila/render/../render/{NAME}.ipynb",
        f"voila/render/{NAME}.ipynb/..%2fbeside.txt",
        f"voila/render/{NAME}.ipynb%00.txt",
        f"voila/render/{NAME}%0a.ipynb",
        f"voila/render//{NAME}.ipynb",
        f"voila/render/./{NAME}.ipynb",
        "voila/render//etc/passwd",
        "voila/render/%2fetc%2fpasswd",
        "../../../../etc/passwd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "etc/passwd",
        f"{NAME}.ipynb",
        "voila/files/backprop_core/__init__.py",
        "backprop_core/__init__.py",
        "voila/tree",
        "voila/tree/chapters",
        "voila/static/voila.js",
        "voila/static/../../../../etc/passwd",
        "voila/templates/lab/static/voila.js",
        "voila/templates/../../etc/passwd",
        "voila/api/contents",
        "voila/api/themes/x",
        f"voila/api/shutdown/{NAME}",
        "voila/labextensions/x/package.json",
        "voila/nbextensions/x.js",
        "static/favicon.ico",
        "files/beside.txt",
        "view/beside.txt",
        "nbconvert/html/echo.ipynb",
        "tree",
        "lab",
        "terminals/1",
        "terminals/websocket/1",
        "metrics",
        "logout",
        "api",
        "api/",
        "api/contents",
        "api/contents/beside.txt",
        "api/kernels",
        "api/kernelspecs",
        "api/sessions",
        "api/status",
        "api/terminals",
        "api/me",
        "api/config/x",
        "kernels/",
        "kernels/x",
        "kernels/../kernels",
    ],
)
def test_nothing_else_can_be_fetched(server: Server, path: str) -> None:
    reply = server.ask(path)
    assert reply.status == 404
    assert b"There is no such page" in reply.body
    assert SECRET.encode() not in reply.body


@pytest.mark.parametrize(
    "target",
    [
        b"/voila/render/\0.ipynb",
        b"/voila/render/../../above.txt\0.ipynb",
        b"http://localhost/voila/files/beside.txt",
        b"file:///etc/passwd",
        b"//etc/passwd",
        b"../../above.txt",
        b"*",
        b"/\xff\xfe",
    ],
)
def test_neither_can_what_no_browser_would_ask_for(server: Server, target: bytes) -> None:
    with socket.create_connection(("localhost", server.port), PATIENCE_S) as line:
        line.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % target)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert not answer or answer.startswith(b"HTTP/1.1 40")
    assert b"root:" not in answer
    assert SECRET.encode() not in answer


def test_what_is_no_notebook_shows_nothing_of_itself(server: Server) -> None:
    reply = server.ask("voila/render/zz_linked.ipynb")
    assert reply.status == 200
    assert SECRET.encode() not in reply.body


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["", PAGE, "api/kernels", "api/contents/x", "kernels"])
def test_nothing_can_be_changed(server: Server, method: str, path: str) -> None:
    if (method, path) != ("POST", "kernels"):
        assert server.ask(path, method, "x").status in (404, 405)


def test_every_answer_keeps_other_sites_out(server: Server) -> None:
    replies = {
        "page": server.ask(PAGE),
        "first": server.ask(""),
        "nothing": server.ask("nothing"),
        "kernel": server.post(),
        "no kernel": server.ask("kernels/00000000-0000-4000-8000-000000000000"),
        "wrong": server.ask("kernels", "POST", "wrong"),
        "renewed": server.ask("kernels", "POST", {"chapter": NAME, "digest": "old"}),
        "foreign": server.post(Origin="http://elsewhere.example"),
        "host": server.ask(PAGE, headers={"Host": "elsewhere.example"}),
        "method": server.ask(PAGE, "DELETE"),
        "line": server.ask("api/kernels/00000000-0000-4000-8000-000000000000/channels"),
    }
    for name, reply in replies.items():
        of = reply.headers
        rules = dict(rule.partition(" ")[::2] for rule in of["Content-Security-Policy"].split("; "))
        assert rules["default-src"] == rules["base-uri"] == "'none'", name
        assert rules["frame-ancestors"] == rules["form-action"] == "'self'", name
        assert "unsafe" not in rules.get("script-src", "'none'"), name
        assert rules.get("connect-src", "'self'") == "'self'", name
        assert of["X-Content-Type-Options"] == "nosniff", name
        assert of["Cross-Origin-Resource-Policy"] == "same-origin", name
        # Where an address is not safe, a browser ignores it and complains.
        opener = None if name == "host" else "same-origin"
        assert of["Cross-Origin-Opener-Policy"] == opener, name
        assert of["Referrer-Policy"] == "same-origin", name
        assert "camera=()" in of["Permissions-Policy"], name
        assert "Server" not in of, name
        assert "Access-Control-Allow-Origin" not in of, name
        assert "Set-Cookie" not in of, name
        assert b"Traceback" not in reply.body, name
    assert "unsafe" not in replies["page"].headers["Content-Security-Policy"].split("style-src")[0]
    assert "sha256-" in replies["page"].headers["Content-Security-Policy"]


def test_a_name_that_another_site_gave_this_machine_is_refused(server: Server) -> None:
    for host in ("elsewhere.example", f"elsewhere.example:{server.port}", "192.0.2.1"):
        assert server.ask(PAGE, headers={"Host": host}).status == 403
        assert server.post(Host=host).status == 403
    for host in ("localhost", f"127.0.0.1:{server.port}", "[::1]"):
        assert server.ask(PAGE, headers={"Host": host}).status == 200


def test_ids_cannot_be_guessed_and_are_not_listed(server: Server) -> None:
    ids = {server.kernel() for _ in range(3)}
    assert len({kernel[:8] for kernel in ids}) == 3
    for path in ("kernels", "api/kernels", "kernels/", f"api/kernels/{min(ids)}"):
        reply = server.ask(path)
        assert reply.status in (404, 405)
        assert not any(kernel.encode() in reply.body for kernel in ids)


def test_another_site_gets_no_kernel(server: Server) -> None:
    elsewhere = f"http://localhost.elsewhere.example:{server.port}"
    for origin in ("http://elsewhere.example", elsewhere, "http://localhost:1", "null", ""):
        assert server.post(Origin=origin).status == 403, origin
    here = f"http://localhost:{server.port}"
    for site in ("cross-site", "same-site"):
        assert server.post(Origin=here, **{"Sec-Fetch-Site": site}).status == 403
    assert server.post(Origin=here).status == 201
    assert server.post(Origin=here, **{"Sec-Fetch-Site": "same-origin"}).status == 201


def test_another_site_ends_no_kernel(server: Server) -> None:
    leave = f"kernels/{(kernel := server.kernel())}/leave"
    assert server.ask(leave, "POST", headers={"Origin": "http://elsewhere.example"}).status == 403
    assert server.fate(kernel) == (200, "")
    assert server.ask(leave, "POST").status == 204
    assert server.fate(kernel) == (404, "idle")
    assert server.ask(leave, "POST").status == 204


def test_a_page_of_another_day_is_told_so(server: Server) -> None:
    for body, status, reason in (
        ({"chapter": NAME, "digest": "old"}, 409, "renewed"),
        ({"chapter": NAME, "digest": None}, 409, "renewed"),
        ({"chapter": "no_such", "digest": "x"}, 404, "unknown"),
        ({"chapter": ["x"], "digest": "x"}, 404, "unknown"),
    ):
        reply = server.ask("kernels", "POST", body)
        assert (reply.status, reply.told) == (status, {"reason": reason})


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"x"', "{}", '{"chapter": "x"}', b"\xff\xfe", "[" * 50_000]
)
def test_what_is_no_request_is_refused(server: Server, body: str | bytes) -> None:
    reply = server.ask("kernels", "POST", body)
    assert (reply.status, reply.told) == (400, {"reason": "bad request"})


def test_what_is_too_large_is_not_read(server: Server) -> None:
    with socket.create_connection(("localhost", server.port), PATIENCE_S) as line:
        line.sendall(b"POST /kernels HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 400")
    assert server.ask(PAGE).status == 200


def test_no_request_leads_to_an_error_in_the_server(server: Server) -> None:
    assert server.ask("kernels", "POST", "x").status == 400
    log = "".join(server.log)
    assert "zz_linked.ipynb" in log  # it is no notebook, and whoever serves it is told
    assert "Uncaught" not in log
    assert "POST" not in log
