"""Matched features: what a unit responds to, with activations distributed as those of real patches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.inspection.attribution.cam import activations_and_gradients
from pareidolia.inspection.framing import canvas_size, photo_at
from pareidolia.inspection.resolving import as_photos
from pareidolia.inspection.targets import UnitTarget
from pareidolia.inspection.visualization.features import growing
from pareidolia.inspection.visualization.panels import panel
from pareidolia.inspection.visualization.settings import MatchedFeatureSettings
from pareidolia.networks import Network, NetworkLike, ReceptiveField, network_for, preserve_state
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTOS
from pareidolia.painting import Gallery, ModelOutputs, Objective, read_objective
from pareidolia.painting.gallery import fourier_noise
from pareidolia.painting.transforms import robust
from pareidolia.pictures import PicturesLike, resize, sheet
from pareidolia.settings import PareidoliaError, Unit
from pareidolia.settings.numbers import read_numbers

_SIDE = 128  # of a picture, in pixels
_LONGER_SIDE = 224  # of the photos, in pixels
_LEAST = 1e-6


@operation(
    "matched-features",
    group=LOOK,
    help="Paint what units respond to, looking inside as the patches of real photos do that drive them.",
    settings=MatchedFeatureSettings,
    inputs=(PHOTOS,),
    proceeds="in steps",
    network=True,
)
class MatchedFeatures(Gallery):
    """Pictures of what units respond to whose activations have the distributions of real patches.

    arg min_x Σ_l Σ_c r_c mean (sort F_c(x) − sort R_c)² / Σ_c r_c mean R_c² − w a(x) / a(patches), where R
    are a layer's activations of the patches that drive the unit most, channel by channel: sort matching
    (Görgün, Schiele and Fischer, "VITAL", ICCV 2025). A channel counts by its relevance r, what it adds to
    the unit, or the picture would be of what else there is in the patches. (VITAL takes it from LRP.)
    `picture` is a sheet: each unit's picture, then its patches.

    Args:
        photos: where patches are looked for, as `as_photos` takes them.
        settings: every option.
        network: the network that responds; the one that the settings name if None.

    Raises:
        PareidoliaError: a unit responds to no photo.
    """

    def __init__(
        self,
        photos: PicturesLike,
        settings: MatchedFeatureSettings | None = None,
        network: NetworkLike = None,
    ) -> None:
        self.settings = settings = MatchedFeatureSettings.of(settings)
        network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        self.layer = settings.layer or network.feature_layer
        self.units = list(read_numbers(settings.units, network.unit_shape(self.layer)[0], self.layer))
        size = canvas_size(network, settings.size, _SIDE)
        seen = [photo_at(network, photo, None, _LONGER_SIDE) for photo in as_photos(photos)]
        #: By unit, the patches of real photos that drive it most, N×3×S×S, strongest first.
        self.patches = _strongest_patches(network, seen, self.layer, self.units, settings.patches, size)
        upper = list(network.layers)[: list(network.layers).index(self.layer) + 1]
        layers = [
            *(each for each in network.style_layers if each in upper and each != self.layer),
            self.layer,
        ]
        aims = [
            _matched(network, Unit(self.layer, unit), self.patches[unit], layers, settings.aim_weight)
            for unit in self.units
        ]
        stages = growing(network, aims, size, settings.steps)
        super().__init__(
            network,
            aims,
            stages,
            start=fourier_noise(stages[0][0], settings.seed),
            learning_rate=settings.learning_rate,
            transforms=robust(settings.robustness),
            seed=settings.seed,
            at_once=settings.at_once,
        )

    @property
    def picture(self) -> Tensor:
        """The sheet, 1×3×H×W: a row a unit, its picture and its patches."""
        panels = []
        for unit, each, dead in zip(self.units, self.pictures.cpu(), self.silent(), strict=True):
            panels.append(panel(each[None], str(unit), dead))
            patches = self.patches[unit].cpu()
            blank = [(torch.ones_like(each)[None], "")] * (self.settings.patches - len(patches))
            panels += [*((patch[None], "") for patch in patches), *blank]
        return sheet(panels, 1 + self.settings.patches, title=self.layer)

    @property
    def caption(self) -> str:
        """How many units, beside how many patches."""
        return f"{len(self.units)} units of {self.layer}, matched to {self.settings.patches} patches each"


@dataclass(frozen=True)
class LayerTarget:
    """What a layer's activations are matched to.

    Attributes:
        values: of each channel, sorted, C×M.
        relevance: how much each channel counts, C, at least 0.
    """

    values: Tensor
    relevance: Tensor


@dataclass(frozen=True)
class Matched(Objective):
    """An aim, and how far sorted activations are from those of patches.

    Attributes:
        aim: of the picture.
        aim_scale: its weight, over its value for the patches.
        targets: by layer, what it is matched to.
    """

    aim: Objective
    aim_scale: float
    targets: Mapping[str, LayerTarget]

    @property
    def layers(self) -> frozenset[str]:
        return self.aim.layers | frozenset(self.targets)

    def losses(self, outputs: ModelOutputs) -> dict[str, Tensor]:
        found = {name: self.aim_scale * loss for name, loss in self.aim.losses(outputs).items()}
        distances = [
            sorted_distance(outputs.activations[name], target.values, target.relevance)
            for name, target in self.targets.items()
        ]
        return {**found, "distribution": torch.stack(distances).mean()}


def sorted_distance(maps: Tensor, target: Tensor, relevance: Tensor | None = None) -> Tensor:
    """(Sorted values of 1×C×h×w − those of a target C×M)² over the target's energy, means over channels.

    Args:
        maps: 1×C×h×w, or 1×C.
        target: sorted values, C×M.
        relevance: how much each channel counts, C, at least 0; None lets all count alike.

    Returns:
        One number.
    """
    ours = maps.reshape(maps.shape[1], -1).sort(dim=1).values
    places = torch.linspace(0, target.shape[1] - 1, ours.shape[1], device=ours.device).round().long()
    weights = torch.ones_like(ours[:, 0]) if relevance is None else relevance.to(ours)
    energy = weights @ target.square().mean(dim=1)
    distance = weights @ (ours - target[:, places]).square().mean(dim=1)
    return distance / energy.clamp(min=_LEAST)


def _matched(network: Network, unit: Unit, patches: Tensor, layers: Sequence[str], weight: float) -> Matched:
    objective = read_objective(str(unit), network)
    with preserve_state(network.module), torch.no_grad():
        seen = network.record(patches, [unit.layer])
        value = -float(sum(objective.losses(ModelOutputs(patches, seen)).values())) / len(patches)
    targets = {}
    for name in layers:
        maps, signals = activations_and_gradients(network, patches, UnitTarget(unit), name)
        maps, signals = (each.reshape(*each.shape[:2], -1) for each in (maps, signals))
        relevance = (maps * signals).clamp(min=0).mean(dim=(0, 2))
        if relevance.any():
            # The mean over patches of sorted values, as one picture has to have them all.
            values = maps.sort(dim=2).values.mean(dim=0)
            targets[name] = LayerTarget(values, relevance / relevance.max())
    return Matched(objective, weight / max(abs(value), _LEAST), targets)


def _strongest_patches(
    network: Network,
    photos: Sequence[Tensor],
    layer: str,
    units: Sequence[int],
    count: int,
    size: tuple[int, int],
) -> dict[int, Tensor]:
    """By unit what it sees where it responds most, the best place of each of the best photos."""
    field = network.layer(layer).receptive_field
    found: dict[int, list[tuple[float, int, tuple[int, int] | None]]] = {unit: [] for unit in units}
    for number, photo in enumerate(photos):
        with preserve_state(network.module), torch.no_grad():
            maps = network.record(photo, layer)[layer][0]
        for unit in units:
            best = int(maps[unit].argmax())
            place = divmod(best, maps.shape[-1]) if maps.ndim == 3 else None
            found[unit].append((float(maps[unit].flatten()[best]), number, place))
    patches = {}
    for unit, places in found.items():
        strongest = [each for each in sorted(places, reverse=True)[:count] if each[0] > 0]
        if not strongest:
            raise PareidoliaError(
                f"{layer}:{unit} responds to none of the photos: give others, or other --units"
            )
        cut = [_around(photos[number], field, place, size) for _, number, place in strongest]
        patches[unit] = torch.cat(cut)
    return patches


def _around(
    photo: Tensor, field: ReceptiveField | None, place: tuple[int, int] | None, size: tuple[int, int]
) -> Tensor:
    """A piece of a photo about what a position sees, as large as the canvas: things keep their size."""
    height, width = photo.shape[-2:]
    if field is None or place is None or height < size[0] or width < size[1]:
        return resize(photo, size).clamp(0, 1)
    top, left, bottom, right = field.window(*place)
    row = min(max((top + bottom - size[0]) // 2, 0), height - size[0])
    column = min(max((left + right - size[1]) // 2, 0), width - size[1])
    return photo[..., row : row + size[0], column : column + size[1]]
