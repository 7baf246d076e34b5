"""A stage of a painting: so many steps at one size."""

from collections.abc import Callable
from dataclasses import dataclass

from pareidolia.painting.objectives import Objective
from pareidolia.painting.optimizers import MakeOptimizer
from pareidolia.painting.settings import OptimizerName
from pareidolia.pictures.wrapping import NOWHERE, Wrap


@dataclass(frozen=True)
class Stage:
    """Some steps at one size.

    Attributes:
        size: height and width of the canvas, in pixels.
        steps: how many steps.
        objective: makes the objective for that size; called when the stage begins.
        learning_rate: of the optimiser.
        optimizer: what changes the canvas; None takes the painting's.
        tile: side in pixels of the tiles in which the network sees the picture, for the same result in less
            memory; only for objectives that add over positions. None takes the whole.
        wrap: whether the picture repeats down and across; its sides there are multiples of all strides.
        averaged: whether the picture is averaged over the last steps, which takes one more in memory.
    """

    size: tuple[int, int]
    steps: int
    objective: Callable[[tuple[int, int]], Objective]
    learning_rate: float
    optimizer: OptimizerName | MakeOptimizer | None = None
    tile: int | None = None
    wrap: Wrap = NOWHERE
    averaged: bool = True

    @property
    def picture_size(self) -> tuple[int, int]:
        """Height and width of what people are shown of the canvas: all of it."""
        return self.size
