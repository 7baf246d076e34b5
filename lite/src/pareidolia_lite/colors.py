"""Keeping the photo's colours (Gatys et al., "Preserving Color in Neural Artistic Style Transfer", 2016).

As `pareidolia.style.colors` has it, in NumPy; pictures are 3×H×W in [0, 1].
"""

import numpy as np
import numpy.typing as npt

from pareidolia_lite.pictures import Picture

_LUMA = np.array((0.299, 0.587, 0.114))
_YIQ = np.array((_LUMA, (0.59590059, -0.27455667, -0.32134392), (0.21153661, -0.52273617, 0.31119955)))
_LEAST_VARIANCE = 1e-5

_Matrix = npt.NDArray[np.float64]


def luminance(picture: Picture) -> Picture:
    """Luma of Rec. 601, 1×H×W."""
    return _mixed(_LUMA[None], picture)


def as_gray(picture: Picture) -> Picture:
    """The picture's luminance in all three colours."""
    return np.repeat(luminance(picture), 3, axis=0)


def with_chroma(painted: Picture, photo: Picture) -> Picture:
    """The luminance of `painted` with the chroma of `photo`, which is of its size."""
    yiq = np.concatenate([luminance(painted), _mixed(_YIQ[1:], photo)])
    return np.clip(_mixed(np.linalg.inv(_YIQ), yiq), 0, 1)


def match_colors(painting: Picture, photo: Picture) -> Picture:
    """Give a painting the photo's mean colour and covariance of colours (section 4 of the paper)."""
    pixels, mean, covariance = _moments(painting)
    _, wanted_mean, wanted = _moments(photo)
    matched = _power(wanted, 0.5) @ _power(covariance, -0.5) @ (pixels - mean) + wanted_mean
    return np.clip(matched.reshape(painting.shape), 0, 1).astype(np.float32)


def match_luminance(painting: Picture, photo: Picture) -> Picture:
    """The painting in grey with the photo's mean luminance and its deviation (section 5 of the paper)."""
    gray, wanted = (luminance(each).astype(np.float64) for each in (painting, photo))
    deviation = max(gray.std(), _LEAST_VARIANCE**0.5)
    matched = (gray - gray.mean()) * (wanted.std() / deviation) + wanted.mean()
    return np.repeat(np.clip(matched, 0, 1).astype(np.float32), 3, axis=0)


def _mixed(matrix: _Matrix, picture: Picture) -> Picture:
    mixed: Picture = np.einsum("yc,chw->yhw", matrix.astype(np.float32), picture)
    return mixed


def _moments(picture: Picture) -> tuple[_Matrix, _Matrix, _Matrix]:
    """Pixels 3×M, their mean 3×1, and their covariance 3×3."""
    pixels = picture.reshape(3, -1).astype(np.float64)
    mean = pixels.mean(axis=1, keepdims=True)
    centered = pixels - mean
    return pixels, mean, centered @ centered.T / pixels.shape[1] + _LEAST_VARIANCE * np.eye(3)


def _power(covariance: _Matrix, exponent: float) -> _Matrix:
    """A symmetric power of a positive definite matrix."""
    values, vectors = np.linalg.eigh(covariance)
    root: _Matrix = (vectors * values**exponent) @ vectors.T
    return root
