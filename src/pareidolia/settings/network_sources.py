"""Where networks come from: each source stated once, beside the function that builds. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeVar

from pareidolia.settings.registry import Registry

if TYPE_CHECKING:
    from pareidolia.networks.sources.origin import Origin


class Build(Protocol):
    """Builds a network of a source.

    Args:
        name: what follows the source's name and the colon; for the source of the user's own code the whole.
        weights: "published", "random" (the same every time), or the path of a weights file.
        class_count: number of outputs where the user's own classes change it, else None.

    Raises:
        BadNetwork, UnknownName, MissingExtra: each with one line that says what to do.
    """

    def __call__(self, name: str, weights: str, class_count: int | None, /) -> Origin: ...


@dataclass(frozen=True)
class Source:
    """A source of networks.

    Attributes:
        name: what stands before the colon in a network's name.
        forms: how its networks are written, e.g. "timm:NAME".
        help: a sentence for people.
        build: builds one of its networks.
        names: the names that it lists, whole ones such as "torchvision:vgg19".
    """

    name: str
    forms: tuple[str, ...]
    help: str
    build: Build
    names: Callable[[], Sequence[str]]


B = TypeVar("B", bound=Build)
_OWN = tuple(
    f"pareidolia.networks.sources.{home}"
    for home in (
        "shipped",
        "efficientnet_lite",
        "vgg19",
        "from_torchvision",
        "from_timm",
        "from_hf_hub",
        "from_torchhub",
    )
)
# The user's own code comes last: whatever no other source claims is a module or a file.
_HOMES = (*_OWN, "pareidolia.networks.sources.code")

#: The sources by name: the package's own, and those of plug-ins.
SOURCES: Registry[Source] = Registry("network source", _HOMES)
CODE = "code"
"""The source of the user's own modules and files, which has no name before a colon."""
_listeners: list[Callable[[], None]] = []


def network_source(
    name: str,
    *,
    help: str,
    forms: Sequence[str] = (),
    names: Callable[[], Sequence[str]] = tuple,
) -> Callable[[B], B]:
    """Register the function below as a source: `NAME:REST` is then a network wherever one is named.

        @network_source("hub", help="Networks of the hub of our lab.")
        def build(name, weights, class_count):
            return Origin(make(name), mean=..., std=..., input_shape=(3, 224, 224))

    Args:
        name: what stands before the colon.
        help: a sentence for people.
        forms: how its networks are written; default "NAME:NAME" with the source's name.
        names: gives the whole names of its networks, where they can be listed.

    Returns:
        The decorator.

    Raises:
        PareidoliaError: another module has registered the name.
    """

    def register(build: B) -> B:
        if build.__module__ not in _HOMES:  # a plug-in, which takes no name of the package's own
            _import_homes()
        source = Source(name, tuple(forms) or (f"{name}:NAME",), help, build, names)
        SOURCES.add(name, source, build.__module__)
        for listener in _listeners:
            listener()
        return build

    return register


def network_forms() -> str:
    """How networks are written, by all sources that have been imported: "retina, timm:NAME or …"."""
    _import_homes()
    # Each source that registers itself imports all homes for this, so their order is not that of `_HOMES`.
    ordered = sorted(SOURCES.registered(), key=_place)
    *most, last = (form for source in ordered for form in source.forms)
    return f"{', '.join(most)} or {last}"


def _import_homes() -> None:
    for home in _HOMES:
        import_module(home)


def _place(source: Source) -> float:
    """Where a source is listed: those of plug-ins between the package's own and the user's code."""
    home = source.build.__module__
    return _HOMES.index(home) if home in _HOMES else len(_OWN) - 0.5


def follow_sources(listener: Callable[[], None]) -> None:
    """Call `listener` whenever another source is registered."""
    _listeners.append(listener)
