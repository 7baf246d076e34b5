"""Attribution by covering parts of the picture: occlusion and RISE. No gradients needed."""

from math import ceil

import torch
from torch import Tensor
from torch.nn import functional as F

from pareidolia.inspection.attribution.batching import batches, fitting
from pareidolia.inspection.targets import Target, confidence
from pareidolia.networks import Network, preserve_state
from pareidolia.settings import PareidoliaError


def occlusion(
    network: Network,
    pictures: Tensor,
    target: Target,
    *,
    window: int | tuple[int, int] = 32,
    stride: int | tuple[int, int] = 16,
    fill: float = 0.5,
    channels: tuple[int, ...] | None = None,
    batch_size: int | None = None,
) -> Tensor:
    """How much the score falls when a window is covered, N×1×H×W, signed.

    Zeiler and Fergus 2014, section 4.2. A window of `window` (height, width) pixels moves by `stride` over
    the picture and is filled with `fill`; each pixel gets the mean of S(x) − S(x covered) over the windows
    that covered it. At the lower and right edge windows are cut off by the border. `channels` covers only
    those; None all.
    Raises PareidoliaError for a window larger than the picture, or a stride that leaves gaps.
    """
    height, width = pictures.shape[-2:]
    (rows, columns), (down, right) = _pair(window), _pair(stride)
    if rows > height or columns > width or min(rows, columns, down, right) < 1:
        raise PareidoliaError(f"a window of {rows}x{columns} does not fit a picture of {height}x{width}")
    if down > rows or right > columns:
        raise PareidoliaError(f"a stride of {down},{right} leaves gaps between windows of {rows}x{columns}")
    covered = list(range(pictures.shape[1])) if channels is None else list(channels)
    if any(channel >= pictures.shape[1] for channel in covered):
        raise PareidoliaError(f"the picture has channels 0 to {pictures.shape[1] - 1}, not {max(covered)}")
    windows = [
        (slice(row * down, row * down + rows), slice(column * right, column * right + columns))
        for row in range(ceil((height - rows) / down) + 1)
        for column in range(ceil((width - columns) / right) + 1)
    ]
    maps = []
    with preserve_state(network.module), torch.no_grad():
        for index, picture in enumerate(pictures):
            one = target.one(index)
            falls = _score(one, network, picture[None]) - torch.cat(
                [
                    _score(one, network, _covered(picture, windows[some], covered, fill))
                    for some in batches(len(windows), batch_size or fitting(picture))
                ]
            )
            maps.append(_mean_over_windows(falls, windows, (height, width)))
    return torch.stack(maps)


def rise(
    network: Network,
    pictures: Tensor,
    target: Target,
    *,
    masks: int = 1000,
    cells: int = 7,
    keep: float = 0.5,
    seed: int = 0,
    batch_size: int | None = None,
) -> Tensor:
    """RISE (Petsiuk et al. 2018, eq. 6), N×1×H×W: 1/(p M) Σ_i f(x ⊙ m_i) m_i over M random masks.

    Each mask is a grid of `cells`×`cells`, each kept with probability `keep` p, enlarged bilinearly and
    shifted by less than a cell. f is a class's probability, or the score where the target is not a class.
    """
    height, width = pictures.shape[-2:]
    maps = []
    with preserve_state(network.module), torch.no_grad():
        for index, picture in enumerate(pictures):
            generator = torch.Generator().manual_seed(seed)
            total = torch.zeros(1, height, width, device=picture.device)
            for some in batches(masks, batch_size or fitting(picture)):
                drawn = _random_masks(some.stop - some.start, cells, keep, (height, width), generator).to(
                    picture
                )
                seen = (picture * drawn).contiguous(memory_format=torch.channels_last)
                scores = confidence(target.one(index), network, seen).to(total.dtype)
                total += (scores[:, None, None, None] * drawn).sum(dim=0)
            maps.append(total / (masks * keep))
    return torch.stack(maps)


def _score(target: Target, network: Network, pictures: Tensor) -> Tensor:
    return target(network, pictures.contiguous(memory_format=torch.channels_last)).float()


def _pair(size: int | tuple[int, int]) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


def _covered(picture: Tensor, windows: list[tuple[slice, slice]], channels: list[int], fill: float) -> Tensor:
    """Copies of the picture, one a window, with that window filled."""
    copies = picture.repeat(len(windows), 1, 1, 1)
    for copy, (rows, columns) in zip(copies, windows, strict=True):
        copy[channels, rows, columns] = fill
    return copies


def _mean_over_windows(
    falls: Tensor, windows: list[tuple[slice, slice]], height_width: tuple[int, int]
) -> Tensor:
    total, count = (torch.zeros(1, *height_width, device=falls.device) for _ in range(2))
    for fall, (rows, columns) in zip(falls, windows, strict=True):
        total[:, rows, columns] += fall
        count[:, rows, columns] += 1
    return total / count


def _random_masks(
    count: int, cells: int, keep: float, height_width: tuple[int, int], generator: torch.Generator
) -> Tensor:
    """Smooth random masks count×1×H×W in [0, 1]: a coarse grid enlarged, then cut out at a random shift."""
    height, width = height_width
    cell = (ceil(height / cells), ceil(width / cells))
    grids = (torch.rand(count, 1, cells + 1, cells + 1, generator=generator) < keep).float()
    enlarged = F.interpolate(
        grids, ((cells + 1) * cell[0], (cells + 1) * cell[1]), mode="bilinear", align_corners=False
    )
    tops, lefts = (torch.randint(0, side, (count,), generator=generator).tolist() for side in cell)
    return torch.stack(
        [
            mask[:, top : top + height, left : left + width]
            for mask, top, left in zip(enlarged, tops, lefts, strict=True)
        ]
    )
