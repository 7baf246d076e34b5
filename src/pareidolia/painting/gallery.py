"""A gallery: many pictures painted at once, each with an objective of its own."""

import warnings
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from pareidolia.backward import BackwardWarning, redirected
from pareidolia.networks import Network, preserve_state
from pareidolia.painting.canvas import Canvas, FourierCanvas
from pareidolia.painting.natural import PhaseCanvas
from pareidolia.painting.objectives import Each, Objective
from pareidolia.painting.optimizers import MakeOptimizer
from pareidolia.painting.painting import Painting
from pareidolia.painting.settings import OptimizerName
from pareidolia.painting.stage import Stage
from pareidolia.painting.transforms import ROBUST, Transform
from pareidolia.pictures import luminance
from pareidolia.randomness import step_generator
from pareidolia.settings import PareidoliaError

Start = Callable[[int], Canvas]


class Gallery(Painting):
    """Pictures painted side by side, in one forward and backward pass a step, each with its own objective.

    Every picture comes out as if it were painted alone, since objectives sum over their batch and Adam
    changes each number by itself. All see the same transforms, and begin from the same canvas.

    A picture is *silent* if its objective has no gradient, as for a unit whose rectifier is closed
    everywhere. Silent pictures try other, louder starts; while one is still silent, it follows a gradient
    that passes closed rectifiers (`pareidolia.backward.redirected`).

    Args:
        network: sees the pictures.
        objectives: one for each picture, or for each `copies` pictures in a row.
        stages: pairs of a size (height, width) and a number of steps.
        copies: pictures of each objective.
        start: makes the canvas of `copies` pictures, of the first size, for attempt 0, 1, …; Fourier noise if
            None.
        attempts: how many starts a silent picture may try.
        learning_rate: of the optimiser, in all stages or in each.
        optimizer: as for `Painting`.
        transforms: as for `Painting`.
        average: as for `Painting`.
        seed: as for `Painting`.
        at_once: the most pictures in one forward pass; fewer take less memory, with the same result.

    Raises:
        PareidoliaError: If there are no objectives.
    """

    def __init__(
        self,
        network: Network,
        objectives: Sequence[Objective],
        stages: Sequence[tuple[tuple[int, int], int]],
        *,
        copies: int = 1,
        start: Start | None = None,
        attempts: int = 3,
        learning_rate: float | Sequence[float] = 0.05,
        optimizer: OptimizerName | MakeOptimizer = "adam",
        transforms: Sequence[Transform] = ROBUST,
        average: float = 0.0,
        seed: int = 0,
        at_once: int = 32,
    ) -> None:
        if not objectives:
            raise PareidoliaError("there is nothing to paint: name at least one aim")
        self.objectives = tuple(objectives)
        self.copies = copies
        self._at_once = max(1, at_once // copies)
        start = start or fourier_noise(stages[0][0], seed, copies)
        canvas = start(0)
        canvas.hold(_repeated(canvas.values, len(self.objectives)).to(network.device))
        whole = Each(self.objectives)
        rates = [learning_rate] * len(stages) if isinstance(learning_rate, float) else learning_rate
        super().__init__(
            network,
            canvas,
            [
                Stage(size, steps, lambda _: whole, rate)
                for (size, steps), rate in zip(stages, rates, strict=True)
            ],
            optimizer=optimizer,
            transforms=transforms,
            average=average,
            seed=seed,
        )
        #: For each picture, how many starts it tried.
        self.starts = self._choose_starts(start, attempts)

    @property
    def pictures(self) -> Tensor:
        """The pictures now, N×C×H×W in [0, 1]; `picture` is what is saved, which may be a sheet of them.

        They are grey where the network sees no colors: those of the canvas would be left to chance.
        """
        painted = super().picture
        if self.network.input_shape[0] == 1 and painted.shape[1] == 3:
            return luminance(painted).expand(-1, 3, -1, -1)
        return painted

    def silent(self) -> list[bool]:
        """For each picture as it is now, whether its objective has no gradient."""
        with preserve_state(self.network.module):
            _, gradient = self._look_in_parts(range(len(self.objectives)))
        return _vanishing(gradient).tolist()

    def _choose_starts(self, start: Start, attempts: int) -> list[int]:
        """Give silent pictures other starts, or the first if all are silent; returns the number of tries."""
        first = self.canvas.values.detach().clone()
        tried = torch.ones(len(first), dtype=torch.long)
        silent = torch.tensor(self.silent())
        for attempt in range(1, attempts):
            if not silent.any():
                break
            another = _repeated(start(attempt).values, len(self.objectives)).to(first)
            self._exchange(silent, another)
            tried[silent] = attempt + 1
            silent = torch.tensor(self.silent())
        self._exchange(silent, first)
        return tried.tolist()

    def _exchange(self, places: Tensor, others: Tensor) -> None:
        """Copy the values of some pictures (N booleans) from `others`."""
        values = self.canvas.values.detach().clone()
        values[places] = others[places]
        self.canvas.hold(values)

    def _look(self, objective: Objective) -> dict[str, float]:
        losses, gradient = self._look_in_parts(range(len(self.objectives)))
        self._wake(gradient)
        self.canvas.values.grad = gradient
        return losses

    def _wake(self, gradient: Tensor) -> None:
        """Fill in the redirected gradient for each picture whose `gradient` vanishes."""
        silent = _vanishing(gradient)
        groups = sorted({index // self.copies for index in silent.nonzero().flatten().tolist()})
        if groups:
            with warnings.catch_warnings(), redirected(self.network.module):
                # Activations written by hand stay closed, as with the plain gradient.
                warnings.simplefilter("ignore", BackwardWarning)
                _, led = self._look_in_parts(groups)
            gradient[silent] = led[silent]

    def _look_in_parts(self, groups: Sequence[int]) -> tuple[dict[str, float], Tensor]:
        """The losses of the pictures of some objectives, and the gradient of all (zero for the others)."""
        values = self.canvas.values.detach()
        gradient = torch.zeros_like(values)
        losses: dict[str, float] = {}
        for first in range(0, len(groups), self._at_once):
            part = groups[first : first + self._at_once]
            places = [group * self.copies + copy for group in part for copy in range(self.copies)]
            leaf = values[places].requires_grad_(True)
            objective = Each([self.objectives[group] for group in part])
            for name, loss in self._look_at(leaf, objective).items():
                losses[name] = losses.get(name, 0.0) + loss
            if leaf.grad is not None:
                gradient[places] = leaf.grad
        return losses, gradient


def fourier_noise(size: tuple[int, int], seed: int, copies: int = 1, decay: float = 1.2) -> Start:
    """Starts of Fourier noise: a function of (seed, attempt), each attempt six times as loud as the last.

    A decay a little above lucid's 1 makes large shapes appear before fine ones.

    Args:
        size: height and width in pixels.
        seed: of the noise.
        copies: number of pictures in the canvas.
        decay: frequencies are scaled by 1/frequency^decay.

    Returns:
        A function of the attempt.
    """

    def start(attempt: int) -> Canvas:
        noise, deviation = step_generator(seed, attempt), 0.01 * 6**attempt
        return FourierCanvas.noise(size, noise, count=copies, deviation=deviation, decay=decay)

    return start


def alike(start: Start, count: int) -> Start:
    """Make a start for several pictures that begin alike.

    Args:
        start: makes a canvas of one picture.
        count: number of copies of it.

    Returns:
        A start whose canvas holds that picture `count` times. Painting then changes the copies by their
            objectives alone.
    """

    def started(attempt: int) -> Canvas:
        canvas = start(attempt)
        canvas.hold(_repeated(canvas.values, count))
        return canvas

    return started


def phase_noise(size: tuple[int, int], seed: int, copies: int = 1) -> Start:
    """Starts of uniform phases and natural magnitudes: a function of (seed, attempt).

    Args:
        size: height and width in pixels.
        seed: of the phases.
        copies: number of pictures in the canvas.

    Returns:
        A function of the attempt.
    """
    return lambda attempt: PhaseCanvas.noise(size, step_generator(seed, attempt), count=copies)


def _repeated(values: Tensor, times: int) -> Tensor:
    return values.detach().repeat(times, *[1] * (values.dim() - 1))


def _vanishing(gradient: Tensor) -> Tensor:
    return ~gradient.flatten(1).any(dim=1)
