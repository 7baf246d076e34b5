"""Accentuation: what in this photo a unit answers to, made stronger where it is."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pareidolia.inspection.framing import photo_at
from pareidolia.inspection.visualization.settings import AccentuationSettings
from pareidolia.networks import Network, NetworkLike, network_for, preserve_state
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTO
from pareidolia.painting import FourierCanvas, Gallery, ModelOutputs, Objective, read_objective
from pareidolia.painting.canvas import Canvas
from pareidolia.painting.transforms import RandomCrops, Transform
from pareidolia.pictures import PictureLike, gaussian_blur, luminance, sheet, size_of

# Of a side, at robustness 1: the shortest and longest that a look crops away.
_CROPPED = (0.05, 0.3)
_LONGER_SIDE = 224  # of the photo, in pixels
# Of a map's side, from each end: where positions count less.
_BORDER = 0.2
# An aim that the photo hardly meets is not blown up beyond this.
_LEAST = 1e-2
# Of the picture's shorter side: how far the places that changed are blurred.
_BLUR = 0.02


@operation(
    "accentuate",
    group=LOOK,
    help="Paint a photo so that what a unit or class answers to in it stands out, and nothing else changes.",
    settings=AccentuationSettings,
    inputs=(PHOTO,),
    proceeds="in steps",
    network=True,
)
class Accentuation(Gallery):
    """A photo, changed as little as an early layer sees, until each aim responds more; `picture` is a sheet.

    arg min_x − a(x) / |a(x₀)| + λ ‖Φ(x) − Φ(x₀)‖² / ‖Φ(x₀)‖², from x = x₀ in a Fourier space, under random
    transforms that photo and picture share (Hamblin et al., "Feature Accentuation", 2024, eq. 1). Where the
    change is, the lower row shows.

    Args:
        photo: a picture of N×C×H×W in [0, 1], or a file.
        settings: every option.
        network: the network that responds; the one that the settings name if None.
    """

    def __init__(
        self,
        photo: PictureLike,
        settings: AccentuationSettings | None = None,
        network: NetworkLike = None,
    ) -> None:
        self.settings = settings = AccentuationSettings.of(settings)
        network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        self._photo = photo_at(network, photo, settings.size, _LONGER_SIDE)
        layer = settings.keep or network.first_feature_layer
        self.captions = settings.aim or (f"{network.feature_layer}:{_strongest(network, self._photo)}",)
        aims = [read_objective(aim, network, settings.seed) for aim in self.captions]
        self._before = [_value(network, aim, self._photo) for aim in aims]
        kept = [
            Accented(aim, layer, settings.keep_weight, 1 / max(abs(value), _LEAST))
            for aim, value in zip(aims, self._before, strict=True)
        ]
        self._aims = aims
        size = size_of(self._photo)
        super().__init__(
            network,
            kept,
            [(size, settings.steps)],
            copies=2,  # what is painted, and the photo under the same transforms
            start=lambda _: _twice(self._photo.cpu()),
            attempts=1,
            learning_rate=settings.learning_rate,
            transforms=_looks(settings.robustness),
            seed=settings.seed,
            at_once=2,
        )

    def _wake(self, gradient: Tensor) -> None:
        """The photo beside each picture has no gradient, and is to have none."""
        if not gradient[::2].flatten(1).any(dim=1).all():
            super()._wake(gradient)

    @property
    def accentuated(self) -> Tensor:
        """The painted pictures, one an aim, N×C×H×W in [0, 1]."""
        return self.pictures[::2]

    @property
    def responses(self) -> list[tuple[float, float]]:
        """What each aim gave for the photo, and gives for its picture."""
        after = (
            _value(self.network, aim, each[None])
            for aim, each in zip(self._aims, self.accentuated, strict=True)
        )
        return list(zip(self._before, after, strict=True))

    @property
    def picture(self) -> Tensor:
        """The sheet, 1×3×H×W: the photo and each aim's picture; below, these where they differ from it."""
        photo, painted = self._photo.cpu(), self.accentuated.cpu()
        named = zip(self.captions, self.responses, strict=True)
        captions = [f"{aim}: {before:.3g} to {after:.3g}" for aim, (before, after) in named]
        above = [(photo, "photo"), *zip(painted[:, None], captions, strict=True)]
        changes = [_where_changed(photo, each[None]) for each in painted]
        below = [(luminance(photo), "in gray"), *((each, "where") for each in changes)]
        return sheet([*above, *below], len(above))

    @property
    def caption(self) -> str:
        """How much more each aim responds."""
        pairs = zip(self.captions, self.responses, strict=True)
        return "; ".join(f"{aim} from {before:.3g} to {after:.3g}" for aim, (before, after) in pairs)


