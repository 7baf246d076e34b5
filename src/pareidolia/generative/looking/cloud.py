"""The operation `latent`: where the codes of pictures lie, coloured by label, against the prior."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.capabilities import HasPrior
from pareidolia.generative.looking.latent_space import LatentSpace
from pareidolia.generative.looking.settings import LatentSettings
from pareidolia.generative.looking.showing import opened
from pareidolia.generative.looking.unsupervised import principal_directions
from pareidolia.generative.runs import Run
from pareidolia.operations import EXPLORE, operation
from pareidolia.operations.inputs import RUN
from pareidolia.pictures import check_plots, figure_picture
from pareidolia.pictures.result import Result
from pareidolia.randomness import seeded_generator
from pareidolia.settings import PareidoliaError

_PIXELS_AN_INCH = 100
_PRIOR_SAMPLES = 3000
# Matplotlib's ten colours without the grey one, which is the prior's.
_COLORS = (
    *("tab:blue", "tab:orange", "tab:green", "tab:red", "tab:purple"),
    *("tab:brown", "tab:pink", "black", "tab:olive", "tab:cyan"),
)


def principal_plane(codes: Tensor) -> tuple[Tensor, Tensor, float]:
    """Mean L, the two directions 2×L in which codes N×L vary most, and their share of the variance."""
    found = principal_directions(codes, 2)
    directions = F.normalize(found.vectors, dim=1)
    return codes.mean(0), directions, float(found.shares.sum())


@operation(
    "latent",
    group=EXPLORE,
    help="Show where the codes of pictures lie, colored by label, against the prior.",
    settings=LatentSettings,
    inputs=(RUN,),
)
def latent_cloud(run: Run | str, settings: LatentSettings | None = None) -> Result:
    """Plot codes of pictures as points, by label, before samples of the prior as a grey cloud.

    Codes of length 2 are drawn as they are, longer ones on the plane in which they vary most (PCA).

    Args:
        run: a run, its folder, or a shipped model's name.
        settings: options.

    Returns:
        The plot.

    Raises:
        PareidoliaError: If the model has no encoder, or codes of length 1.
        MissingExtra: If matplotlib is not installed.
    """
    settings = settings or LatentSettings()
    space = opened(run, settings)
    _ = space.encoder
    if space.model.latent < 2:
        raise PareidoliaError(f"{space.name} has codes of length 1: there is no plane to show")
    codes, labels = _codes(space, settings)
    prior = space.draw(_PRIOR_SAMPLES, settings.seed).cpu() if isinstance(space.model, HasPrior) else None
    axes = ("unit 0", "unit 1")
    how = f"{len(codes)} {settings.split} pictures"
    if space.model.latent > 2:
        middle, directions, share = principal_plane(codes)
        codes = (codes - middle) @ directions.T
        prior = None if prior is None else (prior - middle) @ directions.T
        axes = ("first principal direction", "second principal direction")
        how += f", on the plane that holds {100 * share:.0f} % of the variance of {space.model.latent} units"
    picture = _drawn(codes, prior, labels, space.run.classes, axes, f"{space.name}: {how}", settings.size)
    return Result(picture, f"codes of {how}")


def _codes(space: LatentSpace, settings: LatentSettings) -> tuple[Tensor, Tensor | None]:
    """Codes of as many pictures as are wanted, and their labels."""
    generator = seeded_generator(settings.seed)
    if space.kept is not None and settings.split == "test":
        chosen = torch.randperm(len(space.kept.codes), generator=generator)[: settings.count]
        labels = space.kept.labels
        return space.kept.codes[chosen], None if labels is None else labels[chosen]
    data = space.run.pictures(settings.split, settings.data)
    chosen = torch.randperm(len(data), generator=generator)[: settings.count]
    labels = None if data.labels is None else data.labels[chosen]
    return space.encode(data.pictures(chosen)).cpu(), labels


def _drawn(
    codes: Tensor,
    prior: Tensor | None,
    labels: Tensor | None,
    classes: tuple[str, ...],
    axes: tuple[str, str],
    title: str,
    size: int,
) -> Tensor:
    check_plots()
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    inches = size / _PIXELS_AN_INCH
    drawing = Figure(figsize=(inches, 0.86 * inches), dpi=_PIXELS_AN_INCH, layout="constrained")
    plot: Any = drawing.subplots()
    dot = max(4.0, 30 * (inches / 10) ** 2 * min(1.0, (1000 / len(codes)) ** 0.5))
    if prior is not None:
        plot.scatter(*prior.T.numpy(), s=dot / 2, c="0.85", linewidths=0, label="prior")
    if labels is None or not classes:
        plot.scatter(*codes.T.numpy(), s=dot, color="tab:blue", linewidths=0, alpha=0.7, label="pictures")
    else:
        colors = _COLORS if len(classes) <= 10 else colormaps["turbo"](np.linspace(0, 1, len(classes)))
        for number, (name, color) in enumerate(zip(classes, colors, strict=False)):
            points = codes[labels == number].T.numpy()
            plot.scatter(*points, s=dot, color=color, linewidths=0, alpha=0.7, label=name)
    plot.set(title=title, xlabel=axes[0], ylabel=axes[1], aspect="equal")
    columns = -(-(len(classes) + 1) // 24)
    plot.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, markerscale=1.5, ncols=columns)
    return figure_picture(drawing)
