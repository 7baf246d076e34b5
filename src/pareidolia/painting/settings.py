"""Settings of operations that paint. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.settings import OperationSettings


class PaintingSettings(OperationSettings):
    """How a canvas is painted."""

    optimizer: Annotated[
        Literal["adam", "lbfgs"], Field(description="What changes the pixels; lbfgs suits few, large steps.")
    ] = "adam"
    learning_rate: Annotated[
        float, Field(gt=0, description="Size of a step; a pixel reaches from 0 to 1.")
    ] = 0.02
    average: Annotated[
        float,
        Field(ge=0, lt=1, description="Decay of the running average that is shown; 0 shows the last step."),
    ] = 0.9
    pooling: Annotated[
        Literal["max", "average", "l2"],
        Field(description="What the network pools with while painting; average is smoother."),
    ] = "max"
    padding: Annotated[
        Literal["zeros", "reflect", "replicate"],
        Field(description="What the network's convolutions see beyond the border; zeros paint a frame."),
    ] = "replicate"
