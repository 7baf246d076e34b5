"""The operation `networks`: which networks there are, and what is inside one."""

from pareidolia.networks.accepting import NetworkLike, network_for
from pareidolia.networks.sources import known_names
from pareidolia.networks.tables import layer_row
from pareidolia.operations import LOOK, Input, operation
from pareidolia.pictures.result import Result
from pareidolia.settings import NetworkSettings
from pareidolia.settings.network_sources import CODE, SOURCES


@operation(
    "networks",
    group=LOOK,
    help="List the networks that can be named, or the layers of one.",
    settings=NetworkSettings,
    inputs=(Input("name", "A network, as --network takes it.", "text", required=False),),
    out="none",
)
def describe_networks(
    name: str | None = None, settings: NetworkSettings | None = None, network: NetworkLike = None
) -> Result:
    """List the networks that can be named, or the layers of one.

    Args:
        name: of a network; if this and `network` are None, all names are listed.
        settings: how it is loaded.
        network: a network that is loaded already.

    Returns:
        A result without a picture; a row for each name or layer.
    """
    settings = settings or NetworkSettings()
    if name is None and network is None:
        rows = [{"network": each} for each in known_names()]
        own = " or ".join(SOURCES[CODE].forms)
        return Result(None, f"and any network of your own, as {own}", rows)
    if name is not None:
        settings = settings.model_copy(update={"network": name})
    found = network_for(settings, network)
    caption = f"{found.name}: {found.preparation}{f'; {found.credit}' if found.credit else ''}"
    return Result(None, caption, [layer_row(layer) for layer in found.layers.values()])
