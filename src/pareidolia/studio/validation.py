"""What is posted, accepted as a job or refused with one line: operation, inputs, settings, sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from pydantic import ValidationError

from pareidolia.operations import Operation
from pareidolia.settings import PareidoliaError, UnknownName
from pareidolia.settings.faults import in_one_line
from pareidolia.settings.network_sources import SOURCES
from pareidolia.studio.forms import is_hidden, networks, offered
from pareidolia.studio.limits import Limits
from pareidolia.studio.references import References

_MOST_AXES = 2


@dataclass(frozen=True)
class Validated:
    """A request that may become a job.

    Attributes:
        operation: by name.
        inputs: checked references.
        settings: every setting, as JSON has them.
        video: whether the result is to be a video.
    """

    operation: str
    inputs: dict[str, Any]
    settings: dict[str, Any]
    video: bool = False


@dataclass(frozen=True)
class Validator:
    """Checks requests.

    Attributes:
        references: finds what inputs stand for.
        limits: what is taken at most.
    """

    references: References
    limits: Limits

    def validate(self, posted: Mapping[str, Any]) -> Validated:
        """Check a request.

        Args:
            posted: "operation", "inputs", "settings" and "video", as JSON has them.

        Returns:
            The request, with every setting.

        Raises:
            PareidoliaError: If the operation is unknown, an input is missing, or a setting is refused.
        """
        operation = _operation(posted.get("operation"))
        inputs, given = posted.get("inputs", {}), posted.get("settings", {})
        if not isinstance(inputs, Mapping) or not isinstance(given, Mapping):
            raise PareidoliaError("inputs and settings are objects")
        checked = self.references.check(operation, inputs)
        video = bool(posted.get("video", False))
        if video and operation.video is None:
            raise PareidoliaError(f"{operation.name} makes no videos")
        return Validated(operation.name, checked, self.settings(operation, given), video)

    def settings(self, operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every setting of an operation, of which some are given.

        Args:
            operation: whose they are.
            given: by name; those that are the machine's own may stand at their defaults alone.

        Returns:
            The settings as JSON has them.

        Raises:
            PareidoliaError: If one is unknown, not of its type or range, too large, or not the page's to set.
        """
        return checked_settings(operation, given, self.limits)

    def grid(self, posted: Mapping[str, Any]) -> list[Validated]:
        """The requests of a grid: every combination of the values of one or two settings.

        Args:
            posted: as `validate` takes it, and "grid": lists of values by the settings' names.

        Returns:
            The requests, the last setting varying fastest.

        Raises:
            PareidoliaError: As `validate` raises it, or the grid has more cells or settings than are taken.
        """
        axes = posted.get("grid") or {}
        if not isinstance(axes, Mapping) or not all(
            isinstance(each, list) and each for each in axes.values()
        ):
            raise PareidoliaError("a grid is lists of values by the names of settings")
        if len(axes) > _MOST_AXES:
            raise PareidoliaError(f"a grid is over one or two settings, not {len(axes)}")
        cells = list(product(*axes.values()))
        if len(cells) > self.limits.grid:
            raise PareidoliaError(f"a grid has at most {self.limits.grid} pictures, not {len(cells)}")
        settings = posted.get("settings", {})
        return [
            self.validate({**posted, "settings": {**settings, **dict(zip(axes, cell, strict=True))}})
            for cell in cells
        ]


def checked_settings(operation: Operation, given: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """Every setting of an operation, of which some are given.

    Args:
        operation: whose they are.
        given: by name; those that are the machine's own may stand at their defaults alone.
        limits: what is taken at most.

    Returns:
        The settings as JSON has them.

    Raises:
        PareidoliaError: If one is unknown, not of its type or range, too large, or not a page's to set.
    """
    kind = operation.settings_type
    declared = kind.model_json_schema()["properties"]
    for name, value in given.items():
        if name not in declared:
            raise UnknownName(f"setting of {operation.name}", str(name), declared)
        if is_hidden(name, declared[name]) and value != declared[name].get("default"):
            raise PareidoliaError(f"{name} is set on the command line only")
    limits.check(given)
    _check_network(given.get("network"))
    try:
        made = kind.model_validate(dict(given))
    except ValidationError as error:
        raise PareidoliaError(in_one_line(error, declared)) from error
    return made.model_dump(mode="json")


def _operation(name: Any) -> Operation:
    known = offered()
    if not isinstance(name, str) or name not in known:
        raise UnknownName("operation of the studio", str(name)[:80], known)
    return known[name]


def _check_network(name: Any) -> None:
    """Only networks that are here: none is fetched, and no code is named."""
    if (
        isinstance(name, str)
        and name
        and name not in networks()
        and name not in ("auto", "mlp", "convolutional")
    ):
        known = [*networks()]
        source = SOURCES.get(name.partition(":")[0])
        if source is not None and ":" in name:
            raise PareidoliaError(f"{name} would have to be fetched: use it on the command line")
        raise UnknownName("network of the studio", name[:80], known)
