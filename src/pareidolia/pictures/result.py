"""`Result`: what an operation makes; it shows itself in a notebook and saves itself."""

import html
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from torch import Tensor

from pareidolia.pictures.files import encode_picture, save_picture, to_image
from pareidolia.settings import PareidoliaError

if TYPE_CHECKING:
    import numpy
    from PIL.Image import Image

_MOST_ROWS = 20


class ShowsItself:
    """A result with a picture: as a Pillow image, as an array, as a file, and in a notebook.

    A subclass has a `picture`, and a `caption`, `rows` and a `record` if there are any.
    """

    if TYPE_CHECKING:  # read-only: some compute them, some hold them

        @property
        def picture(self) -> Tensor | None: ...
        @property
        def caption(self) -> str: ...
        @property
        def rows(self) -> Sequence[Mapping[str, object]]: ...
        @property
        def record(self) -> Mapping[str, Any]: ...

    else:
        caption, rows, record = "", (), MappingProxyType({})

    def pil(self) -> "Image":
        """The picture as a Pillow image with 8 bits a channel, rounded to nearest.

        Returns:
            The image.

        Raises:
            PareidoliaError: If there is no picture.
        """
        return to_image(self._existing())

    def numpy(self) -> "numpy.ndarray[Any, Any]":
        """The picture as an array.

        Returns:
            H×W×C float32 in [0, 1].

        Raises:
            PareidoliaError: If there is no picture, or there are several.
        """
        picture = self._existing()
        if len(picture) != 1:
            raise PareidoliaError(f"there are {len(picture)} pictures: take .picture, a tensor N×C×H×W")
        return picture[0].detach().permute(1, 2, 0).float().cpu().numpy()

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Save the picture with its record.

        Args:
            path: the file; the suffix decides the format.
            overwrite: whether an existing file may be replaced.

        Returns:
            The path.

        Raises:
            PareidoliaError: If there is no picture, the file exists and `overwrite` is False, or it cannot be
                written.
        """
        save_picture(self._existing(), path, record=self.record or None, overwrite=overwrite)
        return Path(path)

    def _existing(self) -> Tensor:
        if self.picture is None:
            raise PareidoliaError("this result has no picture; its numbers are in .rows")
        return self.picture

    def _repr_png_(self) -> bytes | None:
        picture = self.picture
        return None if picture is None else encode_picture(picture, "PNG", self.record or None)

    def _repr_html_(self) -> str:
        png = self._repr_png_()
        source = "" if png is None else f'<img src="data:image/png;base64,{b64encode(png).decode()}">'
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>" if self.caption else ""
        return f"<figure>{source}{caption}</figure>{_table(self.rows)}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """What a notebook shows: the picture, its caption and its numbers."""
        png = self._repr_png_()
        words = {"text/plain": repr(self), "text/html": self._repr_html_()}
        return words if png is None else {**words, "image/png": png}


@dataclass(frozen=True, eq=False, repr=False)
class Result(ShowsItself):
    """The result of an operation.

    Attributes:
        picture: 1×C×H×W in [0, 1]; None if there are only numbers.
        caption: a sentence about it.
        rows: the numbers behind it, one mapping of names to values a row.
        record: how it was made, as `pareidolia again` reads it; empty if no operation made it.
        path: the file or folder it was written to, if it was.
    """

    picture: Tensor | None
    caption: str = ""
    rows: Sequence[Mapping[str, object]] = ()
    record: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None

    def __repr__(self) -> str:
        size = "" if self.picture is None else f"{self.picture.shape[-1]}x{self.picture.shape[-2]} px"
        rows = f"{len(self.rows)} rows" if self.rows else ""
        return f"Result({', '.join(part for part in (size, self.caption, rows) if part)})"


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as an HTML table, the first twenty; lists are left out."""
    if not rows:
        return ""
    names = [name for name in rows[0] if not isinstance(rows[0][name], list)]
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_number(row.get(name)))}</td>" for name in names) + "</tr>"
        for row in rows[:_MOST_ROWS]
    )
    more = f"<p>and {len(rows) - _MOST_ROWS} more</p>" if len(rows) > _MOST_ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)
