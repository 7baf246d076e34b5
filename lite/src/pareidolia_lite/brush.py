"""Painting: read paintings to codes, blend them, paint the photo with the blend."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from pareidolia_lite.colors import as_gray, match_colors, match_luminance, with_chroma
from pareidolia_lite.errors import LiteError
from pareidolia_lite.pictures import Picture, fit, over_white, resize
from pareidolia_lite.sessions import NETWORKS, Array, Session

Colors = Literal["paintings", "matched", "luminance"]
"""Whose colours a painted picture has."""

#: Pareidolia's `--painting-size`: brush learned from paintings of this longer side.
PAINTING_SIZE = 512

_SHORTEST_SIDE = 32


class Brush:
    """The network that paints any photo like any painting."""

    def __init__(self) -> None:
        self._read = Session(NETWORKS / "reader.onnx")
        self._paint = Session(NETWORKS / "painter.onnx")
        self._multiple = int(self._paint.metadata["size_multiple"])
        self._least = int(self._paint.metadata["least_side"])

    def paint(
        self,
        photo: Picture,
        paintings: Sequence[Picture],
        *,
        weights: Sequence[float] | None = None,
        strength: float = 1.0,
        colors: Colors = "paintings",
        painting_size: int = PAINTING_SIZE,
    ) -> Picture:
        """A photo painted like paintings.

        Args:
            photo: 3×H×W in [0, 1], or 4×H×W with alpha.
            paintings: at least one picture; several are blended.
            weights: one for each painting; None weighs them alike.
            strength: from the photo's own style (0) to the paintings' (1).
            colors: the paintings'; "matched": they are recoloured to the photo's mean and covariance first;
                "luminance": only light and dark are painted.
            painting_size: longer side at which paintings are read, in pixels.

        Returns:
            3×H×W or 4×H×W, as the photo.

        Raises:
            LiteError: If a picture is too narrow, or weights or the strength do not fit.
        """
        shares = _shares(weights, len(paintings), strength)
        color = over_white(photo)
        _check(color, "the photo")
        read = [_recolored(scaled(over_white(each), painting_size), color, colors) for each in paintings]
        shown = as_gray(color) if colors == "luminance" else color
        if strength < 1:
            read.append(scaled(shown, painting_size))
            shares.append(1 - strength)
        code = sum(share * self._code(each) for share, each in zip(shares, read, strict=True))
        painted = self._painted(shown, np.asarray(code, np.float32))
        if colors == "luminance":
            painted = with_chroma(painted, color)
        return painted if len(photo) == 3 else np.concatenate([painted, photo[3:]])

    def _code(self, painting: Picture) -> Array:
        _check(painting, "a painting")
        return self._read(painting=painting[None])

    def _painted(self, photo: Picture, code: Array) -> Picture:
        height, width = photo.shape[1:]
        below, beside = (
            max(-(-side // self._multiple) * self._multiple, self._least) - side for side in (height, width)
        )
        padded = np.pad(photo, ((0, 0), (0, below), (0, beside)), mode="edge")
        return np.ascontiguousarray(self._paint(photo=padded[None], code=code)[0, :, :height, :width])


def scaled(painting: Picture, side: int) -> Picture:
    """A painting at the longer side `side`, or a little larger if it would be too narrow."""
    height, width = painting.shape[1:]
    least = -(-_SHORTEST_SIDE * max(height, width) // min(height, width))
    return resize(painting, fit((height, width), max(side, least)))


def _check(picture: Picture, what: str) -> None:
    height, width = picture.shape[1:]
    if min(height, width) < _SHORTEST_SIDE:
        raise LiteError(
            f"{what} is {width}x{height} pixels: painting needs at least {_SHORTEST_SIDE} on the shorter side"
        )


def _recolored(painting: Picture, photo: Picture, colors: Colors) -> Picture:
    if colors == "matched":
        return match_colors(painting, photo)
    return match_luminance(painting, photo) if colors == "luminance" else painting


def _shares(weights: Sequence[float] | None, count: int, strength: float) -> list[float]:
    if not 0 <= strength <= 1:
        raise LiteError(f"the strength is within 0 and 1, not {strength}")
    weights = [1.0] * count if weights is None else list(weights)
    if count == 0 or len(weights) != count or min(weights) < 0 or sum(weights) == 0:
        raise LiteError(
            f"{count} painting(s) need {count} weights, not negative and not all 0; given: {weights}"
        )
    return [strength * weight / sum(weights) for weight in weights]
