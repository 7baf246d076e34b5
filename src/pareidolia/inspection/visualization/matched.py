"""Matched features: what a unit responds to, with activations distributed as those of real patches."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.inspection.framing import canvas_size, photo_at
from pareidolia.inspection.patches.crops import crop
from pareidolia.inspection.resolving import as_photos
from pareidolia.inspection.visualization.features import growing
from pareidolia.inspection.visualization.panels import panel
from pareidolia.inspection.visualization.settings import MatchedFeatureSettings
from pareidolia.networks import Network, NetworkLike, network_for, preserve_state
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTOS
from pareidolia.painting import Gallery, ModelOutputs, Objective, read_objective
from pareidolia.painting.gallery import fourier_noise
from pareidolia.painting.transforms import robust
from pareidolia.pictures import PicturesLike, resize, sheet
from pareidolia.settings import PareidoliaError
from pareidolia.settings.numbers import read_numbers
from pareidolia.settings.wording import counted

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

    arg min_x Σ_l mean (sort F_l(x) − sort R_l)² / mean R_l² − w a(x) / a(patches), where R_l are a layer's
    activations of the patches that drive the unit most, channel by channel: sort matching (Gorgun, Schiele
    and Fischer, "VITAL", ICCV 2025). `picture` is a sheet: each unit's picture, then its patches.

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
            _matched(network, f"{self.layer}:{unit}", self.patches[unit], layers, settings.aim_weight)
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
        units = counted(len(self.units), "unit")
        return f"{units} of {self.layer}, matched to {self.settings.patches} patches each"


@dataclass(frozen=True)
class Matched(Objective):
    """An aim, and how far sorted activations are from those of patches.

    Attributes:
        aim: of the picture.
        aim_scale: its weight, over its value for the patches.
        targets: by layer, the patches' activations of each channel, sorted: C×M.
    """

    aim: Objective
    aim_scale: float
    targets: dict[str, Tensor]

    @property
    def layers(self) -> frozenset[str]:
        return self.aim.layers | frozenset(self.targets)

    def losses(self, outputs: ModelOutputs) -> dict[str, Tensor]:
        found = {name: self.aim_scale * loss for name, loss in self.aim.losses(outputs).items()}
        distances = [
            sorted_distance(outputs.activations[name], target) for name, target in self.targets.items()
        ]
        return {**found, "distribution": torch.stack(distances).mean()}


def sorted_distance(maps: Tensor, target: Tensor) -> Tensor:
    """Mean over channels of (sorted values of 1×C×h×w − those of a target C×M)², over the target's energy."""
    ours = maps.flatten(2)[0].sort(dim=1).values
    places = torch.linspace(0, target.shape[1] - 1, ours.shape[1], device=ours.device).round().long()
    return (ours - target[:, places]).square().mean() / target.square().mean().clamp(min=_LEAST)


def _matched(network: Network, aim: str, patches: Tensor, layers: Sequence[str], weight: float) -> Matched:
    with preserve_state(network.module), torch.no_grad():
        seen = network.record(patches, layers)
    targets = {name: maps.transpose(0, 1).flatten(1).sort(dim=1).values for name, maps in seen.items()}
    objective = read_objective(aim, network)
    with torch.no_grad():
        value = -float(sum(objective.losses(ModelOutputs(patches, seen)).values())) / len(patches)
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
        cut = [resize(crop(photos[number], field, place), size).clamp(0, 1) for _, number, place in strongest]
        patches[unit] = torch.cat(cut)
    return patches
