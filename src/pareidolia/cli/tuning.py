"""`pareidolia filters`, `tuning` and `invariance`: what units respond to, and what leaves them cold."""

from typing import Annotated

from cyclopts import Parameter

from pareidolia.cli.output import PictureOutput, TabledOutput
from pareidolia.cli.run import make
from pareidolia.inspection.filters.settings import FiltersSettings
from pareidolia.inspection.invariance.settings import InvarianceSettings
from pareidolia.inspection.tuning.settings import TuningSettings
from pareidolia.operations import find_operation
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError


def filters(
    *,
    settings: Annotated[FiltersSettings, Parameter(name="*")] = FiltersSettings(),  # noqa: B008 (frozen)
    output: Annotated[PictureOutput, Parameter(name="*")],
) -> int:
    """Show the kernels of a layer: in colour where they see pixels, by channel where they do not."""
    return make(Request(find_operation("filters"), {}, settings), output)


def tuning(
    *,
    settings: Annotated[TuningSettings, Parameter(name="*")] = TuningSettings(),  # noqa: B008 (frozen)
    output: Annotated[TabledOutput, Parameter(name="*")],
) -> int:
    """Show gratings and bars to a layer's units, as Hubel and Wiesel did: what do they prefer?"""
    return make(Request(find_operation("tuning"), {}, settings), output, output.table)


def invariance(
    *photos: str,
    settings: Annotated[InvarianceSettings, Parameter(name="*")] = InvarianceSettings(),  # noqa: B008 (frozen)
    output: Annotated[TabledOutput, Parameter(name="*")],
) -> int:
    """Measure how far a layer's activations move when photos are shifted, enlarged and turned.

    Parameters
    ----------
    photos
        Files, or sample:chelsea and the like; each becomes a line.
    """
    if not photos:
        raise PareidoliaError("name at least one photo")
    return make(Request(find_operation("invariance"), {"photos": photos}, settings), output, output.table)
