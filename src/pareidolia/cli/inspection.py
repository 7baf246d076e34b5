"""`pareidolia saliency`, `deconvnet` and `faithfulness`: which pixels made a network say so."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from pydantic import Field

from pareidolia.cli.output import OverwriteOptions, PictureOutput, print_json, say
from pareidolia.cli.run import make
from pareidolia.inspection.attribution.settings import (
    DeconvnetSettings,
    FaithfulnessSettings,
    SaliencySettings,
)
from pareidolia.operations import find_operation
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError

if TYPE_CHECKING:
    from pareidolia.inspection.attribution.comparison import Faithfulness


class FigureOutput(OverwriteOptions):
    """The figure that is written, if one is wanted."""

    out: Annotated[Path | None, Field(description="A file for the figure of the curves.")] = None


def saliency(
    photo: str,
    /,
    *,
    settings: Annotated[SaliencySettings, Parameter(name="*")] = SaliencySettings(),  # noqa: B008 (frozen)
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Show which pixels of a photo made the network say so.

    Parameters
    ----------
    photo
        A file, or sample:chelsea and the like.
    """
    return make(Request(find_operation("saliency"), {"photo": photo}, settings), output)


def deconvnet(
    photo: str,
    /,
    *,
    settings: Annotated[DeconvnetSettings, Parameter(name="*")] = DeconvnetSettings(),  # noqa: B008 (frozen)
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Send units of a layer back to the pixels of a photo: what did they see?

    Parameters
    ----------
    photo
        A file, or sample:chelsea and the like.
    """
    return make(Request(find_operation("deconvnet"), {"photo": photo}, settings), output)


def faithfulness(
    *photos: str,
    settings: Annotated[FaithfulnessSettings, Parameter(name="*")] = FaithfulnessSettings(),  # noqa: B008
    output: Annotated[FigureOutput, Parameter(name="*")] = FigureOutput(),  # noqa: B008 (frozen)
) -> int:
    """Measure how far attribution methods tell the truth: deletion, insertion, randomised parameters.

    Parameters
    ----------
    photos
        Files, or sample:chelsea and the like; the more, the narrower the confidence intervals.
    """
    from pareidolia.inspection import compare_methods
    from pareidolia.inspection.attribution.comparison import figure
    from pareidolia.pictures import check_target

    if not photos:
        raise PareidoliaError("name at least one photo")
    if output.out is not None:
        check_target(output.out, output.overwrite)
    began = time.perf_counter()
    results = []
    for result in compare_methods(photos, settings):
        results.append(result)
        if not output.as_json:
            say(f"{result.method} measured on {len(photos)} photos", output)
    if output.out is not None:
        figure(results, output.out, overwrite=output.overwrite)
    if output.as_json:
        print_json(
            {
                "out": output.out and str(output.out),
                "seconds": round(time.perf_counter() - began, 3),
                "methods": [_numbers(result) for result in results],
                "settings": settings.model_dump(mode="json"),
            }
        )
    else:
        _print_table(results)
    return 0


_MEASURES = ("deletion", "insertion", "last_layer", "upper_half")


def _numbers(result: "Faithfulness") -> dict[str, Any]:
    means = {name: getattr(result, name) for name in _MEASURES}
    return {
        "method": result.method,
        **{name: {"mean": mean.value, "interval": mean.interval} for name, mean in means.items()},
        "caution": result.caution,
    }


def _print_table(results: "list[Faithfulness]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "method",
        "deletion ↓",
        "insertion ↑",
        "last layer randomised ↓",
        "upper half randomised ↓",
        box=None,
        header_style="bold",
    )
    for result in results:
        table.add_row(result.method, *(str(getattr(result, name)) for name in _MEASURES))
    console = Console(width=None if Console().is_terminal else 160)
    console.print(table)
    console.print(
        "Areas under the curves, and likeness (Spearman's ρ) to the map of a randomised network; "
        "means with 95 % intervals over photos."
    )
    for result in results:
        if result.caution:
            console.print(f"{result.method} {result.caution}.")
