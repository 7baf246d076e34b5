"""Videos painted in one pass, frame by frame, without flicker."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pareidolia.pictures import (
    FrameByFrame,
    Video,
    VideoFrames,
    as_picture,
    followed,
    is_moving,
    size_of,
)
from pareidolia.pictures.flow import require_flow
from pareidolia.settings import PareidoliaError
from pareidolia.style.brush.brush import load_brush
from pareidolia.style.brush.settings import BrushSettings
from pareidolia.style.feedforward.settings import PaintSettings
from pareidolia.style.feedforward.stylizer import open_stylizer


class PaintedVideo(FrameByFrame):
    """The frames of a video as files in a folder, painted one after the other.

    o_t = y_t + k m ⊙ (carried(o_{t−1}) − y_t): y_t is frame t as it is painted alone, and m is 0 where
    something was covered in the frame before or the flow cannot be trusted (Ruder, Dosovitskiy and Brox 2016,
    whose temporal loss has this for its minimum when a frame's own paint counts as 1 − k m). The last whole
    frame is all that a later process needs to continue to the same bytes.

    Args:
        folder: where frames are; made if it does not exist.
        record: what the video shows; kept in every frame. A video does not continue from frames with another
            record.
        video: the file.
        paint: a frame 1×3×H×W in [0, 1] to a painted one.
        persistence: k.
        count: number of frames; None is the video's own.
        fps: frames in a second; None is the video's own.
        size: longer side in pixels; None is the video's own.

    Raises:
        MissingExtra: If PyAV or OpenCV is not installed.
        BadPicture: If the video cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        record: Mapping[str, Any],
        video: Video,
        paint: Callable[[Tensor], Tensor],
        *,
        persistence: float,
        count: int | None = None,
        fps: int | None = None,
        size: int | None = None,
    ) -> None:
        if persistence > 0:
            require_flow()
        super().__init__(folder, record)
        self._shown, self._paint, self._persistence = VideoFrames(video, size), paint, persistence
        self.source, (self.count, self.pace) = video, video.excerpt(count, fps)
        self.size = size_of(self._shown[0])

    def _made(self, index: int, stop: Callable[[], bool]) -> Tensor | None:
        if stop():
            return None
        before = self._shown[index - 1] if index and self._persistence else None
        now = self._shown[index]
        painted = self._paint(now)
        return painted if before is None else self._calmed(painted, before, now, self._kept.frame(index - 1))

    def _calmed(self, painted: Tensor, before: Tensor, now: Tensor, kept: Tensor) -> Tensor:
        moved, trust = followed(kept, before, now)
        return torch.lerp(painted, moved, self._persistence * trust)


def brush_video(
    folder: Path, record: Mapping[str, Any], inputs: Mapping[str, Any], settings: BrushSettings
) -> PaintedVideo:
    """A video painted by brush, throughout with the code that its paintings have for the first frame."""
    brush, video = load_brush(settings.device), opened_video(inputs)
    paintings = [as_picture(painting, size=settings.painting_size) for painting in inputs["styles"]]
    code = brush.code(next(video.frames(size=settings.size)), paintings, settings)
    as_shown = settings.model_copy(update={"size": None})

    def paint(frame: Tensor) -> Tensor:
        return brush.paint(frame, paintings, as_shown, code=code)

    return _video(folder, record, video, paint, settings)


def stylizer_video(
    folder: Path, record: Mapping[str, Any], inputs: Mapping[str, Any], settings: PaintSettings
) -> PaintedVideo:
    """A video painted by a trained style network."""
    stylizer = open_stylizer(inputs["run"], settings.device)
    as_shown = settings.model_copy(update={"size": None})

    def paint(frame: Tensor) -> Tensor:
        return stylizer.paint(frame, as_shown)

    return _video(folder, record, opened_video(inputs), paint, settings)


def _video(
    folder: Path,
    record: Mapping[str, Any],
    video: Video,
    paint: Callable[[Tensor], Tensor],
    settings: BrushSettings | PaintSettings,
) -> PaintedVideo:
    return PaintedVideo(
        folder,
        record,
        video,
        paint,
        persistence=settings.persistence,
        count=settings.frames,
        fps=settings.fps,
        size=settings.size,
    )


def opened_video(inputs: Mapping[str, Any]) -> Video:
    """Open the video among the inputs of a style transfer.

    Args:
        inputs: `content` and the rest.

    Returns:
        The video.

    Raises:
        PareidoliaError: If it is a picture, or there are masks beside it.
        BadPicture: If it cannot be read.
    """
    for name, moves in (("mask", "a mask does"), ("regions", "regions do")):
        if inputs.get(name) is not None and inputs[name] != ():
            raise PareidoliaError(f"a video moves, {moves} not: leave out --{name}")
    video = inputs["content"]
    if not isinstance(video, str | Path) or not is_moving(video):
        raise PareidoliaError(f"'{video}' is a picture: --frames, --fps and a video's --out are of videos")
    return Video(video)
