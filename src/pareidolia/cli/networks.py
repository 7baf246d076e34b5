"""`pareidolia networks`: which networks there are, and what is inside one."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from pareidolia.cli.output import VerbosityOptions, print_json
from pareidolia.settings import NetworkSettings

if TYPE_CHECKING:
    from pareidolia.networks import Layer


def networks(
    name: str | None = None,
    /,
    *,
    settings: Annotated[NetworkSettings, Parameter(name="*")] = NetworkSettings(),  # noqa: B008 (frozen)
    verbosity: Annotated[VerbosityOptions, Parameter(name="*")] = VerbosityOptions(),  # noqa: B008 (frozen)
) -> None:
    """List the networks that can be named, or the layers of one.

    Parameters
    ----------
    name
        A network, as --network takes it.
    """
    if name is None:
        _list(verbosity)
    else:
        _describe(settings.model_copy(update={"network": name}), verbosity)


def _list(verbosity: VerbosityOptions) -> None:
    from pareidolia.networks import known_names

    if verbosity.as_json:
        print_json({"networks": known_names()})
        return
    for name in known_names():
        print(name)
    print("and any network of your own, as package.module:factory or file.py:factory")


def _describe(settings: NetworkSettings, verbosity: VerbosityOptions) -> None:
    from pareidolia.networks import load_network_from

    network = load_network_from(settings)
    rows = [_row(layer) for layer in network.layers.values()]
    if verbosity.as_json:
        print_json({"network": network.name, "preparation": network.preparation, "layers": rows})
        return
    table = Table("layer", "kind", "shape", "receptive field", box=None, header_style="bold")
    for row in rows:
        table.add_row(*row.values())
    console = Console(width=None if Console().is_terminal else 160)
    console.print(f"{network.name}: {network.preparation}")
    console.print(table)


def _row(layer: "Layer") -> dict[str, str]:
    field = layer.receptive_field
    return {
        "layer": layer.name,
        "kind": layer.kind,
        "shape": "x".join(map(str, layer.shape)),
        "receptive field": "the whole picture" if field is None else str(field),
    }
