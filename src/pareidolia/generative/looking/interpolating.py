"""The operation `interpolate`: from one code to another, as a strip or a video."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.looking.settings import InterpolateSettings
from pareidolia.generative.looking.showing import laid_out, opened
from pareidolia.generative.runs import Run
from pareidolia.operations import EXPLORE, Input, operation
from pareidolia.operations.inputs import POINT, RUN
from pareidolia.pictures import FrameByFrame, Pace, resize_picture, size_of
from pareidolia.pictures.result import Result

_VIDEO_SIDE = 256


def linear(start: Tensor, end: Tensor, shares: Tensor) -> Tensor:
    """Codes on a straight line.

    Args:
        start: 1×L.
        end: 1×L.
        shares: S numbers in [0, 1].

    Returns:
        S×L.
    """
    return torch.lerp(start, end, shares.to(start)[:, None])


def spherical(start: Tensor, end: Tensor, shares: Tensor) -> Tensor:
    """Codes on a great circle; their length changes evenly from the start's to the end's.

    Shoemake 1985's slerp of the directions, after White 2016, "Sampling generative networks": in many
    dimensions a normal prior lies in a shell, through whose empty middle the straight line leads. If the two
    have the same direction, opposite directions, or are zero, there is no single circle, and the straight
    line is taken.

    Args:
        start: 1×L.
        end: 1×L.
        shares: S numbers in [0, 1].

    Returns:
        S×L.
    """
    lengths = start.norm(), end.norm()
    cosine = (start * end).sum() / (lengths[0] * lengths[1]).clamp(min=1e-12)
    angle = cosine.clamp(-1, 1).acos()
    if float(angle.sin()) < 1e-4 or min(map(float, lengths)) < 1e-6:
        return linear(start, end, shares)
    shares = shares.to(start)[:, None]
    weights = ((1 - shares) * angle).sin() / angle.sin(), (shares * angle).sin() / angle.sin()
    direction = weights[0] * start / lengths[0] + weights[1] * end / lengths[1]
    codes: Tensor = torch.lerp(lengths[0], lengths[1], shares) * direction
    return codes


PATHS = {"linear": linear, "spherical": spherical}


@operation(
    "interpolate",
    group=EXPLORE,
    help="Walk from one code to another: a strip of pictures, or a video where --out ends in .mp4 or .gif.",
    settings=InterpolateSettings,
    inputs=(
        RUN,
        Input("a", f"Where from: {POINT}", "latent point"),
        Input("b", "Where to, likewise.", "latent point"),
    ),
    video="pareidolia.generative.looking.interpolating:InterpolationVideo",
)
def interpolation_strip(
    run: Run | str, a: str, b: str, settings: InterpolateSettings | None = None
) -> Result:
    """A row of pictures between two places for each path.

    Args:
        run: a run, its folder, or a shipped model's name.
        a: the first place, see `latent_space.LATENT_POINTS`.
        b: the last place.
        settings: options.

    Returns:
        A strip of pictures.

    Raises:
        PareidoliaError: If a place cannot be found, for example a picture's code without an encoder.
    """
    settings = settings or InterpolateSettings()
    space = opened(run, settings)
    start, end = space.resolve(a), space.resolve(b)
    shares = torch.linspace(0, 1, settings.steps)
    names = list(PATHS) if settings.path == "both" else [settings.path]
    rows = [space.decode(PATHS[name](start.code, end.code, shares)) for name in names]
    picture = laid_out(torch.cat(rows), settings.steps, row_titles=names)
    return Result(picture, f"from {start.caption} to {end.caption}, {' and '.join(names)}")


class InterpolationVideo(FrameByFrame):
    """The frames of a video from `a` to `b` and back, slowing at both ends; path "both" is spherical.

    Args:
        folder: where frames are; made if need be.
        record: what is filmed; kept in every frame.
        inputs: `run`, `a` and `b`, as `interpolation_strip` takes them.
        settings: every option.
    """

    def __init__(
        self,
        folder: Path,
        record: Mapping[str, Any],
        inputs: Mapping[str, Any],
        settings: InterpolateSettings,
    ) -> None:
        super().__init__(folder, record)
        self._space = opened(inputs["run"], settings)
        start, end = self._space.resolve(inputs["a"]), self._space.resolve(inputs["b"])
        path = PATHS["spherical" if settings.path == "both" else settings.path]
        self.count = max(2, round(settings.fps * settings.seconds))
        self.pace = Pace(Fraction(settings.fps))
        shares = 0.5 - 0.5 * torch.cos(torch.linspace(0, 2 * torch.pi, self.count))
        self._codes = path(start.code, end.code, shares)
        self.size = size_of(self._frame(0))

    def _made(self, index: int, stop: Callable[[], bool]) -> Tensor | None:
        return None if stop() else self._frame(index)

    def _frame(self, index: int) -> Tensor:
        picture = self._space.decode(self._codes[index : index + 1])
        return _enlarged(picture.expand(-1, 3, -1, -1))


def _enlarged(picture: Tensor) -> Tensor:
    """Small pictures with sharp pixels up to 256 px, all at even sides, as videos need."""
    height, width = picture.shape[-2:]
    factor = max(1, _VIDEO_SIDE // max(height, width))
    large = picture.repeat_interleave(factor, 2).repeat_interleave(factor, 3)
    return resize_picture(large, (height * factor // 2 * 2, width * factor // 2 * 2))
