"""Showing an atlas: a server of its plain files on this machine, for this machine's own pages alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pareidolia.atlas.format import STAGES, read_manifest
from pareidolia.settings import PareidoliaError

_SECONDS = 30
_NAMES = ("127.0.0.1", "localhost", "[::1]")


class _Files(SimpleHTTPRequestHandler):
    """Plain files below one folder.

    Not served: the files an atlas was built from, hidden files, what a link leads to, devices and pipes. A
    page of another origin gets nothing, also where its name was made to mean this machine (DNS rebinding).
    """

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".webp": "image/webp"}  # noqa: RUF012
    timeout = _SECONDS  # of a connection on which nothing comes

    def send_head(self):  # type: ignore[no-untyped-def]
        if not self._is_ours():
            self.send_error(403, "Only pages of this server are served")
            return None
        try:
            path = plain_file(Path(self.directory), self.path)
        except (OSError, ValueError):  # ValueError: a zero byte
            path = None
        if path is None:
            self.send_error(404)
            return None
        return self._opened(path)

    def _is_ours(self) -> bool:
        """Whether the request calls this machine by its own name, from a page of this server if from any."""
        host = self.headers.get("Host", "").lower()
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        return name in _NAMES and self.headers.get("Origin", f"http://{host}").lower() == f"http://{host}"

    def _opened(self, path: Path) -> BytesIO | Any | None:
        try:
            # O_NOFOLLOW and O_NONBLOCK: it may have become a link or a pipe since it was looked at.
            file = os.fdopen(os.open(path, os.O_RDONLY | _UNFOLLOWED), "rb")
        except OSError:
            self.send_error(404)
            return None
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(os.fstat(file.fileno()).st_size))
        self.end_headers()
        return file

    def copyfile(self, source: Any, outputfile: Any) -> None:
        # Browsers close connections they no longer need.
        with suppress(ConnectionError, TimeoutError):
            super().copyfile(source, outputfile)

    def end_headers(self) -> None:
        # An atlas that was built again is seen when the page is loaded again.
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


_UNFOLLOWED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def plain_file(folder: Path, address: str) -> Path | None:
    """The ordinary file below `folder` that an address names; None for anything odd."""
    named = unquote(urlsplit(address).path, errors="surrogateescape")
    if not named.startswith("/") or (os.name == "nt" and set(named) & set("\\:")):
        return None
    parts = [part for part in named.split("/") if part]
    if parts[:1] == [STAGES] or any(part.startswith(".") for part in parts):
        return None
    path = folder
    for part in parts:
        path = path / part
        if path.is_symlink():
            return None
    if path.is_dir():
        path = path / "index.html"
    return path if path.is_file() and not path.is_symlink() else None


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is nothing to tell."""


@contextmanager
def serving(atlas: str | Path, port: int = 0) -> Iterator[ThreadingHTTPServer]:
    """Serve an atlas to this machine alone (127.0.0.1).

    Args:
        atlas: the atlas's folder.
        port: 0 takes any that is free, which `server_port` then holds.

    Yields:
        The server; its `serve_forever` runs it.

    Raises:
        PareidoliaError: If the folder holds no atlas, or the port is taken.
    """
    read_manifest(Path(atlas))
    handler = partial(_Files, directory=str(atlas))
    try:
        server = _Server(("127.0.0.1", port), handler)
    except OSError as error:
        raise PareidoliaError(
            f"port {port} cannot be used ({error.strerror or error}): give another --port"
        ) from error
    with server:
        yield server
