"""The viewer of an atlas in a cell of a notebook."""

from contextlib import ExitStack
from html import escape
from pathlib import Path
from threading import Thread
from typing import Self

from pareidolia.atlas import serving


class AtlasView:
    """An atlas to walk through in a cell: its page in a frame, served to this machine alone.

    The server runs until `close`, the end of a `with` block, or the end of the process. The browser must be
    able to reach this machine: on a remote one, forward `port`.

    Args:
        folder: the atlas's folder.
        height: of the frame, in pixels.
        port: where the page is served; 0 takes any that is free.

    Raises:
        PareidoliaError: If the folder holds no atlas, or the port is taken.
    """

    def __init__(self, folder: str | Path, *, height: int = 640, port: int = 0) -> None:
        self.folder, self.height = Path(folder), height
        self._open = ExitStack()
        server = self._open.enter_context(serving(self.folder, port))
        self.port = server.server_port
        thread = Thread(target=server.serve_forever, name=f"atlas {self.folder}", daemon=True)
        thread.start()
        self._open.callback(thread.join)
        self._open.callback(server.shutdown)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.port}/"

    def close(self) -> None:
        """Stop serving; closing twice does nothing."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"AtlasView({str(self.folder)!r}, {self.url})"

    def _repr_html_(self) -> str:
        title = escape(f"atlas {self.folder.name}", quote=True)
        return (
            f'<iframe src="{self.url}" title="{title}" width="100%" height="{self.height}" '
            'style="border: 0" allow="clipboard-write; fullscreen"></iframe>'
        )
