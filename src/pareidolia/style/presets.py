"""Presets: sets of options of style transfer that people know by name. No torch here.

Each is stated here once. A package of your own registers another likewise, with `@style_preset`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pareidolia.settings.registry import Registry

MakeOptions = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Preset:
    """A set of options.

    Attributes:
        name: what `--preset` calls it.
        help: in a few words, what comes of it.
        options: of `StyleSettings`, by name; what is not named keeps its default.
    """

    name: str
    help: str
    options: Mapping[str, Any]


STYLE_PRESETS: Registry[Preset] = Registry("style preset")


def style_preset(name: str) -> Callable[[MakeOptions], MakeOptions]:
    """Register the options that the function below gives under a name, which `--preset NAME` then takes.

    Its docstring is one line: what comes of it.

    Args:
        name: of the preset.

    Returns:
        The decorator.
    """

    def keep(make: MakeOptions) -> MakeOptions:
        STYLE_PRESETS.add(name, Preset(name, (make.__doc__ or name).rstrip("."), make()), make.__module__)
        return make

    return keep


def options_of(name: str | None) -> dict[str, Any]:
    """The options of a preset; none where none is named.

    Args:
        name: of the preset.

    Returns:
        Options by name.

    Raises:
        UnknownName: If there is no such preset.
    """
    return {} if name is None else dict(STYLE_PRESETS[name].options)


def presets_in_words() -> str:
    """Each preset that is registered so far, with what comes of it."""
    return "; ".join(
        f"{preset.name}: {preset.help[0].lower()}{preset.help[1:]}" for preset in STYLE_PRESETS.registered()
    )


@style_preset("oil")
def oil() -> dict[str, Any]:
    """Broad strokes in the painting's colors."""
    return {"stroke_size": 1.5, "smoothness": 2.0}


@style_preset("bold")
def bold() -> dict[str, Any]:
    """The painting's own motifs where the photo is flat, and its things as they are."""
    return {"content_focus": 2.0}


@style_preset("portrait")
def portrait() -> dict[str, Any]:
    """A face or an animal painted all over that stays itself."""
    return {"match": ("transport",), "content_weight": 0.2, "content_focus": 2.0}


@style_preset("ink")
def ink() -> dict[str, Any]:
    """Fine lines that follow the photo's."""
    return {
        "match": ("gram",),
        "stroke_size": 0.6,
        "content_weight": 1.0,
        "content_match": "self-similarity",
    }


@style_preset("keep-photo")
def keep_photo() -> dict[str, Any]:
    """The photo in its own colors, painted over lightly."""
    return {"colors": "luminance", "strength": 0.7}


@style_preset("texture-only")
def texture_only() -> dict[str, Any]:
    """The painting's texture, and nothing of the photo but its size."""
    return {
        "start": "noise",
        "content_weight": 0.0,
        "balance": "relative",
        "smoothness": 5.0,
        "steps": 80,
    }


@style_preset("quick")
def quick() -> dict[str, Any]:
    """A draft, begun by brush."""
    return {"start": "brush", "coarsest": 256, "coarse_steps": 20, "steps": 15}


@style_preset("print")
def print_() -> dict[str, Any]:
    """2,048 pixels for paper, without grain."""
    return {"size": 2048, "smoothness": 2.0, "steps": 30}
