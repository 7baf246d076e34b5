"""The operation `evaluate`: everything that a trained model can be asked, measured one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch

from pareidolia.generative.capabilities import (
    Classifies,
    Decodes,
    Encodes,
    HasDensity,
    HasPrior,
    Samples,
)
from pareidolia.generative.measuring.annealing import Annealing
from pareidolia.generative.measuring.bound import lower_bound
from pareidolia.generative.measuring.classifier import accuracy, train_classifier
from pareidolia.generative.measuring.codes import ACTIVE, activity, reconstruction_error
from pareidolia.generative.measuring.distances import frechet, kernel, precision_and_recall
from pareidolia.generative.measuring.estimates import Estimate, mean_of
from pareidolia.generative.measuring.importance import importance_sampled
from pareidolia.generative.measuring.parzen import best_width, centroids, parzen_log_density
from pareidolia.generative.measuring.settings import EvaluateSettings
from pareidolia.generative.measuring.subject import Subject
from pareidolia.generative.runs import Run, open_run
from pareidolia.networks import choose_device
from pareidolia.settings import PareidoliaError
from pareidolia.training import seeded

NATS = "nats a picture"


@dataclass(frozen=True)
class Measured:
    """One figure.

    Attributes:
        measure: the name by which it is asked for.
        what: what the figure is, in words.
        estimate: the figure and its standard error.
        unit: of it.
        told: how it was found, and what it is worth.
        details: numbers behind it, by name.
    """

    measure: str
    what: str
    estimate: Estimate
    unit: str = ""
    told: str = ""
    details: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Way:
    """How something is measured, and what a model must be able to do for it."""

    measure: Callable[[Subject], Iterator[Measured]]
    needs: tuple[Any, ...]
    lacking: str


def evaluate(run: Run | str, settings: EvaluateSettings | None = None) -> Iterator[Measured]:
    """Measure a trained model, figure by figure.

    run: opened, or a run directory or the name of a shipped model.

    Raises PareidoliaError where the model cannot be asked what is asked for by name.
    """
    settings = settings or EvaluateSettings()
    if not isinstance(run, Run):
        run = open_run(run, choose_device(settings.device))
    subject = Subject(run, settings)
    for name in chosen_measures(subject):
        yield from WAYS[name].measure(subject)


def chosen_measures(subject: Subject) -> list[str]:
    """The names of what is measured. Raises PareidoliaError for one that the model cannot be asked."""
    asked = subject.settings.measures
    if "all" in asked:
        return [name for name in WAYS if _obstacle(name, subject) is None]
    for name in asked:
        obstacle = _obstacle(name, subject)
        if obstacle is not None:
            raise PareidoliaError(f"{name} cannot be measured of {subject.run.name}: {obstacle}")
    return [name for name in WAYS if name in asked]


def _obstacle(name: str, subject: Subject) -> str | None:
    """Why the model cannot be asked this; None where it can."""
    way = WAYS[name]
    if not all(isinstance(subject.model, need) for need in way.needs):
        return f"{_article(subject.run.kind)} {way.lacking}"
    if name in ("labels", "errors") and not subject.run.classes:
        return "its data have no labels"
    return None


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _elbo(subject: Subject) -> Iterator[Measured]:
    samples = min(subject.settings.samples, 100)
    bounds = [
        lower_bound(subject.model, part, samples, subject.generator(f"elbo {number}"))
        for number, part in enumerate(torch.split(subject.observed, 100))
    ]
    elbo, fit, divergence = (
        torch.cat([getattr(bound, name) for bound in bounds]) for name in ("elbo", "fit", "divergence")
    )
    told = f"pictures {subject.observation}; {samples} codes a picture"
    yield Measured("elbo", "evidence lower bound", mean_of(elbo), NATS, told)
    yield Measured("elbo", "its expected log p(x|z)", mean_of(fit), NATS)
    yield Measured("elbo", "its KL(q(z|x) ‖ p(z))", mean_of(divergence), NATS)


def _likelihood(subject: Subject) -> Iterator[Measured]:
    settings = subject.settings
    found = importance_sampled(
        subject.model,
        subject.observed,
        settings.samples,
        subject.generator("likelihood"),
        precision=settings.precision,
    )
    estimate = mean_of(-found.value)
    effective = float(found.effective.median())
    bits = estimate.value / (subject.pictures[0].numel() * torch.log(torch.tensor(2.0)).item())
    told = (
        f"importance sampling, k = {settings.samples}, pictures {subject.observation}; on average too high: "
        f"median effective sample size {effective:.0f}"
    )
    details = {"effective_samples": effective, "bits_a_dimension": bits}
    yield Measured("likelihood", "negative log-likelihood", estimate, NATS, told, details)


def _ais(subject: Subject) -> Iterator[Measured]:
    settings, generator = subject.settings, subject.generator("ais")
    annealing = Annealing(settings.chains, settings.temperatures)
    x = subject.observed[: settings.annealed]
    below = annealing.below(subject.model, x, generator)
    told = (
        f"annealed importance sampling, {settings.chains} chains of {settings.temperatures} steps from the "
        f"prior on {len(x)} pictures, {100 * below.accepted:.0f} % of moves accepted; on average too high"
    )
    yield Measured("ais", "negative log-likelihood", mean_of(-below.value), NATS, told)
    compared = importance_sampled(subject.model, x, settings.samples, subject.generator("ais compared"))
    told = (
        f"how much higher a log-likelihood AIS finds than importance sampling, k = {settings.samples}, there"
    )
    yield Measured("ais", "AIS above importance sampling", mean_of(below.value - compared.value), NATS, told)


def _reconstruction(subject: Subject) -> Iterator[Measured]:
    estimate = reconstruction_error(subject.model, subject.pictures)
    yield Measured("reconstruction", "reconstruction error", estimate, "mean squared, of values from 0 to 1")


def _active_units(subject: Subject) -> Iterator[Measured]:
    found = activity(subject.model, subject.pictures)
    count = len(found.variances)
    told = f"of {count}: the mean code's variance over pictures is above {ACTIVE:g}"
    yield Measured("active-units", "active units", Estimate(found.active, None, count), "", told)


def _errors(subject: Subject) -> Iterator[Measured]:
    labels = subject.measured.labels
    assert labels is not None
    with torch.no_grad():
        named = [
            subject.model.classify(subject.measured.pictures(index).to(subject.device)).argmax(1).cpu()
            for index in torch.split(torch.arange(len(labels)), 500)
        ]
    wrong = torch.cat(named) != labels
    told = f"labels that the model itself names wrongly, of {len(labels)} pictures"
    yield Measured("errors", "classification error", mean_of(wrong), "share", told)


def _parzen(subject: Subject) -> Iterator[Measured]:
    """After the GAN and AAE papers: σ by validation, then the log density of the measured pictures."""
    wanted = subject.settings.windows
    order = torch.randperm(len(subject.training), generator=seeded(torch.Generator(), subject.settings.seed))
    held_out = min(1000, len(order) // 6)
    validation, rest = (
        subject.training.pictures(part).flatten(1).to(subject.device)
        for part in (order[:held_out], order[held_out:])
    )
    few = min(wanted, len(rest) // 5)
    windows = {
        f"{wanted} samples": subject.draw(wanted, "parzen").flatten(1),
        f"{few} k-means centroids": centroids(rest, few, seeded(torch.Generator(), subject.settings.seed)),
        f"{min(wanted, len(rest))} training pictures": rest[:wanted],
    }
    points = subject.pictures.flatten(1)
    for name, centres in windows.items():
        width = best_width(validation, centres)
        densities = parzen_log_density(points, centres, [width])[0]
        told = f"windows of σ = {width:.3g}, the best for {held_out} training pictures kept apart"
        if "samples" in name:
            told += "; an unsound measure (Theis 2016): centroids, which are no samples, may beat pictures"
        yield Measured(
            "parzen", f"Parzen log-likelihood, {name}", mean_of(densities), NATS, told, {"width": width}
        )


def _fid(subject: Subject) -> Iterator[Measured]:
    generator = subject.generator("fid")
    made = frechet(subject.real_features, subject.made_features, generator)
    other = frechet(subject.real_features, subject.other_features, generator)
    told = f"{len(subject.made)} mean pictures of codes from the prior, features of {subject.network.name}"
    yield Measured("fid", "Fréchet distance (FID)", made, "", f"{told}; to be compared with the next line")
    yield Measured("fid", "FID of training pictures", other, "", f"{len(subject.others)} of them")


def _kid(subject: Subject) -> Iterator[Measured]:
    made = kernel(subject.real_features, subject.made_features)
    other = kernel(subject.real_features, subject.other_features)
    yield Measured("kid", "kernel distance (KID)", made, "", f"features of {subject.network.name}")
    yield Measured("kid", "KID of training pictures", other)


def _precision_recall(subject: Subject) -> Iterator[Measured]:
    neighbours = subject.settings.neighbours
    precision, recall = precision_and_recall(subject.real_features, subject.made_features, neighbours)
    told = f"{neighbours} nearest neighbours, features of {subject.network.name}"
    yield Measured("precision-recall", "precision", precision, "share", f"samples like pictures; {told}")
    yield Measured("precision-recall", "recall", recall, "share", "pictures like samples")


def _labels(subject: Subject) -> Iterator[Measured]:
    settings = subject.settings
    classifier = train_classifier(subject.training, settings.seed, subject.device)
    right = mean_of(accuracy(classifier, subject.run.pictures("test", moved_to=settings.data)))
    probabilities = classifier.probabilities(subject.made)
    sure = mean_of(probabilities.amax(1) >= settings.sure)
    real = mean_of(classifier.probabilities(subject.pictures).amax(1) >= settings.sure)
    told = (
        f"probability of some label at least {settings.sure:g}, by a classifier of the training data that "
        f"names {100 * right.value:.2f} % of the test rightly and is sure of {100 * real.value:.1f} % of it"
    )
    yield Measured("labels", "samples that a classifier is sure of", sure, "share", told)
    named = probabilities.argmax(1)
    shares = {name: mean_of(named == number) for number, name in enumerate(subject.run.classes)}
    ranked = sorted(shares, key=lambda name: shares[name].value)
    listed = ", ".join(f"{name}: {100 * share.value:.1f} %" for name, share in shares.items())
    details = {name: share.value for name, share in shares.items()}
    yield Measured(
        "labels", f"rarest label of samples, {ranked[0]}", shares[ranked[0]], "share", listed, details
    )
    yield Measured("labels", f"commonest label of samples, {ranked[-1]}", shares[ranked[-1]], "share")


_LIKELIHOOD = "has no density p(x|z) with a posterior to estimate it through"
_SAMPLES = "cannot draw pictures"
WAYS = {
    "elbo": _Way(_elbo, (HasDensity,), _LIKELIHOOD),
    "likelihood": _Way(_likelihood, (HasDensity,), _LIKELIHOOD),
    "ais": _Way(_ais, (HasDensity,), _LIKELIHOOD),
    "reconstruction": _Way(_reconstruction, (Encodes, Decodes), "has no encoder"),
    "active-units": _Way(_active_units, (Encodes,), "has no encoder"),
    "errors": _Way(_errors, (Classifies,), "was not trained to name labels"),
    "parzen": _Way(_parzen, (Samples | HasPrior,), _SAMPLES),
    "fid": _Way(_fid, (Samples | HasPrior,), _SAMPLES),
    "kid": _Way(_kid, (Samples | HasPrior,), _SAMPLES),
    "precision-recall": _Way(_precision_recall, (Samples | HasPrior,), _SAMPLES),
    "labels": _Way(_labels, (Samples | HasPrior,), _SAMPLES),
}
