"""The operation `evaluate`: every measure that suits a trained model, one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from pareidolia.generative.capabilities import (
    Classifies,
    Decodes,
    Encodes,
    HasDensity,
    HasLogProb,
    HasPrior,
    Samples,
)
from pareidolia.generative.measuring.classifier import accuracy, train_classifier
from pareidolia.generative.measuring.codes import ACTIVE, activity, reconstruction_error
from pareidolia.generative.measuring.context import EvaluationContext
from pareidolia.generative.measuring.distances import frechet, kernel, precision_and_recall
from pareidolia.generative.measuring.estimates import Estimate, mean_of
from pareidolia.generative.measuring.evidence import ais, elbo, likelihood
from pareidolia.generative.measuring.measurement import NATS, Measurement
from pareidolia.generative.measuring.parzen import best_width, centroids, parzen_log_density
from pareidolia.generative.measuring.settings import EvaluateSettings
from pareidolia.generative.runs import Run, open_run
from pareidolia.generative.samplers import check_sampler
from pareidolia.networks import choose_device
from pareidolia.settings import PareidoliaError
from pareidolia.training import seeded


@dataclass(frozen=True)
class Metric:
    """How a measure is computed, and what a model must be able to do for it."""

    measure: Callable[[EvaluationContext], Iterator[Measurement]]
    needs: tuple[Any, ...]
    lacking: str


def evaluate(run: Run | str, settings: EvaluateSettings | None = None) -> Iterator[Measurement]:
    """Measure a trained model, figure by figure.

    Args:
        run: a run, its folder, or a shipped model's name.
        settings: measures and options.

    Yields:
        Each figure when it is computed.

    Raises:
        PareidoliaError: If the model does not allow a measure chosen by name.
    """
    settings = settings or EvaluateSettings()
    if not isinstance(run, Run):
        run = open_run(run, choose_device(settings.device))
    context = EvaluationContext(run, settings)
    for name in chosen_measures(context):
        yield from METRICS[name].measure(context)


def chosen_measures(context: EvaluationContext) -> list[str]:
    """The names of the measures to compute.

    Args:
        context: the run and the settings.

    Returns:
        The names.

    Raises:
        PareidoliaError: If the model does not allow a measure chosen by name.
    """
    asked = context.settings.measures
    if "all" in asked:
        return [name for name in METRICS if _obstacle(name, context) is None]
    for name in asked:
        obstacle = _obstacle(name, context)
        if obstacle is not None:
            raise PareidoliaError(f"{name} cannot be measured of {context.run.name}: {obstacle}")
    return [name for name in METRICS if name in asked]


def _obstacle(name: str, context: EvaluationContext) -> str | None:
    """Why the model does not allow this measure; None if it does."""
    metric = METRICS[name]
    if not all(_can(context, need) for need in metric.needs):
        return f"{_article(context.run.kind)} {metric.lacking}"
    if name in ("labels", "errors") and not context.run.classes:
        return "its data have no labels"
    return None


def _can(context: EvaluationContext, need: Any) -> bool:
    if need is _DRAWS and context.settings.sampler != "prior":
        check_sampler(context.settings.sampler, context.model, f"{_article(context.run.kind)}")
        return True
    return isinstance(context.model, need)


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _reconstruction(context: EvaluationContext) -> Iterator[Measurement]:
    estimate = reconstruction_error(context.model, context.pictures)
    yield Measurement(
        "reconstruction", "reconstruction error", estimate, "mean squared, of values from 0 to 1"
    )


def _active_units(context: EvaluationContext) -> Iterator[Measurement]:
    found = activity(context.model, context.pictures)
    count = len(found.variances)
    told = f"of {count}: the mean code's variance over pictures is above {ACTIVE:g}"
    yield Measurement("active-units", "active units", Estimate(found.active, None, count), "", told)


def _errors(context: EvaluationContext) -> Iterator[Measurement]:
    labels = context.measured.labels
    assert labels is not None
    with torch.no_grad():
        named = [
            context.model.classify(context.measured.pictures(index).to(context.device)).argmax(1).cpu()
            for index in torch.split(torch.arange(len(labels)), 500)
        ]
    wrong = torch.cat(named) != labels
    told = f"labels that the model itself names wrongly, of {len(labels)} pictures"
    yield Measurement("errors", "classification error", mean_of(wrong), "share", told)


def _parzen(context: EvaluationContext) -> Iterator[Measurement]:
    """After the GAN and AAE papers: σ by validation, then the log density of the measured pictures."""
    wanted = context.settings.windows
    order = torch.randperm(len(context.training), generator=seeded(torch.Generator(), context.settings.seed))
    held_out = min(1000, len(order) // 6)
    validation, rest = (
        context.training.pictures(part).flatten(1).to(context.device)
        for part in (order[:held_out], order[held_out:])
    )
    few = min(wanted, len(rest) // 5)
    windows = {
        f"{wanted} samples": context.draw(wanted, "parzen").flatten(1),
        f"{few} k-means centroids": centroids(rest, few, seeded(torch.Generator(), context.settings.seed)),
        f"{min(wanted, len(rest))} training pictures": rest[:wanted],
    }
    points = context.pictures.flatten(1)
    for name, centers in windows.items():
        width = best_width(validation, centers)
        densities = parzen_log_density(points, centers, [width])[0]
        told = f"windows of σ = {width:.3g}, the best for {held_out} training pictures kept apart"
        if "samples" in name:
            told += "; an unsound measure (Theis 2016): centroids, which are no samples, may beat pictures"
        yield Measurement(
            "parzen", f"Parzen log-likelihood, {name}", mean_of(densities), NATS, told, {"width": width}
        )


def _fid(context: EvaluationContext) -> Iterator[Measurement]:
    generator = context.generator("fid")
    made = frechet(context.real_features, context.made_features, generator)
    other = frechet(context.real_features, context.other_features, generator)
    told = (
        f"{len(context.made)} mean pictures of codes from {context.drawn}, features of {context.network.name}"
    )
    yield Measurement("fid", "Fréchet distance (FID)", made, "", f"{told}; to be compared with the next line")
    yield Measurement("fid", "FID of training pictures", other, "", f"{len(context.others)} of them")


def _kid(context: EvaluationContext) -> Iterator[Measurement]:
    made = kernel(context.real_features, context.made_features)
    other = kernel(context.real_features, context.other_features)
    yield Measurement("kid", "kernel distance (KID)", made, "", f"features of {context.network.name}")
    yield Measurement("kid", "KID of training pictures", other)


def _precision_recall(context: EvaluationContext) -> Iterator[Measurement]:
    neighbors = context.settings.neighbors
    precision, recall = precision_and_recall(context.real_features, context.made_features, neighbors)
    told = f"{neighbors} nearest neighbours, features of {context.network.name}"
    yield Measurement("precision-recall", "precision", precision, "share", f"samples like pictures; {told}")
    yield Measurement("precision-recall", "recall", recall, "share", "pictures like samples")


def _labels(context: EvaluationContext) -> Iterator[Measurement]:
    settings = context.settings
    classifier = train_classifier(context.training, settings.seed, context.device)
    right = mean_of(accuracy(classifier, context.run.pictures("test", moved_to=settings.data)))
    probabilities = classifier.probabilities(context.made)
    sure = mean_of(probabilities.amax(1) >= settings.sure)
    real = mean_of(classifier.probabilities(context.pictures).amax(1) >= settings.sure)
    told = (
        f"probability of some label at least {settings.sure:g}, by a classifier of the training data that "
        f"names {100 * right.value:.2f} % of the test rightly and is sure of {100 * real.value:.1f} % of it"
    )
    yield Measurement("labels", "samples that a classifier is sure of", sure, "share", told)
    named = probabilities.argmax(1)
    shares = {name: mean_of(named == number) for number, name in enumerate(context.run.classes)}
    ranked = sorted(shares, key=lambda name: shares[name].value)
    listed = ", ".join(f"{name}: {100 * share.value:.1f} %" for name, share in shares.items())
    details = {name: share.value for name, share in shares.items()}
    yield Measurement(
        "labels", f"rarest label of samples, {ranked[0]}", shares[ranked[0]], "share", listed, details
    )
    yield Measurement("labels", f"commonest label of samples, {ranked[-1]}", shares[ranked[-1]], "share")


_LIKELIHOOD = "has no density p(x|z) with a posterior to estimate it through"
_SAMPLES = "cannot draw pictures"
_DRAWS = Samples | HasPrior
METRICS = {
    "elbo": Metric(elbo, (HasDensity,), _LIKELIHOOD),
    "likelihood": Metric(likelihood, (HasDensity | HasLogProb,), _LIKELIHOOD),
    "ais": Metric(ais, (HasDensity,), _LIKELIHOOD),
    "reconstruction": Metric(_reconstruction, (Encodes, Decodes), "has no encoder"),
    "active-units": Metric(_active_units, (Encodes,), "has no encoder"),
    "errors": Metric(_errors, (Classifies,), "was not trained to name labels"),
    "parzen": Metric(_parzen, (_DRAWS,), _SAMPLES),
    "fid": Metric(_fid, (_DRAWS,), _SAMPLES),
    "kid": Metric(_kid, (_DRAWS,), _SAMPLES),
    "precision-recall": Metric(_precision_recall, (_DRAWS,), _SAMPLES),
    "labels": Metric(_labels, (_DRAWS,), _SAMPLES),
}
