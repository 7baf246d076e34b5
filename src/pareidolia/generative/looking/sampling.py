"""The operations `sample` and `reconstruct`: pictures that a model draws, and pictures through its codes."""

import math

import torch

from pareidolia.generative.looking.drawing import choose_solver, prior_to_draw_from
from pareidolia.generative.looking.latent_space import LatentPoint
from pareidolia.generative.looking.settings import ReconstructSettings, SampleSettings
from pareidolia.generative.looking.showing import laid_out, opened
from pareidolia.generative.runs import Run
from pareidolia.operations import EXPLORE, Input, operation
from pareidolia.operations.inputs import RUN
from pareidolia.pictures.result import Result
from pareidolia.settings import PareidoliaError


@operation(
    "sample",
    group=EXPLORE,
    help="Draw pictures from a trained model.",
    settings=SampleSettings,
    inputs=(RUN,),
)
def sample_sheet(run: Run | str, settings: SampleSettings | None = None) -> Result:
    """Pictures that the model draws: the mean pictures of codes from its prior or a sampler.

    Args:
        run: opened, or a run directory or the name of a shipped model.
        settings: every option.

    Returns:
        The pictures on one sheet.

    Raises:
        PareidoliaError: If the model cannot draw pictures.
    """
    settings = settings or SampleSettings()
    space = opened(run, settings)
    choose_solver(space, settings)
    pictures = space.samples(settings.count, settings.seed, prior_to_draw_from(space, settings))
    columns = settings.columns or math.ceil(math.sqrt(settings.count))
    of_label = "" if settings.label is None else f", label {settings.label}"
    by = "" if settings.sampler == "prior" else f", codes by {settings.sampler}"
    told = f"{settings.count} samples of {space.name}{of_label}{by}"
    return Result(laid_out(pictures, columns), told)


@operation(
    "reconstruct",
    group=EXPLORE,
    help="Send pictures through their codes and back: what does the model keep of them?",
    settings=ReconstructSettings,
    inputs=(
        RUN,
        Input(
            "pictures",
            "Files, sample:NAME, test:NUMBER or train:NUMBER; without any, some of the test pictures.",
            "latent point",
            many=True,
            required=False,
        ),
    ),
)
def reconstruction_sheet(
    run: Run | str, pictures: tuple[str, ...] = (), settings: ReconstructSettings | None = None
) -> Result:
    """Pictures as the model sees them, and below their reconstructions with the error of each.

    Args:
        run: a run, its folder, or a shipped model's name.
        pictures: places that are pictures, see `latent_space.LATENT_POINTS`; if empty, test pictures, evenly
            spread.
        settings: options.

    Returns:
        A sheet of pictures.

    Raises:
        PareidoliaError: If the model has no encoder, or a place is not a picture.
        BadPicture: If a file cannot be opened as a picture.
    """
    settings = settings or ReconstructSettings()
    space = opened(run, settings)
    if pictures:
        points = [space.resolve(name) for name in pictures]
    else:
        count = min(settings.count, len(space.test))
        points = [space.resolve(f"test:{number * len(space.test) // count}") for number in range(count)]
    seen = torch.cat([_seen(place) for place in points]).cpu()
    rebuilt = space.decode(torch.cat([place.code for place in points]))
    errors = (seen - rebuilt).square().flatten(1).mean(1)
    captions = [place.caption for place in points] + [f"error {float(error):.3g}" for error in errors]
    picture = laid_out(
        torch.cat([seen, rebuilt]), len(points), captions=captions, row_titles=("seen", "rebuilt")
    )
    told = "; ".join(place.caption for place in points) if pictures else f"{len(points)} test pictures"
    return Result(picture, f"{told}: mean squared error {float(errors.mean()):.3g}")


def _seen(place: LatentPoint) -> torch.Tensor:
    if place.picture is None:
        raise PareidoliaError(f"{place.caption} is not a picture: only pictures can be reconstructed")
    return place.picture
