"""Settings of invariance. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.settings import NetworkSettings

Border = Literal["reflect", "mean"]


class InvarianceSettings(NetworkSettings):
    """Shift, enlarge and turn photos: how far do activations move (Zeiler and Fergus 2014, figure 5)?"""

    layers: Annotated[
        tuple[str, ...] | None,
        Field(
            min_length=1,
            max_length=8,
            description="Layers, as `pareidolia networks NAME` lists them (default: a shallow and a deep "
            "one).",
        ),
    ] = None
    shift: Annotated[
        float, Field(gt=0, le=1, description="Largest shift up and down, as a share of the picture's height.")
    ] = 0.25
    scale: Annotated[float, Field(gt=1, le=8, description="Largest enlargement.")] = 1.8
    turn: Annotated[float, Field(gt=0, le=360, description="Largest turn, counter-clockwise in degrees.")] = (
        360.0
    )
    steps: Annotated[
        int,
        Field(
            ge=4,
            le=180,
            multiple_of=2,
            description="Steps of shift and of scale, an even number; turns have twice as many.",
        ),
    ] = 12
    border: Annotated[
        Border,
        Field(
            description="What comes in from outside the photo: its reflection, or its mean colour, which "
            "draws an edge."
        ),
    ] = "reflect"
