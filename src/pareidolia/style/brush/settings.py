"""Settings of brush. No torch here."""

from typing import Annotated

from pydantic import Field

from pareidolia.settings import Device, Settings
from pareidolia.settings.groups import ADVANCED
from pareidolia.style.settings import OwnSize, StyleControl, Tile
from pareidolia.style.video_settings import VideoControl


class OnePassControl(VideoControl):
    """Options of painting in one pass, besides those of every method."""

    painting_size: Annotated[
        int,
        Field(
            ge=64,
            le=4096,
            description="Longer side at which the paintings are read, in pixels; much above 512 blurs.",
            json_schema_extra=ADVANCED,
        ),
    ] = 512
    tile: Tile = None


class BrushSettings(StyleControl, OnePassControl):
    """Paint a photo or a video like paintings, in one pass of the shipped network brush."""

    size: OwnSize = None
    device: Device = "auto"


class ExportSettings(Settings):
    """Write a network that paints in one pass as a file for other programs."""

    painting_weights: Annotated[
        tuple[float, ...] | None, Field(description="A weight for each painting that brush is given.")
    ] = None
