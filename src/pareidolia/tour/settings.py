"""Settings of the tour. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.settings import Settings


class TourSettings(Settings):
    """What the tour is told with."""

    photo: Annotated[str, Field(description="The picture it is told with: a file or sample:NAME.")] = (
        "sample:chelsea"
    )
    painting: Annotated[
        str, Field(description="The painting whose style is borrowed: a file or sample:NAME.")
    ] = "sample:strokes"
    size: Annotated[int, Field(ge=64, le=2048, description="Longer side of its pictures, in pixels.")] = 512
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"], Field(description="Where to compute: auto takes a GPU if any.")
    ] = "auto"
    seed: Annotated[
        int, Field(ge=0, description="The same seed on the same machine gives the same bytes.")
    ] = 0
