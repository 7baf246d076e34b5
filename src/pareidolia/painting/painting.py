"""Painting: change a canvas, step by step, until a network sees what the objective describes."""

import copy
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Self

import torch
from torch import Tensor

from pareidolia.networks import Network, preserve_state
from pareidolia.networks.speed import fast_cpu
from pareidolia.painting.average import RunningAverage
from pareidolia.painting.canvas import Canvas
from pareidolia.painting.lbfgs import LBFGS
from pareidolia.painting.objectives import Gathered, ModelOutputs, Objective, joined
from pareidolia.painting.optimizers import MakeOptimizer, carry_moments, make_optimizer
from pareidolia.painting.settings import OptimizerName
from pareidolia.painting.tiling import Tiling
from pareidolia.painting.transforms import Transform, transformed
from pareidolia.pictures import size_of
from pareidolia.pictures.result import Result, ShowsItself
from pareidolia.pictures.wrapping import NOWHERE, Wrap, add_wrapped
from pareidolia.progress import Progress
from pareidolia.settings import PareidoliaError
from pareidolia.settings.default_networks import refuse_judge
from pareidolia.watching import watched


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


class Painting(ShowsItself):
    """A painting under way: an object that steps.

    Iterating steps to the end. Between two steps nothing is held: the network is as it was found, and
    `state_dict` holds all that a later process needs to continue to the same bytes.

    Args:
        network: sees the canvas.
        canvas: what is changed; stretched to the first stage's size if it has another.
        stages: sizes, steps and objectives, in order.
        optimizer: "adam", "lbfgs", or a callable that makes one of (values, learning rate).
        transforms: applied to the picture before each forward pass.
        average: decay of the running average of the canvas, which `picture` shows and from which the next
            stage begins. 0 takes the last canvas.
        seed: all randomness is a function of (seed, step).

    Raises:
        PareidoliaError: `network` is the one that judges pictures.
    """

    def __init__(
        self,
        network: Network,
        canvas: Canvas,
        stages: Sequence[Stage],
        *,
        optimizer: OptimizerName | MakeOptimizer = "adam",
        transforms: Sequence[Transform] = (),
        average: float = 0.0,
        seed: int = 0,
    ) -> None:
        refuse_judge(network.name)
        self.network = network
        self.canvas = canvas
        self.stages = tuple(stages)
        self.total = sum(stage.steps for stage in self.stages)
        self.index = 0
        self._optimizer_kind = optimizer
        self._transforms = tuple(transforms)
        self._seed = seed
        self._starts = list(accumulate((stage.steps for stage in self.stages[:-1]), initial=0))
        self._decay = average
        self._average = RunningAverage(average)
        self._objective: Objective | None = None
        self._tiles: Tiling | None = None
        self._optimizer: torch.optim.Optimizer | None = None
        self._known: dict[
            str, float
        ] = {}  # the canvas's losses, where the last step ended with looking at it

    def __iter__(self) -> Iterator[Progress]:
        while not self.finished:
            yield self.step()

    @property
    def finished(self) -> bool:
        """Whether all steps have been made."""
        return self.index >= self.total

    @property
    def stage(self) -> Stage:
        """The stage whose canvas is held: that of the last step made, or the first."""
        return self._stage_of(max(0, self.index - 1))

    @property
    def picture(self) -> Tensor:
        """The picture now, N×C×H×W in [0, 1], averaged over the last steps."""
        averaged = self._average.value
        with torch.no_grad():
            if averaged is None:
                return self.canvas.render(self.canvas.values).detach().clone()
            return self.canvas.render(averaged).detach()

    @property
    def caption(self) -> str:
        """In words, what there is to say of the picture, if anything."""
        return ""

    @property
    def result(self) -> Result:
        """The picture as it stands, with what there is to say of it and its numbers."""
        return Result(self.picture, self.caption, self.rows, self.record)

    def run(self, *, progress: bool = True) -> Self:
        """Step to the end.

        Args:
            progress: show how far it is: in a notebook the picture as it is painted, else lines on standard
                error.

        Returns:
            The painting itself.
        """
        for _ in watched(self) if progress else self:
            pass
        return self

    def step(self) -> Progress:
        """Make one step.

        Returns:
            The step.

        Raises:
            PareidoliaError: If all steps have been made, or the loss became NaN or infinite.
        """
        if self.finished:
            raise PareidoliaError(f"this painting has made all its {self.total} steps")
        stage = self._stage_of(self.index)
        if self.index in self._starts:
            self._begin(stage)
        objective, optimizer = self._tools(stage)
        with preserve_state(self.network.module), fast_cpu():
            losses = self._improve(objective, optimizer)
        self.canvas.project()
        self._average.update(self.canvas.values)
        self.index += 1
        if self.finished:
            self._optimizer = None  # a large picture needs its memory to be saved
        return Progress(
            self.index,
            self.total,
            f"size {self._stage_number} of {len(self.stages)}" if len(self.stages) > 1 else "",
            size=stage.size,
            losses=losses,
            share=self._share,
            preview=lambda: self.picture,
        )

    def state_dict(self) -> dict[str, Any]:
        """Everything that `load_state_dict` needs to continue to the same bytes: tensors and plain values."""
        state = {
            "index": self.index,
            "values": self.canvas.values.detach(),
            "average": self._average.state_dict(),
            "optimizer": None if self._optimizer is None else self._optimizer.state_dict(),
            "losses": self._known,
        }
        return copy.deepcopy(state)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`; the painting must have been made with the same arguments."""
        self.index = int(state["index"])
        if self.index == 0:
            return
        stage = self.stage
        if self.canvas.size != stage.size:
            self.canvas.continue_at(stage.size, self.canvas.values)
        self.canvas.hold(state["values"].to(self.network.device))
        self._average = RunningAverage(self._decay if stage.averaged else 0)
        self._average.load_state_dict(state["average"])
        self._objective, self._known = None, dict(state["losses"])
        if state["optimizer"] is not None:
            self._optimizer = self._optimizer_for(stage)
            self._optimizer.load_state_dict(state["optimizer"])

    def _stage_of(self, index: int) -> Stage:
        return self.stages[bisect_right(self._starts, index) - 1]

    @property
    def _stage_number(self) -> int:
        """The stage of the last step, from 1."""
        return bisect_right(self._starts, self.index - 1)

    @property
    def _share(self) -> float:
        """The share of all pixels to be looked at that have been; what a step costs goes with its pixels."""
        costs = [stage.size[0] * stage.size[1] for stage in self.stages]
        done = sum(
            cost * min(max(0, self.index - start), stage.steps)
            for cost, start, stage in zip(costs, self._starts, self.stages, strict=True)
        )
        return done / sum(cost * stage.steps for cost, stage in zip(costs, self.stages, strict=True))

    def _begin(self, stage: Stage) -> None:
        """Carry canvas and optimiser over to the stage's size."""
        before = self._optimizer
        averaged = self._average.value
        if self.canvas.size != stage.size:
            self.canvas.continue_at(stage.size, self.canvas.values if averaged is None else averaged)
        self._average = RunningAverage(self._decay if stage.averaged else 0)
        self._objective, self._known = None, {}
        self._optimizer = self._optimizer_for(stage)
        resample = self.canvas.resample_moments
        if before is not None and resample is not None:
            carry_moments(before, self._optimizer, lambda moments: resample(moments, stage.size))

    def _optimizer_for(self, stage: Stage) -> torch.optim.Optimizer:
        kind = stage.optimizer or self._optimizer_kind
        varies = bool(self._transforms)
        return make_optimizer(kind, self.canvas.values, stage.learning_rate, varies=varies)

    def _tools(self, stage: Stage) -> tuple[Objective, torch.optim.Optimizer]:
        if self._objective is None:
            self._objective = stage.objective(stage.size)
        if self._optimizer is None:
            raise PareidoliaError("this painting has no optimiser: its state was not loaded whole")
        return self._objective, self._optimizer

    def _improve(self, objective: Objective, optimizer: torch.optim.Optimizer) -> dict[str, float]:
        """Make a step of the optimiser; the losses that it began with."""
        looks: list[dict[str, float]] = []

        def closure() -> float:
            optimizer.zero_grad()
            self.canvas.project()
            looks.append(self._look(objective))
            return sum(looks[-1].values())

        optimizer.step(closure)
        optimizer.zero_grad()  # a gradient held until the next step would be one more picture in memory
        began = self._known or looks[0]
        self._known = looks[-1] if isinstance(optimizer, LBFGS) and optimizer.looks_ahead else {}
        return began

    def _look(self, objective: Objective) -> dict[str, float]:
        """The losses of the canvas; its gradient is computed."""
        return self._look_at(self.canvas.values, objective)

    def _look_at(self, values: Tensor, objective: Objective) -> dict[str, float]:
        """The losses of the picture that `values` represent; their gradient is computed."""
        picture = self.canvas.render(values)
        shown = transformed(picture, self._transforms, self._seed, self.index)
        tiling = self._tiling(objective, shown)
        if tiling is not None and len(tiling) == 1:
            (tile,) = tiling  # the whole of a picture that repeats, seen with what comes in around it
            crop = tile.cropped(shown)
            seen = tile.activations(self.network.record(crop, objective.layers)) if objective.layers else {}
            return self._send_back(objective, ModelOutputs(crop, seen, step=self.index, tile=tile))
        if tiling is not None:
            # If the whole is too large for one forward pass, there is no memory for two pictures either.
            del picture
            losses, gradient = self._look_in_tiles(objective, shown.detach(), tiling)
            if shown is values:  # autograd would hold the gradient twice
                values.grad = gradient
                return losses
            edge = torch.autograd.graph.get_gradient_edge(shown)
            del shown
            torch.autograd.backward(edge, gradient)
            return losses
        # Channels last: on a CPU the first convolutions run up to three times as fast as in NCHW.
        shown = shown.contiguous(memory_format=torch.channels_last)
        layers = objective.layers
        activations = self.network.record(shown, layers) if layers else {}
        logits = self.network(shown) if objective.needs_logits else None
        for outputs in (*activations.values(), *(() if logits is None else (logits,))):
            self.network.check_gradient(outputs)
        return self._send_back(objective, ModelOutputs(picture, activations, logits, self.index))

    def _tiling(self, objective: Objective, picture: Tensor) -> Tiling | None:
        """The tiles of a picture; None if the network sees it whole, or one tile would hold it."""
        stage = self._stage_of(self.index)
        side, wrap = stage.tile, stage.wrap
        if side is None and not any(wrap):
            return None
        if any(wrap) and objective.needs_logits:
            raise PareidoliaError(
                "class scores see a picture with its borders: leave out classes, or --seamless"
            )
        if side is not None and not objective.adds_over_positions:
            raise PareidoliaError(
                "only aims that add up over a layer's positions can be tiled: leave out classes, or --tile"
            )
        if self._tiles is None or self._tiles.size != size_of(picture):
            size, names = size_of(picture), tuple(sorted(objective.layers))
            self._tiles = Tiling(self.network, size, names, side or max(size), wrap)
        return self._tiles if len(self._tiles) > 1 or any(wrap) else None

    def _look_in_tiles(
        self, objective: Objective, whole: Tensor, tiling: Tiling
    ) -> tuple[dict[str, float], Tensor]:
        """The losses of a picture and its gradient, tile by tile: one tile's activations are in memory."""
        if objective.gathers:
            gathered: Gathered = {}
            for tile, seen in tiling.seen(whole, objective.gathers):
                one = ModelOutputs(tile.cropped(whole), seen, step=self.index, tile=tile)
                with torch.no_grad():
                    gathered = joined(gathered, objective.gathered(one))
            objective = objective.knowing(gathered)
        gradient = torch.zeros_like(whole, memory_format=torch.contiguous_format)
        losses: dict[str, float] = {}
        for tile in tiling:
            crop = tile.cropped(whole).requires_grad_(True)
            seen = tile.activations(self.network.record(crop, objective.layers))
            parts = self._send_back(objective, ModelOutputs(crop, seen, step=self.index, tile=tile))
            if crop.grad is not None:
                add_wrapped(gradient, *tile.crop, crop.grad)
            losses = {name: losses.get(name, 0.0) + part for name, part in parts.items()}
        return losses, gradient

    def _send_back(self, objective: Objective, seen: ModelOutputs) -> dict[str, float]:
        """The losses of one forward pass, whose gradient is sent back to its input."""
        parts = objective.losses(seen)
        loss = torch.stack(list(parts.values())).sum()
        # Before the canvas is touched, so that the last good picture can still be saved.
        if not math.isfinite(loss.item()):
            fault = (
                "; try a smaller learning rate"
                if self.index
                else f": what {self.network.name} gives for the first picture is not a number"
            )
            raise PareidoliaError(f"the loss became NaN or infinite at step {self.index + 1}{fault}")
        self.network.backward(loss)
        return {name: part.item() for name, part in parts.items()}
