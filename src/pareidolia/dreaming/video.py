"""A video of a dream, frame by frame."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from torch import Tensor

from pareidolia.dreaming.dream import Dream
from pareidolia.dreaming.frame_init import FlowInit, FrameInit, ZoomInit
from pareidolia.dreaming.settings import DreamSettings
from pareidolia.networks import NetworkLike, network_for
from pareidolia.pictures import (
    FrameByFrame,
    PictureLike,
    Video,
    is_moving,
    size_of,
)
from pareidolia.settings import PareidoliaError


class DreamVideo(FrameByFrame):
    """The frames of a video as files in a folder, dreamt one after the other.

    Frame 0 is the still. Each other begins from the one before as saved, moved by `ZoomInit` or `FlowInit`,
    and is dreamt at the two largest sizes with few steps, which costs about a quarter of a still. So
    the last whole frame is all that a later process needs to continue to the same bytes, and memory does not
    grow.

    Args:
        folder: where frames are; made if it does not exist.
        record: what the video shows; kept in every frame. A video does not continue from frames with another
            record.
        pictures: what `Dream` takes: photo (or a video's path), guide.
        settings: every option.
        network: the network that dreams; the one that the settings name if None.

    Raises:
        PareidoliaError: If the options or pictures do not suit a video, or the first frame cannot be dreamt.
    """

    def __init__(
        self,
        folder: Path,
        record: Mapping[str, Any],
        pictures: Mapping[str, PictureLike],
        settings: DreamSettings,
        network: NetworkLike = None,
    ) -> None:
        super().__init__(folder, record)
        self.settings = settings
        self._pictures = {name: given for name, given in pictures.items() if given is not None}
        self._network = network_for(settings, network, pooling=settings.pooling, padding=settings.padding)
        if self._pictures.keys() & {"mask", "strength_map"}:
            raise PareidoliaError("a video moves, a mask does not: leave out --mask and --strength-map")
        self.frame_init = _frame_init(settings, self._pictures.pop("photo", None))
        self.count, self.pace = self.frame_init.count, self.frame_init.pace
        self.source = self.frame_init.source
        # Made before anything is written, so that a dream that is impossible is refused.
        self._still = self._dream(settings, self.frame_init.first())
        self.size = self._still.stages[-1].size

    def _made(self, index: int, stop: Callable[[], bool]) -> Tensor | None:
        painting = self._still if index == 0 else self._next(index)
        for _ in painting:
            if stop():
                return None
        return painting.picture

    def _next(self, index: int) -> Dream:
        settings = self.settings
        before, first = self._kept.frame(index - 1), self._kept.frame(0)
        changes = {
            "seed": settings.seed + index,
            "start": "photo",
            "size": max(size_of(before)),
            "octaves": min(2, settings.octaves),
            "steps": settings.frame_steps,
        }
        return self._dream(settings.model_copy(update=changes), self.frame_init.after(index, before, first))

    def _dream(self, settings: DreamSettings, photo: PictureLike | None) -> Dream:
        return Dream(photo, **self._pictures, settings=settings, network=self._network)


def _frame_init(settings: DreamSettings, photo: PictureLike | None) -> FrameInit:
    fps = None if settings.fps is None else Fraction(settings.fps)
    if isinstance(photo, str | Path) and is_moving(photo):
        if settings.zoom is not None or settings.rotate:
            raise PareidoliaError("a video moves by itself: leave out --zoom and --rotate")
        return FlowInit(
            Video(photo), count=settings.frames, fps=fps, size=settings.size, keep=settings.persistence
        )
    return ZoomInit(
        photo,
        count=settings.frames or 1,
        fps=fps or Fraction(15),
        zoom=1.05 if settings.zoom is None else settings.zoom,
        degrees=settings.rotate,
    )
