"""How far a picture is from a painting's style and from a photo's content, through a judge."""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pareidolia.style.judging.judges import Judge

#: Longer sides at which style is compared: strokes come in sizes, and one size alone rewards fine grain.
STYLE_SIDES = (512, 256, 128)
CONTENT_SIDE = 256
CONTENT_WEIGHT = 0.25


@dataclass(frozen=True)
class Distances:
    """Figures of one judge; lower is better.

    Attributes:
        style: at each of `STYLE_SIDES`, the mean over the layers of ‖G − G'‖² / ‖G'‖², where G is
            F Fᵀ / positions.
        content: ‖F − F'‖² / ‖F'‖² at the content layer.
    """

    style: tuple[float, ...]
    content: float

    @property
    def score(self) -> float:
        """The mean of the style figures and a quarter of the content figure."""
        return sum(self.style) / len(self.style) + CONTENT_WEIGHT * self.content


@torch.no_grad()
def distances(judge: Judge, picture: Image.Image, content: Image.Image, style: Image.Image) -> Distances:
    """How far `picture` is from the photo `content` and from the painting `style`, all of any size.

    Args:
        judge: looks.
        picture: 8 bits a channel, as is each: what is judged is what a file holds.
        content: the photo that was painted.
        style: the painting.

    Returns:
        The distances of style at each size, and of content.
    """
    of_style = tuple(_style_distance(judge, picture, style, side) for side in STYLE_SIDES)
    ours, theirs = (_maps(judge, each, CONTENT_SIDE)[judge.content] for each in (picture, content))
    height, width = (min(ours.shape[axis], theirs.shape[axis]) for axis in (2, 3))
    ours, theirs = ours[..., :height, :width], theirs[..., :height, :width]
    return Distances(of_style, float(((ours - theirs) ** 2).sum() / (theirs**2).sum()))


def scaled(picture: Image.Image, longer_side: int) -> Image.Image:
    """The picture with a longer side of so many pixels, by Pillow's Lanczos filter."""
    scale = longer_side / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _style_distance(judge: Judge, picture: Image.Image, style: Image.Image, side: int) -> float:
    ours, theirs = _maps(judge, picture, side), _maps(judge, style, side)
    errors = []
    for layer in judge.layers:
        wanted = _gram(theirs[layer])
        errors.append(((_gram(ours[layer]) - wanted) ** 2).sum() / (wanted**2).sum())
    return float(torch.stack(errors).mean())


def _maps(judge: Judge, picture: Image.Image, side: int) -> dict[str, Tensor]:
    pixels = np.asarray(scaled(picture, side), np.float32) / 255
    return judge.network.record(torch.from_numpy(pixels).permute(2, 0, 1)[None], judge.layers)


def _gram(maps: Tensor) -> Tensor:
    flat = maps.flatten(2)[0]
    return flat @ flat.T / flat.shape[1]
