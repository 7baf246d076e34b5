"""`pareidolia networks`: which networks there are, and what is inside one."""

from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from pareidolia.cli.output import Telling, print_json
from pareidolia.settings import NetworkSettings


def networks(
    name: str | None = None,
    /,
    *,
    settings: Annotated[NetworkSettings, Parameter(name="*")] = NetworkSettings(),  # noqa: B008 (frozen)
    telling: Annotated[Telling, Parameter(name="*")] = Telling(),  # noqa: B008 (frozen)
) -> None:
    """List the networks that can be named, or the layers of one.

    Parameters
    ----------
    name
        A network, as --network takes it.
    """
    if name is None:
        _list(telling)
    else:
        _describe(settings.model_copy(update={"network": name}), telling)


def _list(telling: Telling) -> None:
    from pareidolia.networks import known_names

    known = known_names()
    if telling.as_json:
        print_json(known)
        return
    for source, names in known.items():
        print(f"{source}: {', '.join(names)}")


def _describe(settings: NetworkSettings, telling: Telling) -> None:
    from pareidolia.networks import load_network_from

    network = load_network_from(settings)
    rows = [
        {
            "layer": layer.name,
            "kind": layer.kind,
            "shape": "x".join(map(str, layer.shape)),
            "receptive field": None if layer.receptive_field is None else layer.receptive_field.size,
        }
        for layer in network.layers.values()
    ]
    if telling.as_json:
        print_json({"network": network.name, "preparation": network.preparation, "layers": rows})
        return
    table = Table("layer", "kind", "shape", "receptive field", box=None, header_style="bold")
    for row in rows:
        table.add_row(
            row["layer"], row["kind"], row["shape"], str(row["receptive field"] or "the whole picture")
        )
    console = Console(width=None if Console().is_terminal else 160)
    console.print(f"{network.name}: {network.preparation}")
    console.print(table)
