"""Settings of filters. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.settings import NetworkSettings, UnitNumbers


class FiltersSettings(NetworkSettings):
    """Show the kernels of a convolution: as colours in the first layer, by channel in deeper ones."""

    layer: Annotated[
        str | None,
        Field(
            description="A convolution, as `pareidolia networks NAME` lists them (default: the first layer, "
            "which sees the pixels)."
        ),
    ] = None
    units: Annotated[
        UnitNumbers | None,
        Field(
            min_length=1,
            description="The units shown, as in 0-15 or 3 20-24 (default: all of the first layer, 16 of "
            "others).",
        ),
    ] = None
    inputs: Annotated[
        UnitNumbers | None,
        Field(
            min_length=1,
            description="The input channels shown of a deeper layer (default: the first 24).",
        ),
    ] = None
    scale: Annotated[
        Literal["each", "shared"],
        Field(
            description="Whether each unit's largest weight is at full contrast, or only the largest of all."
        ),
    ] = "each"
    magnify: Annotated[
        int | None, Field(ge=1, le=128, description="Pixels a weight is drawn with (default: by the kernel).")
    ] = None
