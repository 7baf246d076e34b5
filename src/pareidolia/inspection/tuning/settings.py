"""Settings of Hubel and Wiesel's experiment. No torch here."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pareidolia.settings import NetworkSettings, UnitNumbers

ColorName = Literal["gray", "red-green", "blue-yellow"]


class TuningSettings(NetworkSettings):
    """Show drifting gratings and bars to a layer's units, as Hubel and Wiesel did to a cat's."""

    layer: Annotated[
        str | None,
        Field(
            description="The layer, as `pareidolia networks NAME` lists them (default: the first rectifier)."
        ),
    ] = None
    units: Annotated[
        UnitNumbers | None,
        Field(
            min_length=1,
            description="The units drawn one by one, as in 0-15 or 3 20-24 (default: the first 16). The map "
            "shows all.",
        ),
    ] = None
    orientations: Annotated[
        int, Field(ge=6, le=180, description="Orientations shown, evenly over 180 degrees.")
    ] = 18
    frequencies: Annotated[
        int, Field(ge=3, le=64, description="Spatial frequencies shown, evenly on a logarithmic scale.")
    ] = 8
    lowest_frequency: Annotated[
        float | None,
        Field(
            gt=0, lt=0.5, description="In cycles a pixel (default: a cycle a receptive field, at most 0.04)."
        ),
    ] = None
    highest_frequency: Annotated[
        float, Field(gt=0, le=0.5, description="In cycles a pixel; at 0.5 black and white pixels alternate.")
    ] = 0.45
    phases: Annotated[
        int, Field(ge=4, le=64, description="Steps in which a grating drifts through one cycle.")
    ] = 8
    diameters: Annotated[
        int, Field(ge=3, le=64, description="Round gratings shown for size tuning, from small to whole.")
    ] = 8
    positions: Annotated[
        int, Field(ge=4, le=64, description="Steps in which a bar sweeps over the receptive field.")
    ] = 16
    contrast: Annotated[
        float, Field(gt=0, le=1, description="Of gratings and bars on mid-grey; 1 goes from black to white.")
    ] = 1.0
    color: Annotated[ColorName, Field(description="The colours between which gratings and bars change.")] = (
        "gray"
    )

    @model_validator(mode="after")
    def _frequencies_rise(self) -> Self:
        if self.lowest_frequency is not None and self.lowest_frequency >= self.highest_frequency:
            raise ValueError(
                f"the lowest frequency, {self.lowest_frequency:g}, must be below the highest, "
                f"{self.highest_frequency:g}"
            )
        return self
