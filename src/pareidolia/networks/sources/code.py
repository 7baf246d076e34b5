"""The user's own network: a factory in a module or in a file, called without arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.settings.network_sources import CODE, network_source

if TYPE_CHECKING:
    from pareidolia.networks.sources.origin import Origin


@network_source(
    CODE,
    forms=("package.module:factory", "file.py:factory"),
    help="Any network of your own: what a function or class gives that is called without arguments.",
)
def build(name: str, weights: str, class_count: int | None = None) -> Origin:
    """Call the factory `name`; it gives an `nn.Module`, an `nn.Module` class will do.

    "published" and "random" are both the network as the factory gives it, made under a fixed seed.
    """
    from torch import nn

    from pareidolia.networks.sources.callables import find_callable, made_by
    from pareidolia.settings.errors import BadNetwork

    home, _, factory = name.rpartition(":")
    make = find_callable(home, factory)
    if isinstance(make, nn.Module):
        raise BadNetwork(
            f"{name} is not a function or class: name what makes the network when called without arguments"
        )
    return made_by(make, name, weights, called=f"{name}()")
