"""Pieces of photos about a unit: its strongest patches, middling ones, and what the deconvnet sends back."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.inspection.attribution.overlays import colored
from pareidolia.inspection.patches.crops import crop, to_tile
from pareidolia.inspection.projection import project_each
from pareidolia.microscope.answers import LayerAnswers
from pareidolia.networks import Network, ReceptiveField
from pareidolia.pictures import from_uint8, open_uint8
from pareidolia.pictures.folders import PictureFiles
from pareidolia.settings import Unit

PERCENTILES = (99, 90, 50, 0)
"""Of all photos by a unit's answer, about which patches are shown; 0 is the weakest."""
EACH = 3
"""Patches about each."""


@dataclass(frozen=True)
class Example:
    """An answer of a unit.

    Attributes:
        picture: number of the photo in the folder.
        position: row and column in the unit's map; None where it has none.
        value: the activation.
    """

    picture: int
    position: tuple[int, int] | None
    value: float


@dataclass(frozen=True)
class UnitExamples:
    """The photos about one unit.

    Attributes:
        unit: the channel.
        strongest: its strongest answers; none for a unit that was never active.
        spread: answers about each of `PERCENTILES`.
    """

    unit: int
    strongest: tuple[Example, ...]
    spread: tuple[tuple[Example, ...], ...]


def choose_examples(answers: LayerAnswers, unit: int, top: int) -> UnitExamples:
    """The answers that are shown of a unit; where it was silent, the middle of the photo stands for it."""

    def example(place: int) -> Example:
        value = float(answers.values[place, unit])
        position = answers.position(place, unit)
        if value == 0 and position is not None:
            position = answers.shape[1] // 2, answers.shape[2] // 2
        return Example(int(answers.pictures[place]), position, value)

    silent = bool(answers.silent[unit])
    strongest = () if silent else answers.strongest(unit, top)
    spread = () if silent else [answers.around(unit, each, EACH) for each in PERCENTILES]
    return UnitExamples(
        unit, tuple(map(example, strongest)), tuple(tuple(map(example, places)) for places in spread)
    )


class Photos:
    """The photos of a folder as the network sees them; each is decoded once while it is needed."""

    def __init__(self, files: PictureFiles, height_width: tuple[int, int]) -> None:
        self._files, self._size = files, height_width
        self._opened: dict[int, Tensor] = {}

    def __getitem__(self, number: int) -> Tensor:
        """A photo, 1×3×H×W in [0, 1]."""
        if number not in self._opened:
            self._opened[number] = from_uint8([open_uint8(self._files.path(number), self._size)]).contiguous()
        return self._opened[number]

    def batch(self, examples: Sequence[Example]) -> Tensor:
        """The photos of some answers, N×3×H×W."""
        return torch.cat([self[each.picture] for each in examples])


def tiles(
    photos: Photos, field: ReceptiveField | None, examples: Sequence[Example], side: int, count: int
) -> Tensor:
    """What a unit saw at some answers, `count`×3×side×side; grey where there are fewer."""
    found = torch.full((count, 3, side, side), 0.5)
    for number, each in enumerate(examples[:count]):
        found[number] = to_tile(crop(photos[each.picture], field, each.position), side)[0]
    return found


def sent_back(
    network: Network, layer: str, units: Sequence[tuple[int, Example]], photos: Photos, side: int
) -> Tensor:
    """What the deconvnet sends back from units at one answer each, cut to what they saw: N×3×side×side."""
    field = network.layer(layer).receptive_field
    found = torch.full((len(units), 3, side, side), 0.5)
    if units:
        asked = [Unit(layer, unit, example.position) for unit, example in units]
        pictures = photos.batch([example for _, example in units])
        signals = project_each(network, pictures, layer, asked).cpu().expand(-1, 3, -1, -1)
        for number, (_, example) in enumerate(units):
            # The scale of colours is the piece's own.
            found[number] = to_tile(
                colored(crop(signals[number : number + 1], field, example.position)), side
            )[0]
    return found
