"""Settings of operations that paint. No torch here."""

from typing import Annotated, Literal

from pydantic import Field

from pareidolia.settings import OperationSettings, Padding, Pooling
from pareidolia.settings.groups import ADVANCED, NETWORK

OptimizerName = Literal["adam", "lbfgs"]
_MOST_PIXELS_OF_LBFGS = 8_000_000  # its ten pairs and what it computes take 25 pictures

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


SeamlessOption = Annotated[
    Literal["x", "y", "both"] | None,
    Field(
        description="Where the picture repeats without a seam: x across, y down, both. Its sides there "
        "become multiples of the network's stride."
    ),
]


class PaintingSettings(OperationSettings):
    """How a canvas is painted."""

    optimizer: Annotated[
        OptimizerName | None,
        Field(
            description="What changes the pixels; lbfgs needs fewer steps, adam a fifth of the memory "
            "(default: lbfgs; adam at sizes above 8 megapixels, and for --match transport).",
            json_schema_extra=ADVANCED,
        ),
    ] = None
    learning_rate: Annotated[
        float | None,
        Field(
            gt=0,
            description="Size of a step (default: 1 for lbfgs, 0.05 for adam, 0.02 where adam is taken for "
            "its memory; pixels go from 0 to 1).",
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

    def optimizer_at(self, pixels: int) -> tuple[OptimizerName, float]:
        """The optimizer of a size and its learning rate: those given, or the defaults.

        Args:
            pixels: of the canvas.

        Returns:
            The optimizer and the size of a step.
        """
        if self.optimizer is None and pixels > _MOST_PIXELS_OF_LBFGS:
            return "adam", self.learning_rate or 0.02
        chosen = self.optimizer or "lbfgs"
        return chosen, self.learning_rate or {"lbfgs": 1.0, "adam": 0.05}[chosen]

    def averages_at(self, pixels: int) -> bool:
        """Whether a canvas of so many pixels is averaged: Adam that is taken for its memory leaves none."""
        return self.optimizer is not None or pixels <= _MOST_PIXELS_OF_LBFGS
