"""What a generative model can do: small protocols, which `looking` and `measuring` use in place of classes.

    if isinstance(model, Encodes): ...

L is the length of a code z, N the number of pictures, C×H×W the shape of one.
"""

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from pareidolia.generative.gaussian import DiagonalGaussian
from pareidolia.generative.odes import Solver


@runtime_checkable
class Prior(Protocol):
    """A density or sampler of codes."""

    @property
    def latent(self) -> int:
        """L."""
        ...

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×L, on the generator's device."""
        ...


@runtime_checkable
class HasInverseCdf(Protocol):
    """A prior whose dimensions are independent: a grid on it has cells of equal probability."""

    def inverse_cdf(self, u: Tensor) -> Tensor:
        """…×L in (0, 1) → …×L."""
        ...


@runtime_checkable
class Decodes(Protocol):
    """Makes pictures of codes."""

    latent: int
    shape: tuple[int, int, int]

    def decode(self, z: Tensor) -> Tensor:
        """N×L → N×C×H×W in [0, 1]: the mean picture."""
        ...


@runtime_checkable
class Encodes(Protocol):
    """Finds codes of pictures."""

    def encode(self, pictures: Tensor) -> Tensor:
        """N×C×H×W in [0, 1] → N×L; the posterior's mean if there is a posterior.

        A model of which one code takes long has the attribute `encodes_slowly`: then looks encode a part of
        the pictures.
        """
        ...


@runtime_checkable
class HasPrior(Decodes, Protocol):
    """Decodes, and has a distribution of codes."""

    prior: Prior


@runtime_checkable
class Samples(Protocol):
    """Draws pictures by itself, with or without codes: an autoregressive model, a diffusion model."""

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×C×H×W in [0, 1], on the model's device, of chance from the generator alone."""
        ...


@runtime_checkable
class SolvesEquation(Protocol):
    """Makes pictures by solving an equation; how may be set anew."""

    solver: Solver
    guidance: float


@runtime_checkable
class Classifies(Protocol):
    """Was trained to classify too."""

    def classify(self, pictures: Tensor) -> Tensor:
        """N×C×H×W → N×K log-probabilities."""
        ...


@runtime_checkable
class HasDensity(HasPrior, Encodes, Protocol):
    """p(x) = ∫ p(x|z) p(z) dz with a posterior q(z|x) to estimate it through.

    The density is of what `observe` returns for a picture: the other three take that x.
    """

    def observe(self, pictures: Tensor, generator: torch.Generator) -> Tensor:
        """N×C×H×W in [0, 1] → x, N×C×H×W: binarised at random if the likelihood wants that, else the same."""
        ...

    def posterior(self, x: Tensor) -> DiagonalGaussian:
        """q(z|x), of N×L."""
        ...

    def log_likelihood(self, x: Tensor, z: Tensor) -> Tensor:
        """log p(x|z) in nats: x N×C×H×W, z …×N×L (any number of samples in front) → …×N."""
        ...

    def log_prior(self, z: Tensor) -> Tensor:
        """log p(z) in nats: …×L → …"""
        ...


@runtime_checkable
class HasLogProb(Protocol):
    """log p(x) without a posterior: a flow's, by its equation."""

    def observe(self, pictures: Tensor, generator: torch.Generator) -> Tensor:
        """N×C×H×W in [0, 1] → x, N×C×H×W: what the density is of."""
        ...

    def log_prob(self, x: Tensor, generator: torch.Generator, steps: int) -> Tensor:
        """log p(x) in nats: x N×C×H×W → N; an estimate by that many steps, right on average over chance."""
        ...
