"""Settings of operations that paint. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.settings import OperationSettings, Padding, Pooling
from pareidolia.settings.groups import ADVANCED, NETWORK

OptimizerName = Literal["adam", "lbfgs"]
PoolingOption = Annotated[
    Pooling,
    Field(
        description="What the network pools with while painting; average is smoother.",
        json_schema_extra=NETWORK,
    ),
]
PaddingOption = Annotated[
    Padding,
    Field(
        description="What the network's convolutions see beyond the border; zeros paint a frame.",
        json_schema_extra=NETWORK,
    ),
]


class PaintingSettings(OperationSettings):
    """How a canvas is painted."""

    optimizer: Annotated[
        OptimizerName,
        Field(
            description="What changes the pixels; lbfgs needs fewer steps, adam is steadier on noisy aims.",
            json_schema_extra=ADVANCED,
        ),
    ] = "lbfgs"
    learning_rate: Annotated[
        float | None,
        Field(
            gt=0,
            description="Size of a step (default: 1 for lbfgs, 0.05 for adam; pixels go from 0 to 1).",
            json_schema_extra=ADVANCED,
        ),
    ] = None
    average: Annotated[
        float,
        Field(
            ge=0,
            lt=1,
            description="Decay of the average over steps that is the result; 0: the last step.",
            json_schema_extra=ADVANCED,
        ),
    ] = 0.5
    pooling: PoolingOption = "max"
    padding: PaddingOption = "replicate"

    @property
    def step_size(self) -> float:
        """The learning rate given, or the optimiser's own."""
        return self.learning_rate or {"lbfgs": 1.0, "adam": 0.05}[self.optimizer]