@dataclass(frozen=True)
class Accented(Objective):
    """An aim for the first of two pictures, and how far a layer tells it from the second, which is kept.

    Attributes:
        aim: of the picture.
        layer: where both are compared.
        weight: λ, of the relative squared distance.
        scale: of the aim's loss.
    """

    aim: Objective
    layer: str
    weight: float
    scale: float

    @property
    def layers(self) -> frozenset[str]:
        return self.aim.layers | {self.layer}

    @property
    def needs_logits(self) -> bool:
        return self.aim.needs_logits

    def losses(self, outputs: ModelOutputs) -> dict[str, Tensor]:
        painted, photo = outputs.split(1)
        kept = photo.activations[self.layer].detach()
        distance = (painted.activations[self.layer] - kept).square().sum() / kept.square().sum().clamp(
            min=1e-12
        )
        inner = {name: maps * _inner(maps) for name, maps in painted.activations.items()}
        own = {
            name: self.scale * loss
            for name, loss in self.aim.losses(replace(painted, activations=inner)).items()
        }
        return {**own, "distance": self.weight * distance}


def _looks(robustness: float) -> tuple[Transform, ...]:
    """Crops that lie inside the photo: what mirrors it makes two eyes of half a one at the border."""
    least, most = (min(0.8, robustness * each) for each in _CROPPED)
    return (RandomCrops(1, (1 - most, 1 - least), noise=0, overhang=0),) if robustness else ()


def _inner(maps: Tensor) -> Tensor:
    """Weights of a map's positions, h×w: 1 inside, falling towards the border.

    What a position at the border sees is half padding, and half of a thing there would count as a whole one.
    """
    ramps = []
    for side in maps.shape[2:]:
        place = torch.arange(side, device=maps.device, dtype=maps.dtype)
        ramps.append(((torch.minimum(place, side - 1 - place) + 0.5) / (_BORDER * side)).clamp(max=1))
    return ramps[0][:, None] * ramps[1] if len(ramps) == 2 else maps.new_ones(())


def _twice(photo: Tensor) -> Canvas:
    canvas = FourierCanvas.of(photo.expand(-1, 3, -1, -1))
    canvas.hold(canvas.values.detach().repeat(2, 1, 1, 1, 1))
    return canvas


def _value(network: Network, aim: Objective, picture: Tensor) -> float:
    """Minus the aim's loss for a picture."""
    with preserve_state(network.module), torch.no_grad():
        logits = network(picture) if aim.needs_logits else None
        outputs = ModelOutputs(picture, network.record(picture, aim.layers), logits)
        return -float(sum(aim.losses(outputs).values()))


def _strongest(network: Network, photo: Tensor) -> int:
    """The channel of the feature layer that the photo drives most, by its mean."""
    with preserve_state(network.module), torch.no_grad():
        maps = network.record(photo, network.feature_layer)[network.feature_layer]
    return int(maps.flatten(2).mean(dim=2)[0].argmax())


def _where_changed(photo: Tensor, painted: Tensor) -> Tensor:
    """The painted picture where it differs from the photo, gray elsewhere; 1×3×H×W."""
    change = (painted - photo).abs().mean(dim=1, keepdim=True)
    change = gaussian_blur(change, max(1.0, _BLUR * min(photo.shape[-2:])))
    opacity = (change / change.flatten().quantile(0.98).clamp(min=1e-6)).clamp(0, 1)
    return opacity * painted + (1 - opacity) * (0.6 + 0.3 * luminance(photo).expand(-1, 3, -1, -1))
