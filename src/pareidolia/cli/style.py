"""`pareidolia style`: a photo in the style of paintings."""

from typing import Annotated

from cyclopts import Parameter

from pareidolia.cli.output import Output
from pareidolia.cli.run import run
from pareidolia.operations import Request, find_operation
from pareidolia.style.settings import StyleSettings


def style(
    photo: str,
    *paintings: str,
    mask: str | None = None,
    settings: Annotated[StyleSettings, Parameter(name="*")] = StyleSettings(),  # noqa: B008 (frozen)
    output: Annotated[Output, Parameter(name="*")],
) -> int:
    """Paint a photo in the style of one or several paintings.

    Parameters
    ----------
    photo
        What the picture shows: a file, or sample:chelsea and the like.
    paintings
        What it is painted like: files, or sample:waves and the like.
    """
    return run(Request(find_operation("style"), {"photo": photo, "paintings": paintings}, settings), output)
