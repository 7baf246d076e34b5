"""The pictures of a style transfer, prepared by its options, for any method that paints."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.pictures import (
    PictureLike,
    as_mask,
    as_picture,
    check_shorter_side,
    fit,
    resize_picture,
    size_of,
    split_alpha,
)
from pareidolia.pictures.wrapping import Wrap, resize_wrapped, rounded_size, wrap_of
from pareidolia.settings import BadPicture, PareidoliaError
from pareidolia.style.colors import as_gray, match_colors, match_luminance, with_chroma
from pareidolia.style.regions import Parts, choose, read_painting_regions, read_regions
from pareidolia.style.settings import Colors, StyleControl

Size = tuple[int, int]
"""Height and width in pixels."""

#: Larger copies of small paintings would only take memory: they are enlarged where they are looked at.
_LONGEST_ENLARGED = 2048

#: With a shorter side of fewer pixels the deepest layers have no position left.
SHORTEST_SIDE = 32

_ROUNDING = 1e-3


@dataclass(frozen=True)
class Region:
    """Where the style of certain paintings goes.

    Attributes:
        paintings: 1×3×h×w each.
        shares: how much of the style each gives.
        parts: of each, 1×1×h×w in [0, 1]: which part of it gives its style; None is the whole.
        mask: 1×1×H×W in [0, 1], where in the photo; None is everywhere.
    """

    paintings: tuple[Tensor, ...]
    shares: tuple[float, ...]
    parts: tuple[Tensor | None, ...]
    mask: Tensor | None


@dataclass(frozen=True)
class StyleInputs:
    """The prepared pictures of a style transfer, on one device.

    Attributes:
        photo: 1×3×H×W in [0, 1], in grey if only luminance is painted.
        regions: where the style of which paintings goes; these are in the colours that the result takes from
            them. Shares of a region add up to `StyleControl.strength`; the photo's own style has the rest.
        mask: 1×1×H×W in [0, 1], where style goes at all; None is everywhere.
        color: the photo in its colours.
        alpha: 1×1×H×W, if the photo has one.
        colors: whose colours the result has.
    """

    photo: Tensor
    regions: tuple[Region, ...]
    mask: Tensor | None
    color: Tensor
    alpha: Tensor | None
    colors: Colors

    @classmethod
    def prepare(
        cls,
        content: PictureLike,
        styles: Sequence[PictureLike],
        mask: PictureLike | None,
        control: StyleControl,
        *,
        size: int | None,
        painting_size: int,
        device: torch.device,
        regions: Sequence[PictureLike] = (),
        painting_regions: Sequence[PictureLike] = (),
        size_multiple: int = 1,
    ) -> "StyleInputs":
        """Open and prepare pictures.

        Args:
            content: the photo.
            styles: at least one painting.
            mask: white where the style goes; None is everywhere.
            control: options.
            size: longer side of the photo in pixels; None keeps its own.
            painting_size: longer side of the paintings in pixels; smaller ones are enlarged to 2,048 at most.
            device: where to.
            regions: masks of the photo, or one label map: each region takes its own painting.
            painting_regions: masks of the paintings, or one label map: a region takes a part of one.
            size_multiple: of the photo's sides where it repeats (`StyleControl.seamless`).

        Returns:
            The prepared pictures.

        Raises:
            BadPicture: If a picture is broken or too narrow.
            PareidoliaError: If there are not as many weights as paintings.
        """
        if painting_regions and not regions:
            raise PareidoliaError("--painting-regions are of the photo's regions: give --regions too")
        if regions and control.painting_weights:
            raise PareidoliaError("each region takes one painting: leave out --painting-weights")
        shares = _shares(control.painting_weights, len(styles), control.strength)
        photo = _opened_photo(content, size, wrap_of(control.seamless), size_multiple)
        color, alpha = split_alpha(photo.to(device))
        check_shorter_side("the photo", size_of(color), SHORTEST_SIDE, "style transfer")
        opened = [_opened_painting(style, painting_size).to(device) for style in styles]
        for painting in opened:
            check_shorter_side("a painting", size_of(painting), SHORTEST_SIDE, "style transfer")
        paintings = tuple(_recolored(painting, color, control.colors) for painting in opened)
        everywhere = None if mask is None else _opened_mask(mask, size_of(color)).to(device)
        found = [Region(paintings, shares, (None,) * len(paintings), everywhere)]
        if regions:
            parts = read_regions(regions, size_of(color), control.region_edge)
            found = _regions(parts, painting_regions, paintings, control.strength, everywhere)
        return cls(
            as_gray(color) if control.colors == "luminance" else color,
            tuple(found),
            _union(found),
            color,
            alpha,
            control.colors,
        )

    def restore_color_and_alpha(self, painted: Tensor) -> Tensor:
        """The result of a painted picture 1×3×h×w: with the photo's chroma and alpha if wanted."""
        size = size_of(painted)
        if self.colors == "luminance":
            painted = with_chroma(painted, resize_picture(self.color.to(painted), size))
        if self.alpha is None:
            return painted
        return torch.cat([painted, resize_picture(self.alpha, size)], dim=1)


