"""Settings from a file, from key=value pairs, and from options."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pareidolia.cli.outputs import Output
from pareidolia.safety import read_text
from pareidolia.settings import PareidoliaError, Settings, UnknownName


def merged(kind: type[Settings], output: Output, given: Mapping[str, Any]) -> Settings:
    """Settings from the file, then from key=value pairs, then from options given; later ones count.

    Args:
        kind: the class of settings.
        output: has the file and the pairs, if any.
        given: by field, what was given as options.

    Returns:
        The validated settings.

    Raises:
        UnknownName: If a key is not a setting.
        PareidoliaError: If a file or a pair cannot be read.
        ValidationError: If a value does not suit its setting.
    """
    values: dict[str, Any] = {} if output.config is None else _read_config(output.config)
    values |= dict(_read_pair(pair) for pair in output.set)
    for key in values:
        if key not in kind.model_fields:
            raise UnknownName("setting", key, kind.model_fields)
    return kind.model_validate({**values, **given})


def _read_config(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path, what="a file of settings"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PareidoliaError(f"{path} is not a TOML file: {error}") from error


def _read_pair(pair: str) -> tuple[str, Any]:
    key, equals, text = pair.partition("=")
    if not equals:
        raise PareidoliaError(f"--set takes key=value, not '{pair}'")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text  # a word without quotes
    return key.strip().replace("-", "_"), value
