"""Who may ask, who may change something, and what a page may load."""

from base64 import b64encode

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pareidolia.settings import PareidoliaError
from pareidolia.studio.guard import Guard, Rules
from pareidolia.studio.serving import serve


def guarded(**rules):
    async def answer(request):
        return PlainTextResponse("in")

    app = Starlette(
        routes=[Route("/", answer, methods=["GET", "POST", "DELETE"])],
        middleware=[Middleware(Guard, rules=Rules("secret", **rules))],
    )
    return TestClient(app, base_url="http://127.0.0.1:8000")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost", "[::1]:8000"])
def test_this_machine_may_ask(host):
    assert guarded().get("/", headers={"Host": host}).text == "in"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "192.168.0.7:8000", "[::2]"]
)
def test_no_other_name_may_lead_here(host):
    assert guarded().get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_no_other_page_may_ask(headers):
    assert guarded().get("/", headers=headers).status_code == 403
    assert guarded().post("/", headers={**headers, "X-Studio-Token": "secret"}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_changes_carry_the_token(method):
    asking = guarded()
    assert asking.request(method, "/").status_code == 403
    assert asking.request(method, "/", headers={"X-Studio-Token": "wrong"}).status_code == 403
    assert asking.request(method, "/", headers={"X-Studio-Token": "secret"}).text == "in"
    own = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin", "X-Studio-Token": "secret"}
    assert asking.request(method, "/", headers=own).text == "in"


def with_password(words):
    return {"Authorization": f"Basic {b64encode(words.encode()).decode()}"}


def test_with_a_password_addresses_of_this_machine_are_taken_and_the_password_asked_for():
    asking = guarded(password="öffne dich")
    asked = asking.get("/", headers={"Host": "192.168.0.7:8000"})
    assert asked.status_code == 401 and asked.headers["www-authenticate"].startswith("Basic")
    assert (
        asking.get("/", headers={"Host": "192.168.0.7:8000", **with_password("me:öffne dich")}).text == "in"
    )
    assert asking.get("/", headers=with_password("me:wrong")).status_code == 401
    assert asking.get("/", headers={"Authorization": "Basic !!"}).status_code == 401
    assert (
        asking.get("/", headers={"Host": "evil.example", **with_password("me:öffne dich")}).status_code == 421
    )


def test_pages_load_from_here_alone():
    headers = guarded().get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


def test_other_machines_need_a_password(tmp_path):
    with pytest.raises(PareidoliaError, match="--password"):
        serve(tmp_path, host="0.0.0.0")
    assert list(tmp_path.iterdir()) == []
