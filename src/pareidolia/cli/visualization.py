"""`pareidolia features`, `class-model`, `invert` and `caricature`: pictures of what a network responds to."""

from typing import Annotated

from cyclopts import Parameter

from pareidolia.cli.output import Output
from pareidolia.cli.run import run
from pareidolia.inspection.visualization.settings import (
    CaricatureSettings,
    ClassModelOptions,
    ClassModelSettings,
    FeatureSettings,
    InversionSettings,
)
from pareidolia.operations import find_operation
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError


def features(
    *,
    settings: Annotated[FeatureSettings, Parameter(name="*")] = FeatureSettings(),  # noqa: B008 (frozen)
    output: Annotated[Output, Parameter(name="*")],
) -> int:
    """Paint what units of a network respond to, many at once, on a sheet."""
    return run(Request(find_operation("features"), {}, settings), output)


def class_model(
    *names: str,
    options: Annotated[ClassModelOptions, Parameter(name="*")] = ClassModelOptions(),  # noqa: B008 (frozen)
    output: Annotated[Output, Parameter(name="*")],
) -> int:
    """Paint what a network takes for a class, or for several on a sheet.

    Parameters
    ----------
    names
        Classes, by name, part of a name, or number.
    """
    if not names:
        raise PareidoliaError("name at least one class")
    settings = ClassModelSettings.model_validate({**options.model_dump(), "names": names})
    return run(Request(find_operation("class-model"), {}, settings), output)


def invert(
    photo: str,
    /,
    *,
    settings: Annotated[InversionSettings, Parameter(name="*")] = InversionSettings(),  # noqa: B008 (frozen)
    output: Annotated[Output, Parameter(name="*")],
) -> int:
    """Paint a photo back from its activations at each of several layers: what do they still know?

    Parameters
    ----------
    photo
        A file, or sample:chelsea and the like.
    """
    return run(Request(find_operation("invert"), {"photo": photo}, settings), output)


def caricature(
    photo: str,
    /,
    *,
    settings: Annotated[CaricatureSettings, Parameter(name="*")] = CaricatureSettings(),  # noqa: B008 (frozen)
    output: Annotated[Output, Parameter(name="*")],
) -> int:
    """Paint a photo as layers exaggerate it: more of what they see in it.

    Parameters
    ----------
    photo
        A file, or sample:chelsea and the like.
    """
    return run(Request(find_operation("caricature"), {"photo": photo}, settings), output)
