"""Rectified flow (Liu et al. 2023; Lipman et al. 2023): noise goes to pictures on almost straight lines.

A picture x₁ and noise x₀ ~ N(0, 1), drawn without regard to each other, are joined by the line
x_t = (1 − t) x₀ + t x₁. A network learns the mean direction of the lines through a point,
v(x, t) = E[x₁ − x₀ | x_t = x], by squared error. The solutions of dx/dt = v(x, t) then carry N(0, 1) at
t = 0 to the pictures at t = 1: forwards they sample, backwards they find the noise of a picture, and the
divergence of v along them gives log p(x). The noise is as large as the picture: nothing of it is lost.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.autoencoder import squared_error
from pareidolia.generative.capabilities import Prior
from pareidolia.generative.conditions import WithLabel, known_labels
from pareidolia.generative.likelihoods import LEVELS, dequantized
from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.networks import Shape
from pareidolia.generative.odes import Solver, Velocity, random_signs
from pareidolia.generative.priors import StandardNormal
from pareidolia.generative.settings import FlowSettings
from pareidolia.generative.unet import UNet
from pareidolia.training import Batch, Losses, Phase, StepContext

_PIXELS_A_PATCH = 14


class RectifiedFlow(GenerativeModel[FlowSettings]):
    """A rectified flow. Can: Encodes, HasPrior (Decodes), HasLogProb.

    A code is the noise that a picture begins as, L = C·H·W. With labels "condition" the label's one-hot
    vector is part of the code, as its last numbers. A code without a label (all 0) is of pictures of any
    label, and that is what `encode` gives. `solver`, how the equation is solved, and `guidance`, how much
    more than in the data pictures are to look like their label, begin as the settings have them and may be
    set anew.

    Args:
        settings: see `FlowSettings`.
        shape: C, H, W of the pictures.
        classes: number of classes of the data.

    Raises:
        PareidoliaError: If labels are to be the condition and there are fewer than two.
    """

    def __init__(self, settings: FlowSettings, shape: Shape, classes: int = 0) -> None:
        super().__init__(settings, shape, classes)
        self.conditions = known_labels(settings.labels, classes)
        noise = StandardNormal(shape[0] * shape[1] * shape[2])
        self.prior: Prior = WithLabel(noise, self.conditions) if self.conditions else noise
        self.latent = self.prior.latent
        patch = settings.patch or (1 if min(shape[1:]) < _PIXELS_A_PATCH else 2)
        self.network = UNet(shape, settings.width, settings.blocks, patch, self.conditions)
        self.solver = Solver(settings.solver, settings.steps)
        self.guidance = settings.guidance
        self.encodes_slowly = True

    def velocity(self, labels: Tensor | None = None) -> Velocity:
        """v(x, t) of pictures with these labels, guided.

        With guidance g it is v(x, t | no label) + g (v(x, t | label) − v(x, t | no label)) (Ho and Salimans
        2022).

        Args:
            labels: N×K one-hot, or 0 for no label; None: no labels.

        Returns:
            The velocity of N×C×H×W in [-1, 1].
        """

        def plain(x: Tensor, time: float, labels: Tensor | None = labels) -> Tensor:
            found: Tensor = self.network(x, x.new_full((len(x),), time), labels)
            return found

        def guided(x: Tensor, time: float) -> Tensor:
            assert labels is not None
            both = plain(torch.cat([x, x]), time, torch.cat([labels, torch.zeros_like(labels)]))
            with_label, without = both.chunk(2)
            return torch.lerp(without, with_label, self.guidance)

        return plain if self.guidance == 1 or labels is None or not bool(labels.any()) else guided

    def decode(self, z: Tensor) -> Tensor:
        """N×L → N×C×H×W in [0, 1], by solving from t = 0 to 1."""
        noise, labels = z, None
        if isinstance(self.prior, WithLabel):
            noise, labels = self.prior.split(z)
            # Between two one-hot vectors a great circle bulges outwards.
            labels = labels.clamp(min=0) / labels.clamp(min=0).sum(1, keepdim=True).clamp(min=1)
        x = self.solver.solve(self.velocity(labels), noise.reshape(-1, *self.shape), 0.0, 1.0)
        return (((x + 1) / 2 * LEVELS - 0.5) / (LEVELS - 1)).clamp(0, 1)

    def encode(self, pictures: Tensor) -> Tensor:
        """N×C×H×W in [0, 1] → N×L, by solving from t = 1 back to 0, without a label."""
        x = 2 * dequantized(pictures, 0.5) - 1
        noise = self.solver.solve(self.velocity(), x, 1.0, 0.0).flatten(1)
        return F.pad(noise, (0, self.conditions))

    def observe(self, pictures: Tensor, generator: torch.Generator) -> Tensor:
        """Pictures N×C×H×W with noise as wide as one of 256 levels: in [0, 1), and with a density."""
        drawn = torch.rand(pictures.shape, generator=generator, device=generator.device)
        return dequantized(pictures, drawn.to(pictures))

    def log_prob(self, x: Tensor, generator: torch.Generator, steps: int) -> Tensor:
        """log p(x) in nats of values in [0, 1], of any label, by Heun's method.

        Args:
            x: N×C×H×W, from `observe`.
            generator: of the probes that estimate the divergence; the mean over them is right.
            steps: of the method.

        Returns:
            N.
        """
        return self.log_prob_by(x, random_signs(1, x, generator), Solver("heun", steps))

    def log_prob_by(self, x: Tensor, probes: Tensor, solver: Solver) -> Tensor:
        """The same with probes P×N×C×H×W (see `odes.divergence`), and another solver."""
        places = 2 * x - 1
        noise, change = solver.solve_with_divergence(self.velocity(), places, 1.0, 0.0, probes)
        numbers = noise.flatten(1)
        # Values in [0, 1] lie twice as dense as those in [-1, 1].
        stretched = numbers.shape[1] * torch.log(torch.tensor(2.0, dtype=x.dtype, device=x.device))
        return StandardNormal(numbers.shape[1]).log_prob(numbers) + change + stretched

    def phases(self) -> Sequence[Phase]:
        """One: the velocity."""
        return [Phase("velocity", self.parameters(), self.loss)]

    def loss(self, batch: Batch, context: StepContext) -> Losses:
        """Squared error of the velocity, summed over pixels (Liu et al. 2023, equation 1)."""
        x = 2 * dequantized(batch.pictures, context.uniform(*self.shape)) - 1
        noise = context.normal(*self.shape)
        time = self._times(context)
        between = torch.lerp(noise, x, time[:, None, None, None])
        found = self.network(between, time, self._labels(batch, context))
        return Losses(squared_error(found, x - noise))

    def _times(self, context: StepContext) -> Tensor:
        """Times in (0, 1), N."""
        if self.settings.times == "uniform":
            return context.uniform()
        return context.normal().sigmoid()

    def _labels(self, batch: Batch, context: StepContext) -> Tensor | None:
        """One-hot labels, some of them left out so that the network learns to do without."""
        if not self.conditions or batch.labels is None:
            return None
        known = (batch.labels >= 0) & (context.uniform() >= self.settings.unlabeled)
        return F.one_hot(batch.labels.clamp(min=0), self.conditions).float() * known[:, None]
