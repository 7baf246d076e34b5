"""Measures of log p(x): the bound, importance sampling, a flow's equation, annealed importance sampling."""

import math
from collections.abc import Iterator

import torch

from pareidolia.generative.capabilities import HasLogProb
from pareidolia.generative.likelihoods import LEVELS
from pareidolia.generative.measuring.annealing import Annealing
from pareidolia.generative.measuring.bound import lower_bound
from pareidolia.generative.measuring.context import EvaluationContext
from pareidolia.generative.measuring.estimates import mean_of
from pareidolia.generative.measuring.importance import importance_sampled
from pareidolia.generative.measuring.measurement import NATS, Measurement


def elbo(context: EvaluationContext) -> Iterator[Measurement]:
    """The bound and its two parts."""
    samples = min(context.settings.samples, 100)
    bounds = [
        lower_bound(context.model, part, samples, context.generator(f"elbo {number}"))
        for number, part in enumerate(torch.split(context.observed, 100))
    ]
    bound, fit, divergence = (
        torch.cat([getattr(bound, name) for bound in bounds]) for name in ("elbo", "fit", "divergence")
    )
    told = f"pictures {context.observation}; {samples} codes a picture"
    yield Measurement("elbo", "evidence lower bound", mean_of(bound), NATS, told)
    yield Measurement("elbo", "its expected log p(x|z)", mean_of(fit), NATS)
    yield Measurement("elbo", "its KL(q(z|x) ‖ p(z))", mean_of(divergence), NATS)


def likelihood(context: EvaluationContext) -> Iterator[Measurement]:
    """The negative log-likelihood: by importance sampling, or of a flow by its equation."""
    yield _by_the_equation(context) if isinstance(context.model, HasLogProb) else _by_importance(context)


def _by_importance(context: EvaluationContext) -> Measurement:
    settings = context.settings
    found = importance_sampled(
        context.model,
        context.observed,
        settings.samples,
        context.generator("likelihood"),
        precision=settings.precision,
    )
    estimate = mean_of(-found.value)
    effective = float(found.effective.median())
    bits = estimate.value / (context.pictures[0].numel() * torch.log(torch.tensor(2.0)).item())
    told = (
        f"importance sampling, k = {settings.samples}, pictures {context.observation}; on average too high: "
        f"median effective sample size {effective:.0f}"
    )
    details = {"effective_samples": effective, "bits_a_dimension": bits}
    return Measurement("likelihood", "negative log-likelihood", estimate, NATS, told, details)


def _by_the_equation(context: EvaluationContext) -> Measurement:
    steps, generator = context.settings.ode_steps, context.generator("likelihood")
    with torch.no_grad():
        parts = [context.model.log_prob(x, generator, steps) for x in torch.split(context.observed, 100)]
    estimate = mean_of(-torch.cat(parts))
    size = context.pictures[0].numel()
    # Of the levels, not of the places: the bound of dequantization.
    bits = estimate.value / (size * math.log(2)) + math.log2(LEVELS)
    told = (
        f"the equation solved backwards in {steps} steps, its divergence estimated with one probe; pictures "
        f"{context.observation}"
    )
    details = {"bits_a_dimension": bits}
    return Measurement("likelihood", "negative log-likelihood", estimate, NATS, told, details)


def ais(context: EvaluationContext) -> Iterator[Measurement]:
    """The negative log-likelihood by annealed importance sampling, and what that finds above the other."""
    settings, generator = context.settings, context.generator("ais")
    annealing = Annealing(settings.chains, settings.temperatures)
    x = context.observed[: settings.annealed]
    below = annealing.below(context.model, x, generator)
    told = (
        f"annealed importance sampling, {settings.chains} chains of {settings.temperatures} steps from the "
        f"prior on {len(x)} pictures, {100 * below.accepted:.0f} % of moves accepted; on average too high"
    )
    yield Measurement("ais", "negative log-likelihood", mean_of(-below.value), NATS, told)
    compared = importance_sampled(context.model, x, settings.samples, context.generator("ais compared"))
    told = (
        f"how much higher a log-likelihood AIS finds than importance sampling, k = {settings.samples}, there"
    )
    yield Measurement(
        "ais", "AIS above importance sampling", mean_of(below.value - compared.value), NATS, told
    )
