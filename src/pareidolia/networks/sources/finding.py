"""From a network's name to the source that builds it."""

from pareidolia.networks.sources.origin import Origin
from pareidolia.settings import UnknownName
from pareidolia.settings.network_sources import CODE, SOURCES


def build(name: str, weights: str, class_count: int | None = None) -> Origin:
    """The network called `name` with the given weights.

    Args:
        name: a source's own name ("retina"), "SOURCE:NAME", or a module's or file's "HOME:factory".
        weights: "published", "random" (the same every time), or the path of a weights file.
        class_count: number of outputs where the user's own weights and classes change it.

    Returns:
        The module with its weights, and what is known of its pictures and classes.

    Raises:
        BadNetwork: If it cannot be built, or the weights do not fit.
        UnknownName: If there is no such network.
        MissingExtra: If the package that makes it is not installed.
    """
    source, _, rest = name.rpartition(":")
    if name in SOURCES and name != CODE and name in SOURCES[name].names():
        return SOURCES[name].build("", weights, class_count)
    if source in SOURCES and source != CODE and rest:
        return SOURCES[source].build(rest, weights, class_count)
    if not source or not rest:
        raise UnknownName("network", name, known_names())
    return SOURCES[CODE].build(name, weights, class_count)


def known_names() -> list[str]:
    """The networks that can be listed by name."""
    return [name for source in SOURCES.values() for name in source.names()]