def _regions(
    parts: Parts,
    painting_regions: Sequence[PictureLike],
    paintings: Sequence[Tensor],
    strength: float,
    mask: Tensor | None,
) -> list[Region]:
    """Each region with its painting, or with the part of one that it takes."""
    sizes = [size_of(painting) for painting in paintings]
    sources: list[tuple[int, Tensor | None]] = [(number, None) for number in range(len(paintings))]
    if painting_regions:
        sources = list(read_painting_regions(painting_regions, sizes, parts.labels))
    masks = choose(parts, len(sources)).masks
    regions = []
    for where, (number, part) in zip(masks, sources, strict=True):
        painting = paintings[number]
        place = where.to(painting.device) if mask is None else where.to(painting.device) * mask
        region = Region((painting,), (strength,), (None if part is None else part.to(painting),), place)
        regions.append(region)
    return regions


def _union(regions: Sequence[Region]) -> Tensor | None:
    """Where any region is; None if they cover everything."""
    masks = [region.mask for region in regions if region.mask is not None]
    if not masks:
        return None
    union = torch.stack(masks).sum(0).clamp(max=1)
    return None if float(union.min()) > 1 - _ROUNDING else union


def coarsest(size: Size) -> int:
    """The longer side at which the shorter one has SHORTEST_SIDE pixels."""
    return math.ceil(SHORTEST_SIDE * max(size) / min(size))


def scaled(painting: Tensor, side: int) -> Tensor:
    """A painting at the longer side `side`, or a little larger if it would be too narrow."""
    size = size_of(painting)
    return resize_picture(painting, fit(size, max(side, coarsest(size))))


def _opened_photo(content: PictureLike, side: int | None, wrap: Wrap, size_multiple: int) -> Tensor:
    opened = as_picture(content)
    size = size_of(opened) if side is None else fit(size_of(opened), side)
    return resize_wrapped(opened, rounded_size(size, wrap, size_multiple), wrap, resize_picture)


def _opened_painting(style: PictureLike, size: int) -> Tensor:
    painting = split_alpha(as_picture(style))[0]
    if size > _LONGEST_ENLARGED:
        size = max(_LONGEST_ENLARGED, min(size, max(size_of(painting))))
    return resize_picture(painting, fit(size_of(painting), size))


def _opened_mask(mask: PictureLike, size: Size) -> Tensor:
    opened = as_mask(mask, size)
    if not opened.any():
        raise BadPicture("the mask is black everywhere: nothing is left to paint")
    return opened


def _recolored(painting: Tensor, photo: Tensor, colors: Colors) -> Tensor:
    match colors:
        case "paintings":
            return painting
        case "matched":
            return match_colors(painting, photo)
        case "luminance":
            return match_luminance(painting, photo)


def _shares(weights: Sequence[float] | None, count: int, strength: float) -> tuple[float, ...]:
    if count == 0:
        raise PareidoliaError("style transfer needs at least one painting")
    weights = weights or [1.0] * count
    if len(weights) != count or min(weights) < 0 or sum(weights) == 0:
        raise PareidoliaError(
            f"{count} painting(s) need {count} painting weights, not negative and not all 0; "
            f"given: {list(weights)}"
        )
    return tuple(strength * weight / sum(weights) for weight in weights)
