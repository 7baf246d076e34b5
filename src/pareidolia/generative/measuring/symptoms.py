"""What can go wrong in the training of a generative model, each a check of the log, the codes or the samples.

A check gives a `Finding`, or None where it does not suit the model. Thresholds are for what is plainly wrong:
a run that could be better has no finding.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.capabilities import Decodes, Encodes, HasDensity, HasPrior
from pareidolia.generative.measuring.bound import lower_bound
from pareidolia.generative.measuring.codes import activity
from pareidolia.generative.measuring.context import EvaluationContext
from pareidolia.generative.sampling import can_sample

_PITFALLS = "docs/generative.md#pitfalls"
_SUMS = "docs/generative.md#the-models"
_MEASURES = "docs/measuring-generative-models.md"
_SAMPLERS = "docs/latent-space.md#better-samples-of-a-trained-model"
_TENTHS = 10
_COLLAPSED, _SWAMPED = 0.1, 30.0
_WON, _LOST, _HOPELESS = 0.95, 0.05, 4.0
_TRAINING = 5000
_FEWEST = 3


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: its name.
        well: whether nothing is wrong.
        text: what was found, with its figures and what to do.
        page: the page of the documentation that helps.
    """

    check: str
    well: bool
    text: str
    page: str


@dataclass
class Examined:
    """A run under examination: what was logged, and its model beside its pictures.

    Attributes:
        context: of the run and its pictures.
        log: lines of the log, in order; none for a shipped model.
    """

    context: EvaluationContext
    log: Sequence[Mapping[str, float]]

    @property
    def model(self) -> Any:
        """The model."""
        return self.context.model

    def logged(self, name: str, share: int = 1) -> float | None:
        """Average a number over a tenth of the log.

        Args:
            name: of the number.
            share: which tenth, counted from the end.

        Returns:
            The mean; None if it is not logged.
        """
        values = [line[name] for line in self.log if name in line]
        if len(values) < _TENTHS:
            return values[-1] if values and share == 1 else None
        width = len(values) // _TENTHS
        part = values[len(values) - share * width : len(values) - (share - 1) * width]
        return sum(part) / len(part)

    @cached_property
    def variances(self) -> Tensor:
        """Of each unit's mean code over pictures, L."""
        return activity(self.model, self.context.pictures).variances

    @cached_property
    def others(self) -> Tensor:
        """Training pictures, flat, that samples are compared with."""
        training = self.context.training
        chosen = torch.arange(0, len(training), -(-len(training) // _TRAINING))
        return training.pictures(chosen).flatten(1).to(self.context.device)


def divergence(run: Examined) -> Finding | None:
    """Whether the KL term is all but 0, or so large that codes are not of the prior."""
    if not isinstance(run.model, HasDensity):
        return None
    bound = lower_bound(run.model, run.context.observed, 10, run.context.generator("doctor"))
    nats = float(bound.divergence.mean())
    a_unit = nats / run.model.latent
    active = int((run.variances > 0.01).sum())
    told = f"the KL is {nats:.1f} nats, {a_unit:.2g} a unit; {active} of {run.model.latent} units are active"
    if nats < _COLLAPSED or active == 0:
        advice = "it has collapsed: the decoder ignores the code. Try --kl-warm-up, --free-bits"
        return Finding("divergence", False, f"{told}: {advice}", _PITFALLS)
    if a_unit > _SWAMPED:
        advice = "it is swamped by the error of the copy: raise --beta, or look for a KL that is a mean"
        return Finding("divergence", False, f"{told}: {advice}", _SUMS)
    return Finding("divergence", True, told, _MEASURES)


def sums(run: Examined) -> Finding | None:
    """Whether the logged error of the copy is a mean over pixels, beside a KL that is a sum."""
    names = ("bound/reconstruction", "reconstruction/loss", "reconstruction/squared_error")
    logged = next((value for value in map(run.logged, names) if value is not None), None)
    if logged is None or not (isinstance(run.model, Encodes) and isinstance(run.model, Decodes)):
        return None
    pixels = math.prod(run.context.run.shape)
    summed = _error_of_the_copy(run)
    told = (
        f"the log has {logged:.4g} for the error of the copy; summed over {pixels} pixels it is {summed:.4g}"
    )
    # Half and double, so that the last weights and other pictures make no difference.
    if summed > 0 and 0.5 < logged * pixels / summed < 2:
        advice = "it is a mean over pixels, which weighs all other terms by their number: sum over pixels"
        return Finding("sums", False, f"{told}: {advice}", _SUMS)
    return Finding("sums", True, told, _SUMS)


def dead_units(run: Examined) -> Finding | None:
    """Whether most units of the code are the same for all pictures."""
    if not isinstance(run.model, Encodes):
        return None
    dead = int((run.variances <= 0.01).sum())
    told = f"{dead} of {len(run.variances)} units of the code are the same for all pictures"
    if 2 * dead > len(run.variances):
        return Finding("dead units", False, f"{told}: a shorter --latent does as well", _MEASURES)
    return Finding("dead units", True, told, _MEASURES)


def adversary(run: Examined) -> Finding | None:
    """Whether a discriminator has won: it is sure of all, and what plays against it gets no better."""
    real, fake = run.logged("discriminator/real"), run.logged("discriminator/fake")
    against = next(
        (value for value in map(run.logged, ("generator/loss", "regularisation/loss")) if value is not None),
        None,
    )
    if real is None or fake is None or against is None:
        return None
    told = (
        f"the discriminator gives real {real:.2f} and made {fake:.2f}, its adversary's loss is {against:.3g}"
    )
    if (real > _WON and fake < _LOST) or against > _HOPELESS:
        return Finding(
            "adversary", False, f"{told}: it has won. Raise --r1, or lower its learning rate", _PITFALLS
        )
    return Finding("adversary", True, told, _PITFALLS)


def progress(run: Examined) -> Finding | None:
    """Whether the first phase's loss was still falling at the end, or had risen again."""
    name = next((key for line in run.log for key in line if key.endswith("/loss")), "")
    if name.startswith(("discriminator", "generator")):
        return None
    now, before = run.logged(name), run.logged(name, 2)
    values = [line[name] for line in run.log if name in line]
    if now is None or before is None:
        return None
    scale = max(abs(now), 1e-9)
    least = min(values)
    told = f"{name} went from {values[0]:.4g} to {now:.4g}"
    if now - least > 0.2 * max(abs(least), 1e-9):
        return Finding(
            "progress", False, f"{told} after {least:.4g}: it ran away. Lower --learning-rate", _PITFALLS
        )
    if before - now > 0.02 * scale:
        fell = 100 * (before - now) / scale
        advice = f"it still fell by {fell:.0f} % in the last tenth: train on with more --epochs"
        return Finding("progress", False, f"{told}: {advice}", _PITFALLS)
    return Finding("progress", True, told, _PITFALLS)


def held_out(run: Examined) -> Finding | None:
    """Whether the loss on held-out pictures rose again: then training pictures are learned by heart."""
    name = next(
        (key for line in run.log for key in line if key.startswith("held_out/") and key.endswith("/loss")), ""
    )
    values = [line[name] for line in run.log if name in line]
    if len(values) < _FEWEST or name.split("/")[1:2] in (["discriminator"], ["generator"]):
        return None
    least = min(values)
    told = f"the loss on held-out pictures is {values[-1]:.4g}, and was at least {least:.4g}"
    if values[-1] - least > 0.05 * max(abs(least), 1e-9):
        advice = "the rest was learned by heart: take fewer --epochs, or some --weight-decay"
        return Finding("held out", False, f"{told}: {advice}", _MEASURES)
    return Finding("held out", True, told, _MEASURES)


def memory(run: Examined) -> Finding | None:
    """Whether samples are copies of training pictures (AuthPct, Alaa et al. 2022, section 4).

    A sample is authentic if it is farther from its nearest training picture than that one is from its own
    nearest. Blurred samples are near to all, so copies are only what lies much nearer than test pictures do.
    """
    if not can_sample(run.model):
        return None
    others = run.others
    to_others = torch.cdist(others, others)
    to_others.fill_diagonal_(math.inf)
    own = to_others.amin(1)
    shares, distances = [], []
    for pictures in (run.context.made, run.context.pictures):
        nearest, index = torch.cdist(pictures.flatten(1), others).min(1)
        shares.append(100 * float((nearest > own[index]).float().mean()))
        distances.append(float(nearest.median()))
    told = (
        f"{shares[0]:.0f} % of samples are authentic ({shares[1]:.0f} % of test pictures); half lie within "
        f"{distances[0]:.2f} of one of {len(others)} training pictures (test: {distances[1]:.2f})"
    )
    if distances[0] < 0.4 * distances[1] and shares[0] < 0.5 * shares[1]:
        return Finding(
            "memory", False, f"{told}: they are copies. Train for less, or on more pictures", _MEASURES
        )
    return Finding("memory", True, told, _MEASURES)


def prior(run: Examined) -> Finding | None:
    """Whether codes of pictures lie where the prior's samples do not."""
    if not (isinstance(run.model, Encodes) and isinstance(run.model, HasPrior)):
        return None
    codes = _codes(run)
    drawn = run.model.prior.sample(len(codes), run.context.generator("doctor's prior")).to(codes)
    spread = drawn.std(0).clamp(min=1e-6)
    shift = float(((codes.mean(0) - drawn.mean(0)) / spread).abs().max())
    ratio = codes.std(0).clamp(min=1e-6) / spread
    worst = float(torch.maximum(ratio, 1 / ratio).median())
    told = (
        f"codes lie at most {shift:.2f} deviations off the prior's middle, and spread {worst:.2f} times off"
    )
    if shift > 1 or worst > 2:
        advice = "samples are of other codes than pictures have: try sample --sampler gmm"
        return Finding("prior", False, f"{told}: {advice}", _SAMPLERS)
    return Finding("prior", True, told, _SAMPLERS)


CHECKS: Mapping[str, Callable[[Examined], Finding | None]] = {
    "progress": progress,
    "divergence": divergence,
    "sums": sums,
    "dead units": dead_units,
    "adversary": adversary,
    "prior": prior,
    "held out": held_out,
    "memory": memory,
}


@torch.no_grad()
def _codes(run: Examined) -> Tensor:
    if isinstance(run.model, HasDensity):
        return run.model.posterior(run.context.observed).sample(run.context.generator("doctor's codes"))
    return run.model.encode(run.context.pictures)  # type: ignore[no-any-return]


@torch.no_grad()
def _error_of_the_copy(run: Examined) -> float:
    """Summed over pixels, mean over pictures: −log p(x|z), or the squared error where there is no density."""
    if isinstance(run.model, HasDensity):
        return -float(
            lower_bound(run.model, run.context.observed, 10, run.context.generator("doctor")).fit.mean()
        )
    seen = run.context.pictures
    return float((run.model.decode(run.model.encode(seen)) - seen).square().flatten(1).sum(1).mean())
