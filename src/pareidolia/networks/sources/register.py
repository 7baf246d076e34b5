"""Sources by the first part of a network's name; torchvision and timm are imported when they are named."""

from pareidolia.networks.sources import code, shipped
from pareidolia.networks.sources.origin import Origin
from pareidolia.settings import UnknownName


def build(name: str, weights: str, class_count: int | None = None) -> Origin:
    """Build a network by name.

    Args:
        name: "retina", "torchvision:NAME", "timm:NAME", "package.module:factory" or "file.py:factory".
        weights: "published", "random" (the same every time), or the path of a weights file.
        class_count: number of outputs if the user's own weights and classes change it.

    Returns:
        The network.

    Raises:
        BadNetwork: If the network cannot be built, or its weights do not fit.
        UnknownName: If there is no network of that name.
        MissingExtra: If the source's library is not installed.
    """
    source, _, rest = name.rpartition(":")
    if name == shipped.NAME:
        return shipped.build(weights, class_count)
    if source == "torchvision":
        from pareidolia.networks.sources import from_torchvision

        return from_torchvision.build(rest, weights, class_count)
    if source == "timm":
        from pareidolia.networks.sources import from_timm

        return from_timm.build(rest, weights, class_count)
    if not source or not rest:
        raise UnknownName("network", name, known_names())
    return code.build(source, rest, weights)


def known_names() -> list[str]:
    """The names of the shipped network and of torchvision's classification networks."""
    from torchvision import models

    return [shipped.NAME, *(f"torchvision:{each}" for each in models.list_models(module=models))]
