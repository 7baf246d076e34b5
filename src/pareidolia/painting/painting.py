"""Painting: change a canvas, step by step, until a network sees what the objective describes."""

import copy
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Self

import torch
from torch import Tensor

from pareidolia.networks import Network, preserve_state
from pareidolia.networks.speed import fast_cpu
from pareidolia.painting.average import RunningAverage
from pareidolia.painting.canvas import Canvas
from pareidolia.painting.lbfgs import LBFGS
from pareidolia.painting.looking import Looking
from pareidolia.painting.objectives import Objective
from pareidolia.painting.optimizers import MakeOptimizer, carry_moments, make_optimizer
from pareidolia.painting.settings import OptimizerName
from pareidolia.painting.stage import Stage
from pareidolia.painting.transforms import Transform
from pareidolia.pictures.result import Result, ShowsItself
from pareidolia.progress import Progress
from pareidolia.settings import PareidoliaError
from pareidolia.settings.default_networks import refuse_judge
from pareidolia.watching import watched


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
        self._varies = bool(transforms)
        self._looking = Looking(network, canvas, transforms, seed)
        self._starts = list(accumulate((stage.steps for stage in self.stages[:-1]), initial=0))
        self._decay = average
        self._average = RunningAverage(average)
        self._objective: Objective | None = None
        self._optimizer: torch.optim.Optimizer | None = None
        #: The canvas's losses, where the last step ended with looking at it.
        self._known: dict[str, float] = {}

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
            size=stage.picture_size,
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
        return make_optimizer(kind, self.canvas.values, stage.learning_rate, varies=self._varies)

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
        return self._looking.look(values, objective, self._stage_of(self.index), self.index)
