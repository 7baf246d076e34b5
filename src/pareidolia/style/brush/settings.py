"""Settings of brush. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.style.settings import FilmControl, StyleControl


class OnePassControl(FilmControl):
    """What can be said where painting is one pass, besides what every method takes."""

    painting_size: Annotated[
        int,
        Field(ge=64, le=4096, description="Longer side of the paintings, in pixels; larger strokes above."),
    ] = 512
    tile: Annotated[
        int | None,
        Field(
            ge=128,
            description="Paint in tiles of this many pixels, normalised like a small copy: less memory.",
        ),
    ] = None


class BrushSettings(StyleControl, OnePassControl):
    """Paint a photo or a film like paintings, in one pass of the shipped network brush."""

    size: Annotated[
        int | None,
        Field(ge=16, le=16384, description="Longer side of the result, in pixels (default: the photo's)."),
    ] = None
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"], Field(description="Where to compute: auto takes a GPU if any.")
    ] = "auto"
