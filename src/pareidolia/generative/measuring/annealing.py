"""log p(x) by annealed importance sampling, from below and, for pictures the model drew, from above."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.generative.bound import importance_weighted
from pareidolia.generative.capabilities import HasDensity
from pareidolia.generative.measuring.hamiltonian import LogDensity, hamiltonian_step
from pareidolia.networks.devices import in_double

#: The share of accepted moves that adaptation aims at.
_ACCEPTED = 0.65
_FASTER, _SLOWER = 1.02, 0.98
_PILOT_CHAINS = 4


@dataclass(frozen=True)
class Annealed:
    """Estimates of log p(x) in nats, one for each picture.

    Attributes:
        value: logarithm of the mean weight of the chains, N, double: on average too low, or too high if the
            chains ran in reverse.
        error: its standard error by the delta method, N; nan for a single chain.
        accepted: the share of moves that were accepted.
    """

    value: Tensor
    error: Tensor
    accepted: float


@dataclass(frozen=True)
class Annealing:
    """Annealed importance sampling (Neal 2001) along p(z) p(x|z)^β, as Wu et al. (2017) use it on decoders.

    A pilot of a few chains finds the length of HMC's steps for each picture and β; the chains that count run
    with these fixed, so that exp(value) is unbiased.

    Attributes:
        chains: for each picture.
        steps: from β = 0 to 1, on a sigmoid schedule: slow near both ends.
        leapfrogs: in each HMC transition, of which there is one a step.
    """

    chains: int = 16
    steps: int = 500
    leapfrogs: int = 10

    def below(self, model: HasDensity, x: Tensor, generator: torch.Generator) -> Annealed:
        """A stochastic lower bound on log p(x): from the prior to the posterior.

        Args:
            model: the model.
            x: N×C×H×W, from `model.observe`.
            generator: of the chains.

        Returns:
            The bounds.
        """
        lengths = self._pilot(model, x, generator)
        z = _drawn(model, self.chains, x, generator)
        weights, accepted = self._run(model, x, z, self.schedule(), lengths, generator)
        return _annealed(weights, accepted)

    def above(self, model: HasDensity, x: Tensor, z: Tensor, generator: torch.Generator) -> Annealed:
        """A stochastic upper bound on log p(x) of the model's samples: from the posterior to the prior.

        Bidirectional Monte Carlo (Grosse et al. 2015): the code that a picture was drawn from is an exact
        sample of its posterior.

        Args:
            model: the model.
            x: N×C×H×W, drawn from p(x|z).
            z: N×L, drawn from the prior.
            generator: of the chains.

        Returns:
            The bounds.
        """
        lengths = self._pilot(model, x, generator).flip(0)
        start = z.expand(self.chains, *z.shape)
        weights, accepted = self._run(model, x, start, self.schedule().flip(0), lengths, generator)
        backward = _annealed(weights, accepted)
        return Annealed(-backward.value, backward.error, accepted)

    def schedule(self) -> Tensor:
        """The β from 0 to 1, steps + 1 of them: a sigmoid of a line from −4 to 4 (Wu et al. 2017)."""
        line = torch.linspace(-4, 4, self.steps + 1, dtype=torch.float64).sigmoid()
        return ((line - line[0]) / (line[-1] - line[0])).float()

    def _pilot(self, model: HasDensity, x: Tensor, generator: torch.Generator) -> Tensor:
        """Lengths of HMC's steps for each β between 0 and 1, and picture: (steps − 1)×N."""
        z = _drawn(model, _PILOT_CHAINS, x, generator)
        length = torch.full((len(x),), 0.1, device=x.device)
        lengths = [length]
        for beta in self.schedule()[1:-1]:
            z, chance = hamiltonian_step(
                _between(model, x, beta), z, lengths[-1].expand(z.shape[:-1]), self.leapfrogs, generator
            )
            enough = chance.mean(0) >= _ACCEPTED
            lengths.append(lengths[-1] * torch.where(enough, _FASTER, _SLOWER))
        return torch.stack(lengths[1:])

    def _run(
        self,
        model: HasDensity,
        x: Tensor,
        z: Tensor,
        betas: Tensor,
        lengths: Tensor,
        generator: torch.Generator,
    ) -> tuple[Tensor, float]:
        """Log weights chains×N in double, and the share of moves accepted.

        `lengths` belong to the β between the first and the last: there z moves.
        """
        changes = in_double(betas).diff()
        weights = changes[0] * _fit(model, x, z)
        chances = []
        for change, beta, length in zip(changes[1:], betas[1:-1], lengths, strict=True):
            step = length.expand(z.shape[:-1])
            z, chance = hamiltonian_step(_between(model, x, beta), z, step, self.leapfrogs, generator)
            weights += change * _fit(model, x, z)
            chances.append(chance.mean())
        return weights, float(torch.stack(chances).mean())


def _between(model: HasDensity, x: Tensor, beta: Tensor) -> LogDensity:
    """log p(z) + β log p(x|z)."""
    return lambda z: model.log_prior(z) + beta * model.log_likelihood(x, z)


@torch.no_grad()
def _fit(model: HasDensity, x: Tensor, z: Tensor) -> Tensor:
    return in_double(model.log_likelihood(x, z))


def _drawn(model: HasDensity, chains: int, x: Tensor, generator: torch.Generator) -> Tensor:
    return model.prior.sample(chains * len(x), generator).view(chains, len(x), -1).to(x)


def _annealed(log_weights: Tensor, accepted: float) -> Annealed:
    value = importance_weighted(log_weights)
    weights = (log_weights - value).exp()
    return Annealed(value, weights.std(0) / math.sqrt(len(weights)), accepted)
