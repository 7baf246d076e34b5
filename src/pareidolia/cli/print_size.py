"""`--print-size`: a size on paper as one in pixels, before the settings are made."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pareidolia.cli.outputs import Output
from pareidolia.operations import Operation
from pareidolia.settings import PareidoliaError

_DPI = 300


def sized_for_print(
    operation: Operation, inputs: Mapping[str, Any], output: Output, settings: dict[str, Any]
) -> tuple[Output, dict[str, Any]]:
    """Take `--print-size` as `--size`, at the resolution that the file then names.

    Args:
        operation: what is made.
        inputs: what it is given; its first picture has the proportions.
        output: what was asked for.
        settings: those that were given.

    Returns:
        The output with a resolution, and the settings with a size.

    Raises:
        PareidoliaError: If there is no size to choose, or two are given.
    """
    size = getattr(output, "print_size", None)
    if size is None:
        return output, settings
    if "size" not in operation.settings_type.model_fields:
        raise PareidoliaError(f"{operation.name} has no size to choose: leave out --print-size")
    if "size" in settings:
        raise PareidoliaError("--size and --print-size are two sizes: give one")
    from pareidolia.pictures.printing import pixels_for, proportions_of

    dpi = getattr(output, "dpi", None) or _DPI
    photo = next((each.name for each in operation.inputs if each.kind == "picture"), "")
    given = inputs.get(photo)
    proportions = proportions_of(given) if isinstance(given, str) and Path(given).is_file() else None
    pixels = pixels_for(size, dpi, proportions)
    return output.model_copy(update={"dpi": dpi}), {**settings, "size": pixels}
