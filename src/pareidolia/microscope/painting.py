"""What is painted of units: what each responds to most, and least, and different pictures of the former."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from pareidolia.inspection.visualization import Features, FeatureSettings
from pareidolia.microscope.settings import MicroscopeSettings
from pareidolia.networks import Network, preserve_state
from pareidolia.networks.layers import visible_modules
from pareidolia.painting.objectives import Activation, Objective
from pareidolia.settings import NetworkSettings

_USUAL = 64  # pixels a side


def painted(
    network: Network, layer: str, units: Sequence[int], settings: MicroscopeSettings
) -> tuple[Tensor, Tensor]:
    """Paint what units of a layer respond to.

    Args:
        network: the network as it paints, with its padding swapped.
        layer: name of the layer.
        units: U channels.
        settings: steps, size, how many different pictures, seed.

    Returns:
        U×(2+d)×3×S×S in [0, 1], of each unit what it responds to most, d different pictures of that, and what
            it responds to least; and U×(2+d) booleans, whether nothing moved the unit.
    """
    below = unrectified(network, layer)
    most: list[Objective] = [Activation(f"{layer}:{unit}") for unit in units]
    least: list[Objective] = [-1 * Activation(f"{below}:{unit}") for unit in units]
    pictures, dead = _gallery(network, settings, [*most, *least], 1)
    parts, still = [pictures[: len(units)]], [dead[: len(units)]]
    if settings.diverse:
        others, shut = _gallery(network, settings, most, settings.diverse)
        parts.append(others)
        still.append(shut)
    parts.append(pictures[len(units) :])
    still.append(dead[len(units) :])
    return torch.cat(parts, dim=1), torch.cat(still, dim=1)


def _gallery(
    network: Network, settings: MicroscopeSettings, aims: Sequence[Objective], copies: int
) -> tuple[Tensor, Tensor]:
    """Pictures aims×copies×3×S×S, and which of them nothing moved."""
    named = {name: getattr(settings, name) for name in NetworkSettings.model_fields}
    side = None if network.one_size else _USUAL
    options = FeatureSettings(
        **named,
        size=settings.canvas or side,
        steps=settings.steps,
        copies=copies,
        seed=settings.seed,
        padding="zeros",  # stays what it is: the network's is swapped already
        at_once=max(32, len(aims) * copies),
    )
    features = Features(options, network, {str(number): aim for number, aim in enumerate(aims)})
    for _ in features:
        pass
    pictures = features.pictures.detach().cpu()
    return pictures.view(-1, copies, *pictures.shape[1:]), torch.tensor(features.silent()).view(-1, copies)


def unrectified(network: Network, layer: str) -> str:
    """The layer whose output the rectifier `layer` takes; `layer` itself where there is no such layer.

    Below zero a rectifier has no slope, so what a unit responds to least is painted before it.
    """
    module, known = network.module.get_submodule(layer), set(network.layers)
    if any(True for _ in module.children()):
        return layer
    produced: dict[int, str] = {}
    kept: list[object] = []  # so that no two tensors of one run have the same identity
    found: list[str | None] = []

    def leave(name: str) -> Callable[[nn.Module, object, object], None]:
        def note(_module: nn.Module, _inputs: object, output: object) -> None:
            if isinstance(output, Tensor) and name in known:
                kept.append(output)
                produced.setdefault(id(output), name)

        return note

    def enter(_module: nn.Module, inputs: tuple[object, ...]) -> None:
        found.append(produced.get(id(inputs[0])) if inputs else None)

    with preserve_state(network.module), torch.no_grad():
        for name, each in visible_modules(network.module):
            if name != layer:
                each.register_forward_hook(leave(name))
        module.register_forward_pre_hook(enter)
        network.record(torch.full((1, *network.input_shape), 0.5), layer)
    before = found[-1] if found else None
    if before is None or network.unit_shape(before) != network.unit_shape(layer):
        return layer
    return before
