"""Likelihoods p(x|z): what a decoder's outputs mean for a picture.

Each is a module with `numbers` decoder outputs a pixel value. Sums run over the pixels, means are left to
the batch: a mean over pixels beside a KL summed over latents is a classic mistake, since it scales the KL
by the number of pixels.
"""

import math
from collections.abc import Callable
from typing import Literal, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.generative.gaussian import LOG_TWO_PI

Mean = Callable[[Tensor], Tensor]
LEVELS = 256
"""Values that a picture's pixel can have."""


def dequantized(pictures: Tensor, within: Tensor | float) -> Tensor:
    """Pictures of 256 levels in [0, 1] as places in [0, 1), level k between k/256 and (k + 1)/256.

    With `within` uniform the discrete pictures have a density, and E log p − D log 256 is a bound on the log
    probability of the levels (Theis et al. 2016, section 3.1).

    Args:
        pictures: N×C×H×W in [0, 1].
        within: where in its level each value lies, in [0, 1).

    Returns:
        N×C×H×W.
    """
    return (pictures * (LEVELS - 1) + within) / LEVELS


class Likelihood(Protocol):
    """What a VAE needs of its likelihood; raw is …×N×(numbers·C)×H×W."""

    numbers: int

    def observe(self, pictures: Tensor, uniform: Callable[[], Tensor]) -> Tensor:
        """The x that the likelihood is of; `uniform` returns numbers in [0, 1) of the pictures' shape."""
        ...

    def log_prob(self, x: Tensor, raw: Tensor) -> Tensor:
        """log p(x|z) in nats, …×N."""
        ...

    def training_log_prob(self, x: Tensor, raw: Tensor, mean: Mean) -> Tensor:
        """The same while training; `mean` averages N×… over the batch."""
        ...

    def picture(self, raw: Tensor) -> Tensor:
        """The mean picture in [0, 1]."""
        ...

    def bias(self, mean: Tensor) -> Tensor:
        """Outputs (numbers·C)×H×W that stand for the mean picture C×H×W."""
        ...


class Bernoulli(nn.Module):
    """Each pixel is on with the probability whose logit is the decoder's output.

    With binarize "no" x keeps its grey values. Then exp(log_prob) does not integrate to one over [0, 1]: it
    is cross-entropy, not a density and not a bound on anything; published figures need "dynamic" (or fixed)
    pixels.
    """

    numbers = 1

    def __init__(self, binarize: Literal["dynamic", "threshold", "no"] = "dynamic") -> None:
        super().__init__()
        self.binarize = binarize

    def observe(self, pictures: Tensor, uniform: Callable[[], Tensor]) -> Tensor:
        """Pixels of 0 and 1, or the grey values."""
        if self.binarize == "no":
            return pictures
        bar = uniform() if self.binarize == "dynamic" else 0.5
        return (pictures > bar).to(pictures.dtype)

    def log_prob(self, x: Tensor, raw: Tensor) -> Tensor:
        """x log p + (1 − x) log(1 − p), on logits: probabilities would round to 0 and 1."""
        losses = F.binary_cross_entropy_with_logits(raw, x.expand_as(raw), reduction="none")
        return -losses.flatten(-3).sum(-1)

    def training_log_prob(self, x: Tensor, raw: Tensor, mean: Mean) -> Tensor:
        return self.log_prob(x, raw)

    def picture(self, raw: Tensor) -> Tensor:
        return raw.sigmoid()

    def bias(self, mean: Tensor) -> Tensor:
        return mean.clamp(1e-3, 1 - 1e-3).logit()


class Gaussian(nn.Module):
    """N(decoder's output, σ²) with one σ for all pixels: a density, in nats of values in [0, 1].

    σ "learned" is a parameter. "optimal" is the root mean squared error of each batch while training, the
    best σ there is for it (Rybkin et al. 2021, σ-VAE), and its running mean afterwards.
    """

    numbers = 1
    SMALLEST = 1 / 256
    MOMENTUM = 0.01

    def __init__(self, sigma: Literal["optimal", "learned"] = "optimal") -> None:
        super().__init__()
        self.sigma = sigma
        start = torch.tensor(math.log(0.25))
        if sigma == "learned":
            self.log_sigma = nn.Parameter(start)
        else:
            self.register_buffer("log_sigma", start)

    def observe(self, pictures: Tensor, uniform: Callable[[], Tensor]) -> Tensor:
        return pictures

    def log_prob(self, x: Tensor, raw: Tensor) -> Tensor:
        log_sigma = self.log_sigma.clamp(min=math.log(self.SMALLEST))
        return self._log_prob((x - raw).square(), log_sigma)

    def training_log_prob(self, x: Tensor, raw: Tensor, mean: Mean) -> Tensor:
        if self.sigma == "learned":
            return self.log_prob(x, raw)
        squares = (x - raw).square()
        # At the best σ the derivative by σ is zero, so no gradient needs to pass through it; and none may, if
        # devices share a batch: each one's own part of that derivative is not zero.
        with torch.no_grad():
            best = 0.5 * mean(squares.flatten(-3).mean(-1).reshape(-1)).log()
            best = best.clamp(min=math.log(self.SMALLEST))
            self.log_sigma.lerp_(best.to(self.log_sigma), self.MOMENTUM)
        return self._log_prob(squares, best)

    def _log_prob(self, squares: Tensor, log_sigma: Tensor) -> Tensor:
        logs = -0.5 * (squares * torch.exp(-2 * log_sigma) + LOG_TWO_PI) - log_sigma
        return logs.flatten(-3).sum(-1)

    def picture(self, raw: Tensor) -> Tensor:
        return raw.clamp(0, 1)

    def bias(self, mean: Tensor) -> Tensor:
        return mean


class DiscretizedLogistic(nn.Module):
    """Probabilities of 256 levels under a logistic density (Kingma et al. 2016; Salimans et al. 2017).

    The decoder's outputs are a mean and a log scale a value; the outermost levels take the tails. Since it is
    a probability, nats / (C·H·W·ln 2) are bits a dimension.
    """

    numbers = 2
    _HALF = 0.5 / 255

    def observe(self, pictures: Tensor, uniform: Callable[[], Tensor]) -> Tensor:
        return (pictures * 255).round() / 255

    def log_prob(self, x: Tensor, raw: Tensor) -> Tensor:
        mean, log_scale = self._split(raw)
        steepness = torch.exp(-log_scale)
        upper = (x - mean + self._HALF) * steepness
        lower = (x - mean - self._HALF) * steepness
        # log(σ(u) − σ(l)) with u − l = d: log σ(u) + log σ(−l) + log(1 − e^(−d)), which does not cancel.
        gap = torch.log(-torch.expm1(-2 * self._HALF * steepness))
        inside = F.logsigmoid(upper) + F.logsigmoid(-lower) + gap
        logs = torch.where(x < self._HALF, F.logsigmoid(upper), inside)
        logs = torch.where(x > 1 - self._HALF, F.logsigmoid(-lower), logs)
        return logs.flatten(-3).sum(-1)

    def training_log_prob(self, x: Tensor, raw: Tensor, mean: Mean) -> Tensor:
        return self.log_prob(x, raw)

    def picture(self, raw: Tensor) -> Tensor:
        return self._split(raw)[0].clamp(0, 1)

    def bias(self, mean: Tensor) -> Tensor:
        return torch.cat([mean, torch.full_like(mean, -2.5)])

    def _split(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_scale = raw.chunk(2, dim=-3)
        return mean, log_scale.clamp(-7, 3)
