"""Regions: which parts of a photo take the style of which painting, or of which part of one.

Regions are masks, one each, or one label map of flat colors. The soft edge between two is a blur of their
masks, so that at every place the masks of a label map add up to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.pictures import (
    PictureLike,
    as_picture,
    as_weights,
    gaussian_blur,
    luminance,
    over_white,
    size_of,
)
from pareidolia.settings import BadPicture, PareidoliaError

Size = tuple[int, int]

_LEAST_SHARE = 0.004  # of a label's pixels; fewer are the rim of a smoothed edge
_MOST_LABELS = 32
_FLAT = 0.8  # of the pixels of a label map have exactly the color of a label
_COLORED = 0.1
_BLACK = 0


@dataclass(frozen=True)
class LabelMap:
    """A picture of flat colors.

    Attributes:
        labels: the colors as 0xRRGGBB, from dark to light.
        places: h×w, at each pixel the number of its label.
    """

    labels: tuple[int, ...]
    places: Tensor

    def mask(self, label: int) -> Tensor:
        """1 where the label is, else 0: 1×1×h×w."""
        return (self.places == self.labels.index(label)).float()[None, None]

    def __str__(self) -> str:
        counts = torch.bincount(self.places.flatten(), minlength=len(self.labels))
        shares = 100 * counts / self.places.numel()
        return ", ".join(
            f"#{label:06x} ({share:.0f} %)" for label, share in zip(self.labels, shares.tolist(), strict=True)
        )


@dataclass(frozen=True)
class Parts:
    """Where regions are: a mask for each, 1×1×H×W in [0, 1]; from a label map, the label of each besides."""

    masks: tuple[Tensor, ...]
    labels: tuple[int, ...] | None = None


def read_regions(given: Sequence[PictureLike], size: Size, edge: float) -> Parts:
    """Read the regions of a photo.

    Args:
        given: masks, one a region; or one label map.
        size: height and width of the photo.
        edge: width of the soft edges, as a share of the longer side.

    Returns:
        The regions, in the order of the masks, or of the label map's colors from dark to light.

    Raises:
        BadPicture: If a mask is empty, white everywhere or colored, or a label map is none.
    """
    if len(given) == 1:
        found = read_labels(given[0], "the label map")
        masks = [as_weights(found.mask(label), size, "the label map") for label in found.labels]
        return Parts(tuple(_softened(mask, edge) for mask in masks), found.labels)
    masks = [_mask(each, size, f"the mask of region {number}") for number, each in enumerate(given, 1)]
    soft = torch.cat([_softened(mask, edge) for mask in masks])
    # Where masks overlap, each has its share.
    soft = soft / soft.sum(0, keepdim=True).clamp(min=1)
    return Parts(torch.split(soft, 1))


def choose(regions: Parts, paintings: int) -> Parts:
    """The regions that are painted: of a label map with one label more than paintings, all but black.

    Args:
        regions: of a photo.
        paintings: how many paintings or parts of one there are.

    Returns:
        As many regions as paintings.

    Raises:
        PareidoliaError: If they do not fit.
    """
    labels = regions.labels
    if labels is not None and len(labels) == paintings + 1 and labels[0] == _BLACK:
        return Parts(regions.masks[1:], labels[1:])
    if len(regions.masks) != paintings:
        named = "" if labels is None else f" ({', '.join(f'#{label:06x}' for label in labels)})"
        raise PareidoliaError(
            f"{len(regions.masks)} regions{named} need as many paintings, or as many parts of one "
            f"(--painting-regions); given: {paintings}"
        )
    return regions


def read_painting_regions(
    given: Sequence[PictureLike], sizes: Sequence[Size], labels: Sequence[int] | None
) -> list[tuple[int, Tensor]]:
    """Read which part of which painting gives a region its style.

    Args:
        given: masks: one for each painting, or several of the only one; or the label map of the only one.
        sizes: height and width of each painting.
        labels: of the photo's label map, if it has one; the painting's label map must have these.

    Returns:
        For each region the number of its painting, and the mask of its part, 1×1×h×w.

    Raises:
        BadPicture: As `read_regions` raises it.
        PareidoliaError: If there are not as many as paintings, or a label is missing.
    """
    if len(sizes) == 1 and len(given) == 1:
        found = read_labels(given[0], "the painting's label map")
        missing = [f"#{label:06x}" for label in labels or () if label not in found.labels and label != _BLACK]
        if missing:
            raise PareidoliaError(
                f"{', '.join(missing)} of the photo's label map is not in the painting's, which has {found}"
            )
        wanted = [label for label in labels or found.labels if label in found.labels]
        return [(0, as_weights(found.mask(label), sizes[0], "the painting's label map")) for label in wanted]
    if len(sizes) not in (1, len(given)):
        raise PareidoliaError(
            f"{len(sizes)} paintings need as many --painting-regions, one mask each; given: {len(given)}"
        )
    numbers = [0] * len(given) if len(sizes) == 1 else list(range(len(given)))
    return [
        (number, _mask(each, sizes[number], f"the mask of part {place}"))
        for place, (number, each) in enumerate(zip(numbers, given, strict=True), 1)
    ]


def read_labels(source: PictureLike, what: str) -> LabelMap:
    """Read a picture of flat colors; the pixels of smoothed edges go to the nearest.

    Args:
        source: the picture.
        what: it is, in errors.

    Returns:
        The label map.

    Raises:
        BadPicture: If it is of one color, or of too many.
    """
    levels = (over_white(as_picture(source))[0] * 255).round().long().expand(3, -1, -1)
    codes = levels[0] * 65536 + levels[1] * 256 + levels[2]
    colors, places, counts = torch.unique(codes, return_inverse=True, return_counts=True)
    large = counts >= _LEAST_SHARE * codes.numel()
    count = int(large.sum())
    if count > _MOST_LABELS or int(counts[large].sum()) < _FLAT * codes.numel():
        raise BadPicture(
            f"{what} must be of a few flat colors, one a region; this picture has {len(colors)} "
            "(a JPEG blurs them: save it as PNG)"
        )
    if count == 1:
        raise BadPicture(f"{what} is of one color, so there is one region: give it a color for each")
    labels = colors[large]
    labels = labels[luminance(_unpacked(labels)).flatten().argsort(stable=True)]
    nearest = torch.cdist(_unpacked(colors)[0, :, 0].T, _unpacked(labels)[0, :, 0].T).argmin(1)
    return LabelMap(tuple(labels.tolist()), nearest[places])


def _unpacked(colors: Tensor) -> Tensor:
    """K colors 0xRRGGBB as a picture 1×3×1×K of levels."""
    return torch.stack([colors // 65536, colors // 256 % 256, colors % 256]).float()[None, :, None]


def laid_together(pictures: Sequence[Tensor], masks: Sequence[Tensor], beneath: Tensor) -> Tensor:
    """Pictures N×3×H×W, each where its mask is, over what shows where none is."""
    whole = beneath * (1 - sum(masks[1:], start=masks[0])).clamp(min=0)
    for picture, mask in zip(pictures, masks, strict=True):
        whole = whole + mask * picture
    return whole.clamp(0, 1)


def _mask(source: PictureLike, size: Size, what: str) -> Tensor:
    picture = as_picture(source)
    color = picture[:, :3]
    if picture.shape[1] == 3 and float((color.amax(1) - color.amin(1)).max()) > _COLORED:
        raise BadPicture(f"{what} is colored: give black and white masks, or one label map for all regions")
    mask = as_weights(source, size, what)
    if not mask.any():
        raise BadPicture(f"{what} is black everywhere: the region is empty")
    if bool((mask > 1 - 1 / 512).all()):
        raise BadPicture(f"{what} is white everywhere: nothing is left to the other regions")
    return mask


def _softened(mask: Tensor, edge: float) -> Tensor:
    # A Gaussian passes from a fiftieth to the rest within four deviations.
    sigma = edge * max(size_of(mask)) / 4
    return gaussian_blur(mask, sigma).clamp(0, 1) if sigma > 0.1 else mask
