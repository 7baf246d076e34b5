"""The section on artistic style: a photo painted like a painting, coarse to fine."""

import shlex
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from pareidolia.painting import Step
from pareidolia.pictures import as_picture, save_picture
from pareidolia.style import StyleTransfer
from pareidolia.style.settings import StyleSettings
from pareidolia.tour.page import Figure, Section, line_plot
from pareidolia.tour.settings import TourSettings

_IDEA = (
    "A network that has learned to see keeps two things about a picture. What is shown where lies in the "
    "activations of its deeper layers: that is the content. Which colours, lines and textures go together, "
    "wherever they are, lies in the products of its channels, summed over all positions: that is the style, "
    "and each layer's Gram matrix holds the part of one scale.",
    "So a painting is a picture whose activations are those of the photo and whose Gram matrices are those "
    "of the painting. It is found by changing pixels, step by step, down the slope of both losses. We begin "
    "small, where strokes are large and steps are cheap, and let each larger canvas add the finer ones.",
)
_FORMULA = (
    "G<sub>ij</sub> = Σ<sub>k</sub> F<sub>ik</sub> F<sub>jk</sub>",
    "L<sub>content</sub> = Σ<sub>l</sub> w<sub>l</sub> · ½ Σ (F − C)², &ensp; "
    "L<sub>style</sub> = Σ<sub>l</sub> w<sub>l</sub> / (4 N² M²) · Σ (G − A)²",
    "L = α L<sub>content</sub> + β L<sub>style</sub>",
)


def tell_style(folder: Path, settings: TourSettings, report: Callable[[Step], None]) -> Section:
    """Paint `settings.photo` like `settings.painting`, keeping the canvas at the end of every size."""
    options = StyleSettings(size=settings.size, device=settings.device, seed=settings.seed)
    painting = StyleTransfer(settings.photo, [settings.painting], options)
    save_picture(as_picture(settings.photo, size=settings.size), folder / "photo.png", overwrite=True)
    save_picture(as_picture(settings.painting, size=settings.size), folder / "painting.png", overwrite=True)
    losses: dict[str, list[float]] = defaultdict(list)
    marks: dict[str, int] = {}
    snapshots: list[Figure] = []
    sizes = len(painting.stages)
    for step in painting:
        report(step)
        marks.setdefault(f"{step.size[1]}x{step.size[0]}", step.index - 1)
        for name, loss in step.losses.items():
            losses[name].append(loss)
        ends_a_size = step.index == sum(stage.steps for stage in painting.stages[: len(marks)])
        if ends_a_size and not painting.finished:
            file = f"canvas{len(marks)}.png"
            save_picture(painting.picture, folder / file, overwrite=True)
            snapshots.append(
                Figure(file, f"After {step.index} steps, at {step.size[1]}x{step.size[0]}", 12 // (sizes - 1))
            )
    save_picture(painting.picture, folder / "painted.png", overwrite=True)
    command = shlex.join(
        ["pareidolia", "style", settings.photo, settings.painting, "--size", str(settings.size)]
    )
    return Section(
        title="Artistic style",
        idea=_IDEA,
        formula=_FORMULA,
        figures=[
            Figure("photo.png", "The photo gives the content."),
            Figure("painting.png", "The painting gives the style."),
            Figure("painted.png", f"The photo in the painting's style, after {painting.total} steps.", 12),
            *snapshots,
        ],
        plot=line_plot(losses, marks),
        command=f"{command} --out painted.png",
        source="pareidolia/style/losses.py, pareidolia/style/transfer.py, pareidolia/painting/painting.py",
    )
