"""Attribution by covering parts of the picture: occlusion and RISE. No gradients needed.

Both look at hundreds of changed copies, so each is a generator that yields `Progress` after every batch and
returns the map (`occlusion_steps`, `rise_steps`), and a function that runs it to the end.
"""

from math import ceil

import torch
from torch import Tensor
from torch.nn import functional as F

from pareidolia.inspection.attribution.batching import batches, fitting
from pareidolia.inspection.attribution.registry import Steps, finished
from pareidolia.inspection.named_targets import TargetLike
from pareidolia.inspection.resolving import resolve
from pareidolia.inspection.targets import Target, confidence
from pareidolia.networks import Network, NetworkLike, preserve_state
from pareidolia.pictures import PicturesLike
from pareidolia.progress import Progress
from pareidolia.randomness import seeded_generator
from pareidolia.settings import PareidoliaError


def occlusion(
    network: NetworkLike,
    pictures: PicturesLike,
    target: TargetLike = "top",
    *,
    window: int | tuple[int, int] = 32,
    stride: int | tuple[int, int] = 16,
    fill: float = 0.5,
    channels: tuple[int, ...] | None = None,
    batch_size: int | None = None,
) -> Tensor:
    """How much the score falls when a window is covered (Zeiler and Fergus 2014, section 4.2).

    Each pixel gets the mean of S(x) − S(x covered) over the windows that covered it. At the lower and right
    edge windows are cut off by the border.

    Args:
        network: as `attribute` takes it.
        pictures: likewise.
        target: likewise.
        window: height and width of the window in pixels; one number for both.
        stride: how far it moves, down and to the right, in pixels.
        fill: the value that it is filled with, in [0, 1].
        channels: the channels that are covered; None covers all.
        batch_size: covered copies that the network sees at once; None suits the picture's size.

    Returns:
        The map N×1×H×W, signed.

    Raises:
        PareidoliaError: a window larger than the picture, a stride that leaves gaps, or a channel that the
            picture does not have.
    """
    resolved = resolve(network, pictures, target)
    return finished(
        occlusion_steps(
            *resolved, window=window, stride=stride, fill=fill, channels=channels, batch_size=batch_size
        )
    )


def occlusion_steps(
    network: Network,
    pictures: Tensor,
    target: Target,
    *,
    window: int | tuple[int, int],
    stride: int | tuple[int, int],
    fill: float,
    channels: tuple[int, ...] | None = None,
    batch_size: int | None = None,
) -> Steps[Tensor]:
    """`occlusion`, telling how far it is; a generator that returns the map."""
    height, width = pictures.shape[-2:]
    windows = _windows((height, width), _pair(window), _pair(stride))
    covered = list(range(pictures.shape[1])) if channels is None else list(channels)
    if any(channel >= pictures.shape[1] for channel in covered):
        raise PareidoliaError(f"the picture has channels 0 to {pictures.shape[1] - 1}, not {max(covered)}")
    maps = []
    for index, picture in enumerate(pictures):
        one = target.one(index)
        with preserve_state(network.module), torch.no_grad():
            whole = _score(one, network, picture[None])
        falls = []
        for some in batches(len(windows), batch_size or fitting(picture)):
            with preserve_state(network.module), torch.no_grad():
                copies = _covered(picture, windows[some], covered, fill)
                falls.append(whole - _score(one, network, copies))
            yield Progress(index * len(windows) + some.stop, len(pictures) * len(windows), "occlusion")
        maps.append(_mean_over_windows(torch.cat(falls), windows, (height, width)))
    return torch.stack(maps)


def rise(
    network: NetworkLike,
    pictures: PicturesLike,
    target: TargetLike = "top",
    *,
    masks: int = 1000,
    cells: int = 7,
    keep: float = 0.5,
    seed: int = 0,
    batch_size: int | None = None,
) -> Tensor:
    """RISE (Petsiuk et al. 2018, eq. 6): 1/(p M) Σ_i f(x ⊙ m_i) m_i over M random masks.

    f is a class's probability, or the score where the target is not a class.

    Args:
        network: as `attribute` takes it.
        pictures: likewise.
        target: likewise.
        masks: how many, M. Each is a grid enlarged bilinearly and shifted by less than a cell.
        cells: rows and columns of the grid.
        keep: the probability p that a cell of the grid stays visible.
        seed: of the masks; all pictures see the same ones.
        batch_size: masked copies that the network sees at once; None suits the picture's size.

    Returns:
        The map N×1×H×W.
    """
    resolved = resolve(network, pictures, target)
    return finished(
        rise_steps(*resolved, masks=masks, cells=cells, keep=keep, seed=seed, batch_size=batch_size)
    )


def rise_steps(
    network: Network,
    pictures: Tensor,
    target: Target,
    *,
    masks: int,
    cells: int,
    keep: float,
    seed: int,
    batch_size: int | None = None,
) -> Steps[Tensor]:
    """`rise`, telling how far it is; a generator that returns the map."""
    height, width = pictures.shape[-2:]
    maps = []
    for index, picture in enumerate(pictures):
        generator = seeded_generator(seed)
        total = torch.zeros(1, height, width, device=picture.device)
        for some in batches(masks, batch_size or fitting(picture)):
            drawn = _random_masks(some.stop - some.start, cells, keep, (height, width), generator)
            drawn = drawn.to(picture)
            seen = (picture * drawn).contiguous(memory_format=torch.channels_last)
            with preserve_state(network.module), torch.no_grad():
                scores = confidence(target.one(index), network, seen).to(total.dtype)
            total += (scores[:, None, None, None] * drawn).sum(dim=0)
            yield Progress(index * masks + some.stop, len(pictures) * masks, "rise")
        maps.append(total / (masks * keep))
    return torch.stack(maps)


def _windows(
    height_width: tuple[int, int], window: tuple[int, int], stride: tuple[int, int]
) -> list[tuple[slice, slice]]:
    """The rows and columns of each window, from the upper left."""
    (height, width), (rows, columns), (down, right) = height_width, window, stride
    if rows > height or columns > width or min(rows, columns, down, right) < 1:
        raise PareidoliaError(f"a window of {rows}x{columns} does not fit a picture of {height}x{width}")
    if down > rows or right > columns:
        raise PareidoliaError(f"a stride of {down},{right} leaves gaps between windows of {rows}x{columns}")
    return [
        (slice(row * down, row * down + rows), slice(column * right, column * right + columns))
        for row in range(ceil((height - rows) / down) + 1)
        for column in range(ceil((width - columns) / right) + 1)
    ]


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
