"""log p(x) by importance sampling from the posterior."""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from pareidolia.generative.capabilities import HasDensity
from pareidolia.generative.measuring.decoding import LogLikelihood, fast_log_likelihood
from pareidolia.networks.devices import in_double

#: Numbers that the decoder may output at a time: what the processor's cache holds.
_AT_ONCE = 1 << 20
#: The share of the weight that is computed in float32.
_CARRIED = 0.95


@dataclass(frozen=True)
class LogEvidence:
    """Estimates of log p(x) in nats, one for each picture.

    Attributes:
        value: the logarithm of the mean weight, N, double. Low by half its squared error on average.
        error: its standard error by the delta method, N.
        effective: the effective sample size, (Σw)²/Σw², N; near 1 the estimate rests on a single code.
    """

    value: Tensor
    error: Tensor
    effective: Tensor


@torch.no_grad()
def importance_sampled(
    model: HasDensity,
    x: Tensor,
    samples: int,
    generator: torch.Generator,
    *,
    precision: Literal["float32", "mixed"] = "float32",
    at_once: int = _AT_ONCE,
) -> LogEvidence:
    """log p(x) ≈ log 1/k Σ p(x|z) p(z) / q(z|x), z from q(z|x) (Burda et al. 2016, equation 8).

    Each picture is encoded once. Pictures and samples are decoded in pieces of about `at_once` numbers, and
    their weights added as they come, so that memory does not grow with either.

    Args:
        model: the model.
        x: N×C×H×W, from `model.observe`.
        samples: k.
        generator: of the codes.
        precision: "mixed" decodes in bfloat16, and of each piece once more in float32 the codes that carry
            `_CARRIED` of its weight.
        at_once: numbers that the decoder may output at a time.

    Returns:
        The estimates.
    """
    size = x[0].numel()
    pictures = max(1, at_once // (size * samples))
    codes = max(1, min(samples, at_once // size))
    exact = fast_log_likelihood(model)
    rough = fast_log_likelihood(model, half=True) if precision == "mixed" else None
    found = []
    for part in torch.split(x, pictures):
        posterior = model.posterior(part)
        sums = _Weights(len(part), part.device)
        for start in range(0, samples, codes):
            z = posterior.sample(generator, min(codes, samples - start))
            ratio = model.log_prior(z) - posterior.log_prob(z)
            weights = (rough or exact)(part, z) + ratio
            if rough is not None:
                _mend(weights, exact, part, z, ratio)
            sums.add(weights)
        found.append(sums.evidence())
    return LogEvidence(*(torch.cat(each) for each in zip(*found, strict=True)))


def _mend(log_weights: Tensor, exact: LogLikelihood, x: Tensor, z: Tensor, ratio: Tensor) -> None:
    """Compute the log weights S×N that carry the estimate again; `ratio` is log p(z) − log q(z|x)."""
    shares, order = log_weights.softmax(0).sort(0, descending=True)
    heavy = shares.cumsum(0) - shares < _CARRIED
    picture = torch.arange(len(x), device=x.device).expand_as(order)[heavy]
    code = order[heavy]
    log_weights[code, picture] = exact(x[picture], z[code, picture]) + ratio[code, picture]


class _Weights:
    """Sums of weights and of their squares, scaled by the largest weight so far."""

    def __init__(self, pictures: int, device: torch.device) -> None:
        self._largest = in_double(torch.full((pictures,), -math.inf, device=device))
        self._sum = torch.zeros_like(self._largest)
        self._squares = torch.zeros_like(self._largest)
        self._count = 0

    def add(self, log_weights: Tensor) -> None:
        """Add S×N weights."""
        log_weights = in_double(log_weights)
        largest = torch.maximum(self._largest, log_weights.amax(0))
        shrunk = (self._largest - largest).exp()
        weights = (log_weights - largest).exp()
        self._sum = self._sum * shrunk + weights.sum(0)
        self._squares = self._squares * shrunk.square() + weights.square().sum(0)
        self._largest = largest
        self._count += len(log_weights)

    def evidence(self) -> tuple[Tensor, Tensor, Tensor]:
        """log mean weight, its standard error, effective sample size."""
        value = self._largest + self._sum.log() - math.log(self._count)
        effective = self._sum.square() / self._squares
        error = (1 / effective - 1 / self._count).clamp(min=0).sqrt()
        return value, error, effective
