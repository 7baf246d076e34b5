"""From a network's name to the source that builds it."""

from pareidolia.networks.sources.origin import Origin
from pareidolia.settings import UnknownName
from pareidolia.settings.network_sources import CODE, SOURCES


def build(name: str, weights: str, class_count: int | None = None) -> Origin:
    """The network called `name` with the `weights` asked for.

    Args:
        name: a source's own name ("retina"), "SOURCE:NAME" (the name may hold colons), or a module's or
            file's "HOME:factory".
        weights: "published", "random" (the same every time), or the path of a weights file.
        class_count: number of outputs where the user's own weights and classes change it.

    Returns:
        The module, with what its source has to say of it.

    Raises:
        BadNetwork, UnknownName, MissingExtra: there is no such network, or it cannot be built.
    """
    source, _, rest = name.partition(":")
    if name in SOURCES and name != CODE and name in SOURCES[name].names():
        return SOURCES[name].build("", weights, class_count)
    if source in SOURCES and source != CODE and rest:
        return SOURCES[source].build(rest, weights, class_count)
    home, _, factory = name.rpartition(":")
    if not home or not factory:
        raise UnknownName("network", name, known_names())
    return SOURCES[CODE].build(name, weights, class_count)


def known_names() -> list[str]:
    """The networks that can be listed by name."""
    return [name for source in SOURCES.values() for name in source.names()]
