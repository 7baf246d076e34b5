"""The evidence lower bound, in its two parts."""

from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.generative.capabilities import HasDensity
from pareidolia.generative.priors import StandardNormal


@dataclass(frozen=True)
class Bound:
    """ELBO = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z)) of each picture, in nats.

    Attributes:
        fit: E_q[log p(x|z)], N.
        divergence: KL(q(z|x) ‖ p(z)), N; in closed form for a standard normal prior, else the samples' mean
            of log q − log p.
    """

    fit: Tensor
    divergence: Tensor

    @property
    def elbo(self) -> Tensor:
        """The bound, N."""
        return self.fit - self.divergence


@torch.no_grad()
def lower_bound(model: HasDensity, x: Tensor, samples: int, generator: torch.Generator) -> Bound:
    """The bound on log p(x) of each picture (Kingma and Welling 2014, equation 10).

    Args:
        model: the model.
        x: N×C×H×W, from `model.observe`.
        samples: codes for each picture.
        generator: of the codes.

    Returns:
        The bounds.
    """
    posterior = model.posterior(x)
    z = posterior.sample(generator, samples)
    fit = model.log_likelihood(x, z).mean(0)
    if isinstance(model.prior, StandardNormal):
        return Bound(fit, posterior.divergence().sum(-1))
    return Bound(fit, (posterior.log_prob(z) - model.log_prior(z)).mean(0))
