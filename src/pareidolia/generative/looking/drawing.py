"""How pictures are drawn: from which distribution of codes, of which label, by which solver."""

from dataclasses import replace

from pareidolia.generative.capabilities import HasPrior, Prior, SolvesEquation
from pareidolia.generative.conditions import DrawsLabels, WithLabel
from pareidolia.generative.looking.latent_space import LatentSpace, described
from pareidolia.generative.looking.settings import SampleSettings
from pareidolia.generative.priors import truncated
from pareidolia.generative.samplers import check_sampler, codes_to_fit, fit_sampler
from pareidolia.settings import PareidoliaError


def prior_to_draw_from(space: LatentSpace, settings: SampleSettings) -> Prior | None:
    """The distribution of codes that the settings want.

    Args:
        space: of the run.
        settings: the sampler, the label, the truncation.

    Returns:
        The distribution; None if the model is to draw as it does by itself.

    Raises:
        PareidoliaError: the model does not allow it.
        UnknownName: there is no such label.
    """
    if settings.sampler != "prior":
        return _fitted(space, settings)
    prior: Prior | None = space.model.prior if isinstance(space.model, HasPrior) else None
    if settings.truncation is not None:
        prior = truncated(prior, settings.truncation, described(space.run))
    if settings.label is None:
        return prior if settings.truncation is not None else None
    if not isinstance(prior, DrawsLabels) or not prior.classes:
        raise PareidoliaError(
            f"{space.name} was not trained with --labels condition, so it cannot draw one label by itself: "
            "--sampler gmm draws from codes of that label, if it has an encoder"
        )
    return prior.of_label(space.label_number(settings.label))


def choose_solver(space: LatentSpace, settings: SampleSettings) -> None:
    """Let the model solve its equation as the settings want.

    Args:
        space: of the run.
        settings: solver, steps, guidance; None leaves the model's own.

    Raises:
        PareidoliaError: the model solves no equation, or sees no labels.
    """
    model = space.model
    wanted = {"method": settings.solver, "steps": settings.steps}
    given = {name: value for name, value in wanted.items() if value is not None}
    if not given and settings.guidance is None:
        return
    if not isinstance(model, SolvesEquation):
        raise PareidoliaError(
            f"{space.name} is {described(space.run)}, which solves no equation: --solver, --steps and "
            "--guidance are of flows"
        )
    model.solver = replace(model.solver, **given)  # type: ignore[arg-type]
    if settings.guidance is not None:
        if not isinstance(space.model.prior, WithLabel):
            raise PareidoliaError(f"{space.name} was not trained with --labels condition: nothing guides it")
        model.guidance = settings.guidance


def _fitted(space: LatentSpace, settings: SampleSettings) -> Prior:
    check_sampler(settings.sampler, space.model, f"{space.name} is {described(space.run)}, which")
    if settings.truncation is not None:
        raise PareidoliaError("--truncation cuts off the model's own prior: leave out --sampler")
    known = space.kept or codes_to_fit(space.model, space.training, settings.seed)
    codes = known.codes
    if settings.label is not None:
        if known.labels is None:
            raise PareidoliaError(f"{space.run.data}, which {space.name} was trained on, has no labels")
        codes = codes[known.labels == space.label_number(settings.label)]
    return fit_sampler(settings.sampler, codes, settings.components, settings.seed)
