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


@dataclass(frozen=True)
class Aims:
    """What a judge saw of a photo and of a painting, kept for many pictures.

    Attributes:
        style: at each of `STYLE_SIDES`, the painting's Gram matrix by layer.
        content: the photo's maps at the content layer.
    """

    style: tuple[dict[str, Tensor], ...]
    content: Tensor


@torch.no_grad()
def aims(judge: Judge, content: Image.Image, style: Image.Image) -> Aims:
    """What pictures of the photo `content` are held to, in the style of the painting `style`; of any size."""
    grams = tuple(_grams(_maps(judge, style, side)) for side in STYLE_SIDES)
    return Aims(grams, _maps(judge, content, CONTENT_SIDE)[judge.content])


@torch.no_grad()
def distances(judge: Judge, picture: Image.Image, wanted: Aims) -> Distances:
    """How far `picture` is from a photo and a painting.

    Args:
        judge: looks.
        picture: of any size, with 8 bits a channel: what is judged is what a file holds.
        wanted: what `judge` saw of the photo and the painting.

    Returns:
        The distances of style at each size, and of content.
    """
    maps = {side: _maps(judge, picture, side) for side in {*STYLE_SIDES, CONTENT_SIDE}}
    of_style = tuple(
        _style_distance(_grams(maps[side]), grams)
        for side, grams in zip(STYLE_SIDES, wanted.style, strict=True)
    )
    ours, theirs = maps[CONTENT_SIDE][judge.content], wanted.content
    height, width = (min(ours.shape[axis], theirs.shape[axis]) for axis in (2, 3))
    ours, theirs = ours[..., :height, :width], theirs[..., :height, :width]
    return Distances(of_style, float(((ours - theirs) ** 2).sum() / (theirs**2).sum()))


def scaled(picture: Image.Image, longer_side: int) -> Image.Image:
    """The picture with a longer side of so many pixels, by Pillow's Lanczos filter."""
    scale = longer_side / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _style_distance(ours: dict[str, Tensor], wanted: dict[str, Tensor]) -> float:
    errors = [((ours[layer] - gram) ** 2).sum() / (gram**2).sum() for layer, gram in wanted.items()]
    return float(torch.stack(errors).mean())


def _maps(judge: Judge, picture: Image.Image, side: int) -> dict[str, Tensor]:
    pixels = np.asarray(scaled(picture, side), np.float32) / 255
    return judge.network.record(torch.from_numpy(pixels).permute(2, 0, 1)[None], judge.layers)


def _grams(maps: dict[str, Tensor]) -> dict[str, Tensor]:
    flat = {layer: each.flatten(2)[0] for layer, each in maps.items()}
    return {layer: each @ each.T / each.shape[1] for layer, each in flat.items()}
