"""Every request passes here: who may ask, who may change something, and what a page may load.

Hosts, origins and a password say who may ask; changes carry the token that only our own page has read.
"""

import hmac
import ipaddress
from base64 import b64decode
from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = "X-Studio-Token"
LOCAL = ("127.0.0.1", "localhost", "[::1]")
_READING = ("GET", "HEAD")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; frame-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Rules:
    """Who may ask.

    Attributes:
        token: what a change has to show, which only a page of this studio can have read.
        hosts: names by which the studio may be called; a page of another name that resolves here is refused.
        password: what a visitor has to give; empty where only this machine can ask.
    """

    token: str
    hosts: Collection[str] = LOCAL
    password: str = ""


class Guard:
    """Refuses what the rules do not allow, and states what pages may load.

    Args:
        app: what is guarded.
        rules: who may ask.
    """

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app, self._rules = app, rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self.refusal(scope["method"], scope["scheme"], Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send_guarded)

    def refusal(self, method: str, scheme: str, headers: Headers) -> Response | None:
        """The answer to a request that is not allowed; None where it is."""
        host = headers.get("host", "")
        if not self._is_called_so(host):
            return _refuse(421, "this studio is not called by that name")
        origin = headers.get("origin")
        if origin is not None and origin != f"{scheme}://{host}":
            return _refuse(403, "another page may not ask this studio")
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return _refuse(403, "another page may not ask this studio")
        if self._rules.password and not self._knows_password(headers.get("authorization", "")):
            answer = _refuse(401, "a password is needed")
            answer.headers["WWW-Authenticate"] = 'Basic realm="Pareidolia", charset="UTF-8"'
            return answer
        if method not in _READING and not _same(headers.get(TOKEN, ""), self._rules.token):
            return _refuse(403, f"a change needs the page's token in {TOKEN}: load the page again")
        return None

    def _is_called_so(self, host: str) -> bool:
        name = host.rpartition(":")[0] if _has_port(host) else host
        if name in self._rules.hosts:
            return True
        # Behind a password addresses are taken too: nobody can make a name of them.
        return bool(self._rules.password) and _is_address(name.strip("[]"))

    def _knows_password(self, header: str) -> bool:
        kind, _, given = header.partition(" ")
        try:
            words = b64decode(given, validate=True).decode("utf-8")
        except ValueError:
            return False
        return kind.lower() == "basic" and _same(words.partition(":")[2], self._rules.password)


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdecimal() and not host.endswith("]")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _refuse(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)
