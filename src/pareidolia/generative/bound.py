"""The evidence lower bound in the three lines in which it is written, and its tighter relative.

    log p(x) ≥ E_q[log p(x, z) − log q(z|x)]                        the joint
             = E_q[log p(x|z) − (log q(z|x) − log p(z))]            the KL sampled
             = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))                  the KL in closed form

The first two are equal sample by sample, the third in expectation. All are estimates from samples z …×N×L of
q(z|x), in nats, of observed pictures x N×C×H×W (see `HasDensity.observe`).
"""

import math

from torch import Tensor

from pareidolia.generative.capabilities import HasDensity


def bound_of_joint(model: HasDensity, x: Tensor, z: Tensor) -> Tensor:
    """log p(x, z) − log q(z|x), …×N: also the log weight of z in importance sampling."""
    joint = model.log_likelihood(x, z) + model.log_prior(z)
    return joint - model.posterior(x).log_prob(z)


def bound_with_sampled_divergence(model: HasDensity, x: Tensor, z: Tensor) -> Tensor:
    """log p(x|z) − (log q(z|x) − log p(z)), …×N."""
    divergence = model.posterior(x).log_prob(z) - model.log_prior(z)
    return model.log_likelihood(x, z) - divergence


def bound_with_closed_divergence(model: HasDensity, x: Tensor, z: Tensor) -> Tensor:
    """log p(x|z) − KL(q(z|x) ‖ N(0, 1)), …×N; for a standard normal prior."""
    return model.log_likelihood(x, z) - model.posterior(x).divergence().sum(-1)


def importance_weighted(log_weights: Tensor) -> Tensor:
    """log 1/k Σ w over the first dimension, k×… → … (Burda et al. 2016, equation 8); k = 1 is the bound."""
    return log_weights.logsumexp(0) - math.log(len(log_weights))
