"""Features: what units respond to, many painted at once on a sheet."""

from collections.abc import Sequence

import torch
from torch import Tensor

from pareidolia.inspection.framing import canvas_size
from pareidolia.inspection.visualization.looks import class_looks
from pareidolia.inspection.visualization.panels import columns_for, panel
from pareidolia.inspection.visualization.settings import FeatureSettings
from pareidolia.networks import Network, NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.painting import Diverse, Gallery, Objective, read_objective
from pareidolia.painting.gallery import fourier_noise, phase_noise
from pareidolia.painting.transforms import RandomCrops, Transform, robust
from pareidolia.pictures import sheet
from pareidolia.settings import PareidoliaError
from pareidolia.settings.numbers import read_numbers

_SIDE = 128  # of a picture, in pixels


@operation(
    "features",
    group=LOOK,
    help="Paint what units of a network respond to, many at once, on a sheet.",
    settings=FeatureSettings,
    proceeds="in steps",
    network=True,
)
class Features(Gallery):
    """Pictures of what units, layers, classes, or sums and differences of them respond to.

    `pictures` holds them, N×3×S×S (the copies of one aim in a row), `picture` a sheet of them with captions.
    Aims that never respond, on any start, are marked as dead there and in `caption`.

    Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017; `canvas="maco"`: Fel et al. 2023.

    Args:
        settings: every option.
        network: the network that responds; the one that the settings name if None.
        objectives: what to paint instead of what the settings name, by caption: directions, for instance.
    """

    def __init__(
        self,
        settings: FeatureSettings | None = None,
        network: NetworkLike = None,
        objectives: dict[str, Objective] | None = None,
    ) -> None:
        self.settings = settings = FeatureSettings.of(settings)
        network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        self.title = ""
        if objectives is None:
            self.title, objectives = _named(settings, network)
        self.captions = tuple(objectives)
        aims = [self._apart(aim) for aim in objectives.values()]
        size = canvas_size(network, settings.size, _SIDE)
        stages = growing(network, aims, size, settings.steps)
        maco = settings.canvas == "maco"
        noise = phase_noise if maco else fourier_noise
        super().__init__(
            network,
            aims,
            stages,
            copies=settings.copies,
            start=noise(stages[0][0], settings.seed, settings.copies),
            attempts=settings.starts,
            learning_rate=settings.learning_rate or (1.0 if maco else 0.05),
            optimizer=_nadam if maco else "adam",
            transforms=_looks(settings, network, aims, size),
            seed=settings.seed,
            at_once=settings.at_once,
        )

    @property
    def picture(self) -> Tensor:
        """The sheet, 1×3×H×W."""
        copies = self.settings.copies
        panels = []
        for index, (picture, dead) in enumerate(zip(self.pictures.cpu(), self.silent(), strict=True)):
            panels.append(panel(picture[None], self.captions[index // copies], dead))
        columns = self.settings.columns or (copies if copies > 1 else columns_for(len(panels)))
        return sheet(panels, columns, title=self.title)

    @property
    def caption(self) -> str:
        """Which aims needed another start, and which never respond."""
        copies = self.settings.copies
        dead = dict.fromkeys(self.captions[i // copies] for i, still in enumerate(self.silent()) if still)
        retried = dict.fromkeys(
            self.captions[i // copies] for i, tries in enumerate(self.starts) if tries > 1
        )
        lines = [
            f"{len(retried)} of {len(self.captions)} did not respond to the first start and tried others"
            if retried
            else "",
            f"dead, since nothing made them respond: {', '.join(dead)}" if dead else "",
        ]
        return "; ".join(line for line in lines if line)

    def _apart(self, aim: Objective) -> Objective:
        settings = self.settings
        if settings.copies == 1 or not settings.diversity:
            return aim
        if not aim.layers:
            raise PareidoliaError(
                "different pictures of a class need a layer to differ in; give --diversity 0"
            )
        return Diverse(aim, max(aim.layers), settings.copies, settings.diversity)


def _named(settings: FeatureSettings, network: Network) -> tuple[str, dict[str, Objective]]:
    """A title, and the objectives that the settings name, by caption."""
    suffix = "@middle" if settings.place == "middle" else ""
    if settings.aim is not None:
        return "", {aim: read_objective(aim, network, settings.seed) for aim in settings.aim}
    layer = settings.layer or network.feature_layer
    channels = network.unit_shape(layer)[0]
    units = read_numbers(settings.units, channels, layer)
    return layer, {str(unit): read_objective(f"{layer}:{unit}{suffix}", network) for unit in units}


def growing(
    network: Network, aims: Sequence[Objective], whole: tuple[int, int], steps: int
) -> list[tuple[tuple[int, int], int]]:
    """Half of the steps at half the size, which shapes large parts and costs a quarter; then the rest.

    All at the full size if the network cannot take half of it, or was made for one size.
    """
    half = (whole[0] // 2, whole[1] // 2)
    if steps < 2 or network.one_size or not _sees(network, aims, half):
        return [(whole, steps)]
    return [(half, steps // 2), (whole, steps - steps // 2)]


def _sees(network: Network, aims: Sequence[Objective], size: tuple[int, int]) -> bool:
    if any(aim.needs_logits for aim in aims):
        return network.accepts(size)
    return network.accepts(size, frozenset().union(*(aim.layers for aim in aims)))


def _looks(
    settings: FeatureSettings, network: Network, aims: Sequence[Objective], size: tuple[int, int]
) -> tuple[Transform, ...]:
    """What pictures must be robust to: small moves, or crops if one is of a class or all are MACO's."""
    if any(aim.needs_logits for aim in aims):
        return class_looks(network, size, settings.robustness)
    if settings.canvas == "maco":
        return (RandomCrops(noise=0.08 * settings.robustness),)
    return robust(settings.robustness)


def _nadam(values: Tensor, learning_rate: float) -> torch.optim.Optimizer:
    return torch.optim.NAdam([values], lr=learning_rate)
