"""What of a layer's output belongs to a unit."""

from torch import Tensor

from pareidolia.settings import PareidoliaError, Unit


def unit_values(maps: Tensor, unit: Unit) -> Tensor:
    """Pick a unit's activations from its layer's output; differentiable.

    Args:
        maps: N×C or N×C×H×W.
        unit: the unit; `strongest` is the largest over the positions, which may be another one in each
            picture.

    Returns:
        N for one position of a channel, N×H×W for a channel, N×C for one position of a layer, all for a
        layer.

    Raises:
        PareidoliaError: If the layer has no such channel or position.
    """
    unit.check(tuple(maps.shape[1:]))
    if unit.channel is not None:
        maps = maps[:, unit.channel]
    positioned = maps.ndim == (4 if unit.channel is None else 3)
    if unit.position is None:
        return maps
    if not positioned:
        raise PareidoliaError(f"layer '{unit.layer}' has no rows and columns: leave out the position")
    if unit.position == "strongest":
        return maps.amax(dim=(-2, -1))
    row, column = (maps.shape[-2] // 2, maps.shape[-1] // 2) if unit.position == "middle" else unit.position
    return maps[..., row, column]
