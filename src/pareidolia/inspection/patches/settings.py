"""Settings of the strongest patches and of their evolution. No torch here."""

from typing import Annotated

from pydantic import Field

from pareidolia.collecting.settings import CollectingSettings
from pareidolia.settings import UnitNumbers
from pareidolia.settings.groups import WHAT


class UnitsSettings(CollectingSettings):
    """Which units are shown, and how."""

    layer: Annotated[
        str | None,
        Field(
            description="The layer, as `pareidolia networks NAME` lists them (default: the last that has "
            "rows and columns)."
        ),
    ] = None
    units: Annotated[
        UnitNumbers | None,
        Field(
            min_length=1,
            description="Channels of the layer: 12, or 0-63, or several (default: the first 16; for a class "
            "those 16 that add most to its score).",
        ),
    ] = None
    painted: Annotated[
        bool, Field(description="Paint what each unit responds to, beside what photos it responded to.")
    ] = True
    steps: Annotated[int, Field(ge=1, description="Steps of painting.")] = 256
    canvas: Annotated[
        int | None,
        Field(
            ge=16,
            le=1024,
            description="Side of what is painted, in pixels (default: 128; what the network was made for "
            "where that is one size).",
        ),
    ] = None
    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same bytes.")] = 0


class PatchesSettings(UnitsSettings):
    """Find the parts of a folder's photos for which units were most active (Zeiler and Fergus 2014)."""

    target: Annotated[
        str | None,
        Field(
            description="Rank patches by what they add to this class's score (activation x gradient), not by "
            "activation alone, and paint units as they look in the class.",
            json_schema_extra=WHAT,
        ),
    ] = None
    top: Annotated[int, Field(ge=1, le=100, description="Patches a unit, each from another photo.")] = 9
    tile: Annotated[int, Field(ge=8, le=1024, description="Side of a patch on the sheet, in pixels.")] = 72
    columns: Annotated[int | None, Field(ge=1, description="Units a row of the sheet.")] = None


class EvolutionSettings(UnitsSettings):
    """Watch units develop through the checkpoints of a training (Zeiler and Fergus 2014)."""

    units: Annotated[
        UnitNumbers, Field(min_length=1, description="Channels of the layer: 12, or 0-63, or several.")
    ] = ("0-5",)
    tile: Annotated[int, Field(ge=8, le=1024, description="Side of a patch on the sheet, in pixels.")] = 112
