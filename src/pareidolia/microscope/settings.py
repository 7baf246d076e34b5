"""Settings of the microscope. No torch here."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pareidolia.collecting.settings import CollectingSettings
from pareidolia.settings import Settings, UnitNumbers
from pareidolia.settings.groups import ADVANCED, WHAT


class MicroscopeSettings(CollectingSettings):
    """Make a site with a page for every unit of a network."""

    layer: Annotated[
        tuple[str, ...] | None,
        Field(
            min_length=1,
            description="The layers, as `pareidolia networks NAME` lists them, from the picture on (default: "
            "up to five, a rectifier at each resolution).",
            json_schema_extra=WHAT,
        ),
    ] = None
    units: Annotated[
        UnitNumbers | None,
        Field(
            min_length=1,
            description="Channels of each layer, as in 0-15 (default: all).",
            json_schema_extra=WHAT,
        ),
    ] = None
    title: Annotated[str | None, Field(description="What stands above the pages (default: the network).")] = (
        None
    )
    top: Annotated[int, Field(ge=1, le=25, description="Strongest patches of a unit.")] = 9
    painted: Annotated[
        bool, Field(description="Paint what each unit responds to, and what it responds to least.")
    ] = True
    steps: Annotated[int, Field(ge=1, description="Steps of painting.")] = 64
    canvas: Annotated[
        int | None,
        Field(
            ge=16,
            le=512,
            description="Side of what is painted, in pixels (default: 64; what the network was made for "
            "where that is one size).",
        ),
    ] = None
    diverse: Annotated[
        int, Field(ge=0, le=8, description="Different pictures of what a unit responds to, beside the first.")
    ] = 2
    tile: Annotated[int, Field(ge=16, le=256, description="Side of a patch, in pixels.")] = 64
    tuning: Annotated[
        bool, Field(description="Show gratings and bars to every layer that has rows and columns.")
    ] = True
    examples: Annotated[
        int,
        Field(
            ge=1, le=9, description="Strongest photos of a unit at which classes and weights are measured."
        ),
    ] = 3
    at_once: Annotated[
        int,
        Field(
            ge=1,
            le=256,
            description="Units worked on together: what a stop costs at most.",
            json_schema_extra=ADVANCED,
        ),
    ] = 8
    seed: Annotated[int, Field(ge=0, description="The same seed on the same CPU gives the same site.")] = 0

    @model_validator(mode="after")
    def _named_once(self) -> "MicroscopeSettings":
        if self.layer is not None and len(set(self.layer)) < len(self.layer):
            raise ValueError("a layer is named twice")
        return self


class QuizSettings(Settings):
    """Ask people which of two pictures drives a unit (Borowski et al. 2021)."""

    questions: Annotated[int, Field(ge=1, le=500, description="How many, each about another unit.")] = 20
    layer: Annotated[
        tuple[str, ...] | None,
        Field(
            min_length=1, description="Of these layers of the site (default: all).", json_schema_extra=WHAT
        ),
    ] = None
    shown: Annotated[
        Literal["both", "painted", "patches"],
        Field(description="What is shown of a unit: painted pictures, patches, or these by turns."),
    ] = "both"
    seed: Annotated[int, Field(ge=0, description="The same seed asks the same questions.")] = 0
