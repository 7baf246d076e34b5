"""What the positions of a tensor see of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from pareidolia.networks.fields.receptive import Extent, ReceptiveField


@dataclass(frozen=True)
class TracedField:
    """What the positions of a tensor see; `axes` are the picture's rows and columns, counted from the end."""

    rows: Extent
    columns: Extent
    axes: tuple[int, int] = (-2, -1)

    def field(self) -> ReceptiveField:
        """The same as the public `ReceptiveField`."""
        pair = (self.rows, self.columns)
        size, stride, start = zip(*((each.size, each.stride, each.start) for each in pair), strict=True)
        return ReceptiveField(size, stride, start)


class Global:
    """The whole picture, also where the field is unknown."""


GLOBAL = Global()
FieldOrGlobal = TracedField | Global


def joined(inputs: Sequence[FieldOrGlobal]) -> FieldOrGlobal:
    """What several tensors see together; GLOBAL where no single field covers them."""
    first, *others = inputs
    for other in others:
        if (
            not isinstance(first, TracedField)
            or not isinstance(other, TracedField)
            or first.axes != other.axes
        ):
            return GLOBAL
        rows, columns = first.rows.joined(other.rows), first.columns.joined(other.columns)
        if rows is None or columns is None:
            return GLOBAL
        first = TracedField(rows, columns, first.axes)
    return first
