"""Showing an atlas: a server of its plain files on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pareidolia.atlas.format import STAGES, read_manifest
from pareidolia.settings import PareidoliaError


class _Files(SimpleHTTPRequestHandler):
    """Plain files, served without a log line for each; the files an atlas was built from are not served."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".webp": "image/webp"}  # noqa: RUF012

    def send_head(self):  # type: ignore[no-untyped-def]
        below = Path(self.translate_path(self.path)).relative_to(self.directory)
        if below.parts[:1] == (STAGES,):
            self.send_error(404)
            return None
        return super().send_head()

    def copyfile(self, source: Any, outputfile: Any) -> None:
        # Browsers close connections they no longer need.
        with suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def end_headers(self) -> None:
        # An atlas that was built again is seen when the page is loaded again.
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


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
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise PareidoliaError(
            f"port {port} cannot be used ({error.strerror or error}): give another --port"
        ) from error
    with server:
        yield server
