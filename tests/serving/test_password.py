"""Who does not know the password sees a form and nothing else."""

import asyncio
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest

from backprop_core.serving.app import Tutorial
from tests.serving.served import NAME, PAGE, Reply, Server, served
from tests.serving.talking import write_chapter

PASSWORD = 'chain rule <&" ü'


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a password."""
    folder = write_chapter(tmp_path_factory.mktemp("password") / "chapters")
    with served(folder, password=PASSWORD) as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    """The same, asked by somebody who has not logged in."""
    running.cookie = ""
    return running


def log_in(server: Server, password: str = PASSWORD, path: str = "login") -> Reply:
    """Fill in the form."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = server.ask(path, "POST", urlencode({"password": password}), form)
    server.cookie = (reply.headers["Set-Cookie"] or "").partition(";")[0]
    return reply


def assert_out(server: Server) -> None:
    """Nothing is to be had."""
    page = server.ask(PAGE)
    assert (page.status, page.body) == (302, b"")
    assert page.headers["Location"] == f"/login?next=%2F{PAGE.replace('/', '%2F')}"
    assert server.ask("kernels", "POST", {"chapter": NAME, "digest": "x"}).status == 403
    kernel = "00000000-0000-4000-8000-000000000000"
    assert server.ask(f"kernels/{kernel}").status == 403
    assert server.ask(f"kernels/{kernel}/leave", "POST").status == 403
    assert server.knock(kernel) == 403


def test_without_it_there_is_only_the_form(server: Server) -> None:
    assert_out(server)
    form = server.ask("login")
    assert form.status == 200
    for part in (b'type="password"', b'for="password"', b"current-password", b"viewport"):
        assert part in form.body
    assert b"http://" not in form.body
    assert b"https://" not in form.body
    assert "script-src" not in form.headers["Content-Security-Policy"]
    assert server.ask("nothing").status == 404


def test_with_it_everything_is_there(server: Server) -> None:
    reply = log_in(server, path=f"login?next=%2F{PAGE}")
    assert (reply.status, reply.headers["Location"]) == (302, f"/{PAGE}")
    for word in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert word.lower() in reply.headers["Set-Cookie"].lower()
    assert server.ask(PAGE).status == 200
    assert server.ask("login").status == 302
    kernel = server.kernel()

    async def converse() -> None:
        async with await server.line(kernel) as line:
            assert await line.say("hello") == "hello"

    asyncio.run(converse())
    # The id of a kernel opens nothing for who is not in.
    server.cookie = ""
    assert server.ask(f"kernels/{kernel}").status == 403
    assert server.knock(kernel) == 403


@pytest.mark.parametrize("wrong", ["", "chain rule", f"{PASSWORD}x", PASSWORD.upper(), "<b>"])
def test_with_another_there_is_a_sentence(server: Server, wrong: str) -> None:
    reply = log_in(server, wrong)
    assert reply.status == 401
    assert b"That was not the password. Try it again." in reply.body
    assert b"<b>" not in reply.body
    assert reply.headers["Set-Cookie"] is None
    assert_out(server)


def test_a_cookie_of_ones_own_making_opens_nothing(server: Server) -> None:
    log_in(server)
    name, _, value = server.cookie.partition("=")
    for forged in ("", "visitor", value[:-3] + 'x"', value.replace("|1:0|", "|1:1|", 1) + "0"):
        server.cookie = f"{name}={forged}"
        assert server.ask(PAGE).status == 302, forged


def test_the_form_of_another_site_opens_nothing(server: Server) -> None:
    foreign = {"Origin": "http://elsewhere.example"}
    assert server.ask("login", "POST", f"password={PASSWORD}", foreign).status == 403


@pytest.mark.parametrize(
    "there",
    ["//elsewhere.example", "http://elsewhere.example/", "/\\elsewhere.example", "javascript:1"],
)
def test_the_form_leads_nowhere_else(server: Server, there: str) -> None:
    reply = log_in(server, path=f"login?next={quote(there, safe='')}")
    assert reply.headers["Location"] in ("/", "/%5Celsewhere.example")


def test_a_server_that_is_started_again_knows_who_was_in() -> None:
    def secret(password: str) -> bytes:
        app = Tutorial(password=password)
        app.initialize()
        return app.cookie_secret

    assert secret(PASSWORD) == secret(PASSWORD)
    assert secret(PASSWORD) != secret("another")
    assert secret("") != secret("")
