"""Beginnings of the frames of a dreamt video: the last, enlarged and turned, or moved with the video."""

import math
from abc import ABC, abstractmethod
from fractions import Fraction

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.pictures import (
    Pace,
    PictureLike,
    Video,
    VideoFrames,
    followed,
)
from pareidolia.pictures.flow import require_flow


class FrameInit(ABC):
    """The beginnings of frames; a function of the number of the frame and of frames dreamt before it.

    Attributes:
        count: number of frames of the video.
        pace: when each is shown.
        source: the video whose frames they begin from; None where there is none.
    """

    count: int
    pace: Pace
    source: Video | None = None

    @property
    def fps(self) -> Fraction:
        """Frames in a second."""
        return self.pace.fps

    @abstractmethod
    def first(self) -> PictureLike | None:
        """The picture of which frame 0 is dreamt."""

    @abstractmethod
    def after(self, index: int, before: Tensor, first: Tensor) -> Tensor:
        """The beginning of a frame.

        Args:
            index: number of the frame, from 1.
            before: the dreamt frame `index` − 1, 1×3×H×W.
            first: the dreamt frame 0.

        Returns:
            1×3×H×W.
        """


class ZoomInit(FrameInit):
    """Each frame begins from the last one, enlarged and turned about the middle."""

    def __init__(
        self, photo: PictureLike | None, *, count: int, fps: Fraction, zoom: float, degrees: float
    ) -> None:
        self.count, self.pace = count, Pace(fps)
        self._photo, self._zoom, self._degrees = photo, zoom, degrees

    def first(self) -> PictureLike | None:
        return self._photo

    def after(self, index: int, before: Tensor, first: Tensor) -> Tensor:
        return calmed(moved(before, self._zoom, self._degrees), first)


class FlowInit(FrameInit):
    """Each frame begins from the video's own, with the last frame's dream carried along the flow.

    x_t = f_t + k m ⊙ carried(d_{t−1} − f_{t−1}): f are the video's frames, d the dreamt ones, and m is 0
    where something was covered in the last frame or the flow cannot be trusted. Only dreams are carried on,
    so the video's own light and motion stay sharp. k < 1, or dreams would accumulate and burn out.
    """

    def __init__(
        self, video: Video, *, count: int | None, fps: Fraction | None, size: int, keep: float
    ) -> None:
        require_flow()
        self.source, (self.count, self.pace) = video, video.excerpt(count, fps)
        self._shown, self._keep = VideoFrames(video, size), keep

    def first(self) -> PictureLike:
        return self._shown[0]

    def after(self, index: int, before: Tensor, first: Tensor) -> Tensor:
        earlier, now = self._shown[index - 1], self._shown[index]
        detail, trust = followed(before - earlier, earlier, now)
        return torch.clamp(now + self._keep * (detail * trust), 0, 1)


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
