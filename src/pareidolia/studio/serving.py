"""Serving the studio until Ctrl-C."""

import os
import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from pareidolia.settings import PareidoliaError
from pareidolia.studio.application import application
from pareidolia.studio.guard import LOCAL, Rules
from pareidolia.studio.limits import Limits
from pareidolia.studio.store import Store

_BACKLOG = 128
_GRACE = 2
_KEEP_ALIVE = 65
"""Seconds for which an idle connection stays open: longer than clients keep theirs, so that none is closed
just as a request comes over it, which the client would see as a reset."""


def default_folder() -> Path:
    """Where the studio keeps things by default: the place that the system has for such.

    Returns:
        The folder.

    Raises:
        PareidoliaError: If the user has no home folder, and the system names no other place.
    """
    windows = os.name == "nt"
    variable, below = ("LOCALAPPDATA", "AppData/Local") if windows else ("XDG_DATA_HOME", ".local/share")
    try:
        base = Path(os.environ.get(variable) or Path.home() / below)
    except RuntimeError as error:
        raise PareidoliaError("this user has no home folder: name another with --folder") from error
    return base / "pareidolia" / "studio"


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    password: str = "",
    browser: bool = False,
    limits: Limits | None = None,
    began: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve the studio until it is interrupted.

    Args:
        folder: what it keeps.
        host: the address that it listens at.
        port: 0 takes any that is free.
        password: that visitors have to give; needed where `host` is not this machine's own.
        browser: whether the browser is opened.
        limits: what is taken at most.
        began: is called with the address once requests are answered.

    Raises:
        PareidoliaError: If the address cannot be listened at, or other machines could reach it without a
            password.
    """
    if host not in LOCAL and not password:
        raise PareidoliaError(f"{host} can be reached from other machines: that needs a --password")
    listener = _listen(host, port)
    with listener:
        shown = "127.0.0.1" if host in LOCAL else host
        address = f"http://{shown}:{listener.getsockname()[1]}/"
        store = Store(folder)
        hosts = (*LOCAL, host) if host in LOCAL else (*LOCAL, host, socket.gethostname())
        app = application(store, Rules(store.token, hosts, password), limits)
        server = _Server(
            uvicorn.Config(
                app,
                log_level="warning",
                lifespan="on",
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=_GRACE,
                server_header=False,
            ),
            app.state.job_queue.events.close,
        )
        app.state.job_queue.greet = lambda: _greet(address, browser, began)
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends what would keep connections open, as streams of events do, before it waits for them."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all that is open."""
        self._end_streams()
        await super().shutdown(sockets)


def _greet(address: str, browser: bool, began: Callable[[str], None]) -> None:
    began(address)
    if browser:
        webbrowser.open(address)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PareidoliaError(
            f"port {port} of {host} cannot be used ({error.strerror or error}): give another --port"
        ) from error
    return listener
