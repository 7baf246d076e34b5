"""Videos painted by optimisation: each frame begins from the one before, moved, and is held to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pareidolia.networks import Network, NetworkLike, network_for
from pareidolia.painting import ModelOutputs, Objective, Term
from pareidolia.pictures import (
    FrameByFrame,
    PictureLike,
    VideoFrames,
    followed,
    resize_picture,
    size_of,
)
from pareidolia.pictures.flow import require_flow
from pareidolia.settings import PareidoliaError
from pareidolia.style.colors import as_gray
from pareidolia.style.inputs import Size
from pareidolia.style.settings import StyleSettings
from pareidolia.style.transfer import StyleTransfer
from pareidolia.style.video import opened_video

#: Of the relative losses of style and content; found by eye, with what flickers measured (docs/style.md).
_TEMPORAL_WEIGHT = 200.0

#: Where less of a frame than that was seen in its neighbour, there is a cut: it is painted as a still is.
_CUT = 0.25


class Persistence(Term):
    """Mean squared difference from what neighbouring frames show there, where that can be trusted.

    The temporal loss of Ruder, Dosovitskiy and Brox, "Artistic style transfer for videos" (2016, eq. 7).

    Args:
        neighbor: 1×3×H×W, a neighbouring frame moved along the flow.
        trust: 1×1×H×W, how much each place counts.

    Attributes:
        name: of the loss.
        layers: it needs none.
        adds_over_positions: it is a sum over positions.
    """

    name = "persistence"
    layers = frozenset()
    adds_over_positions = True

    def __init__(self, neighbor: Tensor, trust: Tensor) -> None:
        self._neighbor, self._trust = neighbor, trust

    def loss(self, outputs: ModelOutputs) -> Tensor:
        picture, neighbor, trust = outputs.picture, self._neighbor, self._trust
        count = neighbor.numel()
        if outputs.tile is not None:
            picture = picture[(..., *outputs.tile.within_crop())]
            neighbor, trust = (each[(..., *outputs.tile.pixels)] for each in (neighbor, trust))
        return (trust * (picture - neighbor).square()).sum() / count


@dataclass(frozen=True)
class Beginning:
    """What a frame begins from and is held to, pictures 1×3×H×W and masks 1×1×H×W in [0, 1].

    Attributes:
        picture: what the canvas holds at first.
        known: where it does; elsewhere the canvas holds what brush paints.
        neighbor: a neighbouring frame, moved along the flow.
        trust: where and how much the frame is held to it.
    """

    picture: Tensor
    known: Tensor
    neighbor: Tensor
    trust: Tensor


class StyledFrame(StyleTransfer):
    """A frame of a video, which begins from its neighbour and is held to it.

    Args:
        content: the video's own frame, 1×3×H×W.
        styles: the paintings.
        settings: of the frame.
        network: looks.
        begun: what it begins from.
    """

    def __init__(
        self,
        content: Tensor,
        styles: Sequence[PictureLike],
        settings: StyleSettings,
        network: Network,
        begun: Beginning,
    ) -> None:
        self._begun = begun
        super().__init__(content, styles, settings, network)

    def _beginning(self, size: Size) -> Tensor:
        begun, known = self._bled(self._toned(self._begun.picture)), self._bled(self._begun.known)
        if float(known.min()) < 1:
            begun = torch.lerp(self._brushed(), begun, known)
        return resize_picture(begun, size)

    def _aim_at(self, side: int, size: Size) -> Objective:
        neighbor, trust = self._bled(self._toned(self._begun.neighbor)), self._bled(self._begun.trust)
        return super()._aim_at(side, size) + _TEMPORAL_WEIGHT * Persistence(neighbor, trust)

    def _toned(self, picture: Tensor) -> Tensor:
        """In grey, where only luminance is painted."""
        return as_gray(picture) if self.settings.colors == "luminance" else picture


class StyleVideo(FrameByFrame):
    """The frames of a video as files in a folder, painted one after the other by optimisation.

    The first frame is painted as a still is. Each other begins, where the flow can be trusted, from its
    neighbour as saved, moved along the flow, and elsewhere as brush paints it; `frame_steps` steps at the
    full size follow, in which it is held to the moved neighbour (Ruder, Dosovitskiy and Brox 2016). After a
    cut a frame is painted as a still again. Of several passes every other runs backwards, the last one
    forwards; each but the first begins from the mean of what the pass before made and the neighbour, so that
    what is uncovered late is there early too. With `loop`, the first frame of a pass has the other end of the
    video as its neighbour, so that the end meets the beginning.

    Args:
        folder: where frames are; made if it does not exist.
        record: what the video shows; kept in every frame. A video does not continue from frames with another
            record.
        inputs: what `StyleTransfer` takes: a video's path as `content`, and `styles`.
        settings: every option.
        network: the network that looks; by default the one the settings name.

    Raises:
        MissingExtra: If PyAV or OpenCV is not installed.
        BadPicture: If the video cannot be read.
        PareidoliaError: If the inputs do not suit a video.
    """

    def __init__(
        self,
        folder: Path,
        record: Mapping[str, Any],
        inputs: Mapping[str, Any],
        settings: StyleSettings,
        network: NetworkLike = None,
    ) -> None:
        super().__init__(folder, record)
        require_flow()
        if settings.seamless is not None:
            raise PareidoliaError("the frames of a video do not repeat: leave out --seamless")
        self.settings = settings
        self._network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        self.source = video = opened_video(inputs)
        self._shown, self._styles = VideoFrames(video, settings.size), inputs["styles"]
        self.count, self.pace = video.excerpt(settings.frames, settings.fps)
        # Made before anything is written, so that what is impossible is refused.
        self._first = self._still(self._shown[self._frame_at(0)])
        self.size = size_of(self._first.picture)

    @property
    def total(self) -> int:
        return self.count * self.settings.passes

    def _made(self, index: int, stop: Callable[[], bool]) -> Tensor | None:
        painting = self._first if index == 0 else self._next(index)
        for _ in painting:
            if stop():
                return None
        return painting.picture

    def _next(self, index: int) -> StyleTransfer:
        now = self._shown[self._frame_at(index)]
        begun = self._begun(index, now)
        if begun is None:
            return self._still(now)
        changes = {"coarse_to_fine": False, "steps": self.settings.frame_steps}
        settings = self.settings.model_copy(update=changes)
        return StyledFrame(now, self._styles, settings, self._network, begun)

    def _still(self, frame: Tensor) -> StyleTransfer:
        return StyleTransfer(frame, self._styles, self.settings, self._network)

    def _begun(self, index: int, now: Tensor) -> Beginning | None:
        """What a frame begins from; None where nothing of it is there, at a cut in the first pass."""
        neighbor, trust = self._moved_neighbor(index, now)
        number, place = divmod(index, self.count)
        held = trust * self.settings.persistence / (1 - self.settings.persistence)
        if number:
            earlier = self._kept.frame(number * self.count - 1 - place)  # it ran the other way
            mixed = torch.lerp(earlier, neighbor, trust / 2)
            return Beginning(mixed, torch.ones_like(trust), neighbor, held)
        return Beginning(neighbor, trust, neighbor, held) if float(trust.mean()) > _CUT else None

    def _moved_neighbor(self, index: int, now: Tensor) -> tuple[Tensor, Tensor]:
        """The neighbouring frame as painted, moved to where things are `now`, and where that is right."""
        number, place = divmod(index, self.count)
        if place:
            neighbor = index - 1
        elif number and self.settings.loop:
            neighbor = index - self.count  # with which the pass before began: the other end
        else:
            return torch.zeros_like(now), torch.zeros_like(now[:, :1])
        return followed(self._kept.frame(neighbor), self._shown[self._frame_at(neighbor)], now)

    def _frame_at(self, index: int) -> int:
        """The video's frame that is made as number `index`."""
        number, place = divmod(index, self.count)
        backwards = (self.settings.passes - 1 - number) % 2
        return self.count - 1 - place if backwards else place
