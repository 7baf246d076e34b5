"""Caricature: a photo as a layer exaggerates it."""

import torch
from torch import Tensor

from pareidolia.inspection.framing import photo_at
from pareidolia.inspection.visualization.panels import columns_for
from pareidolia.inspection.visualization.settings import CaricatureSettings
from pareidolia.networks import NetworkLike, network_for, preserve_state
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTO
from pareidolia.painting import Gallery, ModelOutputs, Term
from pareidolia.painting.gallery import fourier_noise
from pareidolia.painting.terms import LEAST_COSINE
from pareidolia.painting.transforms import robust
from pareidolia.pictures import PictureLike, sheet, size_of

# Smaller than usual: the painted things must stay where they are in the photo.
_STRENGTH = 0.25
_LONGER_SIDE = 224  # of the photo, in pixels


@operation(
    "caricature",
    group=LOOK,
    help="Paint a photo as layers exaggerate it: more of what they see in it.",
    settings=CaricatureSettings,
    inputs=(PHOTO,),
    proceeds="in steps",
    network=True,
)
class Caricature(Gallery):
    """A photo painted so that each of several layers sees more of what it sees in it; `picture` is a sheet.

    The loss is −h·t max(0.1, cos(h, t))^p, with h and t the layer's activations, all positions together, of
    the picture and the photo (Olah et al., "The Building Blocks of Interpretability", Distill 2018; lucid's
    `dot_compare`).

    Args:
        photo: a picture of N×C×H×W in [0, 1], or a file.
        settings: every option.
        network: the network that sees it; the one that the settings name if None.
    """

    def __init__(
        self,
        photo: PictureLike,
        settings: CaricatureSettings | None = None,
        network: NetworkLike = None,
    ) -> None:
        self.settings = settings = CaricatureSettings.of(settings)
        network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        self._photo = photo_at(network, photo, settings.size, _LONGER_SIDE)
        self.layers = tuple(dict.fromkeys(settings.layer or network.style_layers[-1:]))
        with preserve_state(network.module), torch.no_grad():
            targets = network.record(self._photo, self.layers)
        size = size_of(self._photo)
        super().__init__(
            network,
            [LayerLikeness(layer, targets[layer], settings.cosine_power) for layer in self.layers],
            [(size, settings.steps)],
            start=fourier_noise(size, settings.seed),
            attempts=1,
            learning_rate=settings.learning_rate,
            transforms=robust(_STRENGTH * settings.robustness),
            seed=settings.seed,
            at_once=1,
        )

    @property
    def picture(self) -> Tensor:
        """The sheet, 1×3×H×W: the photo, then each layer's caricature."""
        painted = zip(self.pictures.cpu(), self.layers, strict=True)
        panels = [(self._photo.cpu(), "photo"), *((picture[None], layer) for picture, layer in painted)]
        return sheet(panels, self.settings.columns or columns_for(len(panels)))


class LayerLikeness(Term):
    """−h·t/|t| max(0.1, cos(h, t))^p of a layer's activations h, all positions together, and a target t.

    Args:
        layer: where.
        target: t, 1×….
        power: p.
    """

    def __init__(self, layer: str, target: Tensor, power: float) -> None:
        self._layer = layer
        self._target = target / target.norm().clamp(min=1e-12)
        self._power = power
        self.name = f"likeness at {layer}"

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self._layer})

    def loss(self, outputs: ModelOutputs) -> Tensor:
        maps = outputs.activations[self._layer].flatten(1)
        products = maps @ self._target.flatten()
        cosine = (products / maps.norm(dim=1).clamp(min=1e-12)).clamp(min=LEAST_COSINE)
        return -torch.sum(products * cosine.pow(self._power))
