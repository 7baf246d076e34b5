"""The layers of a network as a table, for a terminal and for a notebook."""

import html
from collections.abc import Iterable

from rich.table import Table

from pareidolia.networks.layers import Layer

_COLUMNS = ("layer", "kind", "shape", "receptive field")


def layer_row(layer: Layer) -> dict[str, object]:
    """A layer in words, by column."""
    field = layer.receptive_field
    shape = "x".join(map(str, layer.shape)) + (f", {layer.form}" if layer.form not in ("", "maps") else "")
    words = (layer.name, layer.kind, shape, "the whole picture" if field is None else str(field))
    return dict(zip(_COLUMNS, words, strict=True))


def rich_table(layers: Iterable[Layer]) -> Table:
    """The table that rich prints."""
    table = Table(*_COLUMNS, box=None, header_style="bold")
    for layer in layers:
        table.add_row(*map(str, layer_row(layer).values()))
    return table


def html_table(layers: Iterable[Layer]) -> str:
    """The same as HTML."""
    head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(word))}</td>" for word in layer_row(layer).values()) + "</tr>"
        for layer in layers
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
