"""`pareidolia evaluate`: how well a trained model does, as a table or as JSON."""

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from pareidolia.cli.output import VerbosityOptions, print_json, say
from pareidolia.generative.measuring.settings import EvaluateSettings
from pareidolia.safety import trusting

if TYPE_CHECKING:
    from pareidolia.generative.measuring import Measurement


def evaluate(
    run: str,
    /,
    *,
    settings: Annotated[EvaluateSettings, Parameter(name="*")] = EvaluateSettings(),  # noqa: B008 (frozen)
    verbosity: Annotated[VerbosityOptions, Parameter(name="*")] = VerbosityOptions(),  # noqa: B008 (frozen)
) -> int:
    """Measure a trained model: likelihoods, distances to real pictures, what it forgets.

    Parameters
    ----------
    run
        A run directory of pareidolia train, or a shipped model such as digits-vae.
    """
    from pareidolia.generative.measuring.evaluating import evaluate as measure

    began = time.perf_counter()
    figures = []
    with trusting(verbosity.trust):
        for figure in measure(run, settings):
            figures.append(figure)
            if not verbosity.as_json:
                say(f"{time.perf_counter() - began:6.1f} s  {figure.what}: {shown(figure)}", verbosity)
    if verbosity.as_json:
        print_json(
            {
                "run": run,
                "seconds": round(time.perf_counter() - began, 3),
                "figures": [_numbers(figure) for figure in figures],
                "settings": settings.model_dump(mode="json"),
            }
        )
    else:
        _print_table(figures)
    return 0


def shown(figure: "Measurement") -> str:
    """The figure with its error and unit; shares as percentages."""
    estimate, unit = figure.estimate, figure.unit
    if unit == "share":
        estimate, unit = estimate.scaled(100), "%"
    return f"{estimate} {unit}".rstrip()


def _numbers(figure: "Measurement") -> dict[str, Any]:
    return {**asdict(figure.estimate), **{k: v for k, v in asdict(figure).items() if k != "estimate"}}


def _print_table(figures: "list[Measurement]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("measure", "figure ± standard error", "how", box=None, header_style="bold")
    for figure in figures:
        table.add_row(figure.what, shown(figure), figure.told)
    console = Console(width=None if Console().is_terminal else 180)
    console.print()
    console.print(table)
