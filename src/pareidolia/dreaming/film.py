"""A film of a dream: each frame begins from the last one, a little nearer and turned."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.dreaming.dream import Dream
from pareidolia.dreaming.settings import DreamSettings
from pareidolia.networks import Network, load_network_from
from pareidolia.pictures import PictureLike, open_picture, over_white, read_record, save_picture
from pareidolia.settings import PareidoliaError


class DreamFilm:
    """The frames of a film as files in a folder, dreamt one after the other.

    Frame 0 is the still. Each other begins from the one before as saved, moved by `moved`, and is dreamt at
    the two largest sizes with few steps, which costs about a quarter of a still. So the last whole frame is
    all that a later process needs to go on to the same bytes, and memory does not grow.

    Args:
        folder: where frames are; made if need be.
        record: what is filmed; kept in every frame. Frames of another record are not gone on from.
        settings: every option.
        pictures: what `Dream` takes: photo, guide, mask, strength.
        network: the network that looks; by default the one the settings name.
    """

    def __init__(
        self,
        folder: Path,
        record: dict[str, Any],
        settings: DreamSettings,
        pictures: dict[str, PictureLike],
        network: Network | None = None,
    ) -> None:
        self.settings = settings
        self._folder = folder
        self._record = record
        self._pictures = dict(pictures)
        self._network = network or load_network_from(
            settings, pooling=settings.pooling, padding=settings.padding
        )
        if pictures.keys() & {"mask", "strength"}:
            raise PareidoliaError("a film moves, a mask does not: leave out --mask and --strength")
        # Made before anything is written, so that what cannot be dreamt is refused.
        self._still = self._dream(settings, self._pictures)

    @property
    def frames(self) -> list[Path]:
        """The files of the frames that are whole, in order."""
        return sorted(self._folder.glob("*.png"))

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of a frame in pixels."""
        return self._still.stages[-1].size

    def check(self) -> None:
        """Raise PareidoliaError where the folder holds frames of another film."""
        if self.frames and read_record(self.frames[0]) != self._record:
            raise PareidoliaError(
                f"{self._folder} holds frames of another film; delete it or give --overwrite to begin anew"
            )

    def steps(self, stop: Callable[[], bool] = lambda: False) -> Iterator[int]:
        """Dream the missing frames, telling the number of each once it is whole, until asked to stop.

        A frame under way is given up when `stop` says so between two of its steps.
        """
        self._folder.mkdir(exist_ok=True)
        for index in range(len(self.frames), self.settings.frames):
            painting = self._still if index == 0 else self._next(index)
            for _ in painting:
                if stop():
                    return
            save_picture(over_white(painting.picture), self._folder / f"{index:06d}.png", record=self._record)
            yield index

    def _next(self, index: int) -> Dream:
        settings = self.settings
        before = open_picture(self._folder / f"{index - 1:06d}.png")
        changes = {
            "seed": settings.seed + index,
            "start": "photo",
            "size": max(before.shape[-2:]),
            "octaves": min(2, settings.octaves),
            "steps": settings.frame_steps,
        }
        first = open_picture(self.frames[0])
        begun = calmed(moved(before, settings.zoom, settings.rotate), first)
        return self._dream(settings.model_copy(update=changes), {**self._pictures, "photo": begun})

    def _dream(self, settings: DreamSettings, pictures: dict[str, PictureLike]) -> Dream:
        return Dream(**pictures, settings=settings, network=self._network)


def calmed(picture: Tensor, like: Tensor) -> Tensor:
    """N×3×H×W with each colour's mean and deviation as in the picture `like`.

    Dreams heighten contrast; frame upon frame, colours would burn out.
    """
    deviation, mean = torch.std_mean(picture, dim=(2, 3), keepdim=True)
    wanted, middle = torch.std_mean(like, dim=(2, 3), keepdim=True)
    return torch.clamp((picture - mean) * (wanted / deviation.clamp(min=1e-6)) + middle, 0, 1)


def moved(picture: Tensor, zoom: float, degrees: float) -> Tensor:
    """N×C×H×W enlarged about its middle and turned counter-clockwise; what is outside is mirrored."""
    height, width = picture.shape[-2:]
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle) / zoom, math.sin(angle) / zoom
    # affine_grid counts in half sides, so turning a picture that is not square needs the ratio.
    matrix = [[cosine, -sine * height / width, 0.0], [sine * width / height, cosine, 0.0]]
    theta = picture.new_tensor(matrix).expand(len(picture), 2, 3)
    grid = F.affine_grid(theta, list(picture.shape), align_corners=False)
    resampled = F.grid_sample(picture, grid, mode="bicubic", padding_mode="reflection", align_corners=False)
    return torch.clamp(resampled, 0, 1)
