"""Pictures as people hold them: tensors, arrays, Pillow images, data sets with labels, as a `PictureSet`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from pareidolia.pictures import luminance, over_white, size_of
from pareidolia.pictures.decoding import decode
from pareidolia.pictures.reading import read_upright
from pareidolia.settings import BadData
from pareidolia.training.data.folders import in_test
from pareidolia.training.data.opening import open_pictures
from pareidolia.training.data.packing import GRAY_MODES, LARGEST_AS_IS, Size, to_levels
from pareidolia.training.data.pictureset import PictureSet

Array = np.ndarray[Any, Any]
Data = str | Path | PictureSet | Tensor | Array | Sequence[Any] | Dataset[Any]
"""What `as_picture_set` takes."""

_NAME = "the given pictures"
_ENOUGH_TO_KEEP_SOME = 20


def as_picture_set(data: Data, *, size: Size | None = None, color: str = "auto") -> PictureSet:
    """The pictures that `data` holds.

    Args:
        data: a name or folder (`open_pictures` gives its training pictures); a `PictureSet`; a tensor or
            array N×H×W, N×C×H×W or N×H×W×C, C 1 or 3, uint8 or floats in [0, 1]; such a tensor or array and
            N labels, in a tuple; a torch `Dataset` or a list, whose items are pictures (Pillow images, files,
            tensors, arrays) or (picture, label). Labels are whole numbers, -1 where unknown, or names.
        size: height and width that pictures are cut to from their middle; None leaves pictures of one size
            as they are, and cuts others to 64×64.
        color: "gray", "rgb", or "auto": grey where all are.

    Returns:
        The pictures.

    Raises:
        PareidoliaError: there are fewer than two pictures, or what is given is none of these.
    """
    if isinstance(data, str | Path):
        return open_pictures(str(data), "train", size=size, color=color)
    if isinstance(data, PictureSet):
        return _fitted(data, size, color)
    labels: Any = None
    if isinstance(data, tuple) and len(data) == 2 and _is_array(data[0]) and _is_labels(data[1]):
        data, labels = data
    if isinstance(data, Tensor | np.ndarray):
        levels = _levels(data, "the pictures")
    else:
        levels, labels = _collected(data, size)
    if len(levels) < 2:
        raise BadData(f"{_NAME} are {len(levels)}: there is nothing to learn from fewer than two")
    numbers, classes = _numbered(labels, len(levels), getattr(data, "classes", ()))
    return _fitted(PictureSet(_NAME, "train", levels, numbers, classes), size, color)


def split_pictures(pictures: PictureSet) -> tuple[PictureSet, PictureSet]:
    """What is learned from, and about a tenth of 20 or more pictures that is kept for the test.

    Which is which follows from the bytes of each picture alone, so that pictures added later move none.
    """
    tested = torch.zeros(len(pictures), dtype=torch.bool)
    if len(pictures) >= _ENOUGH_TO_KEEP_SOME:
        tested = torch.tensor([in_test(picture.numpy().tobytes()) for picture in pictures.bytes])
    return _part(pictures, ~tested, "train"), _part(pictures, tested, "test")


def _part(pictures: PictureSet, chosen: Tensor, split: str) -> PictureSet:
    labels = None if pictures.labels is None else pictures.labels[chosen]
    return replace(pictures, split=split, bytes=pictures.bytes[chosen], labels=labels)


def _is_array(data: object) -> bool:
    return isinstance(data, Tensor | np.ndarray) and data.ndim >= 3


def _is_labels(data: object) -> bool:
    if isinstance(data, Tensor | np.ndarray):
        return data.ndim == 1
    return isinstance(data, list | tuple) and all(isinstance(each, int | str) for each in data)


def _levels(given: Tensor | Array, what: str) -> Tensor:
    """N×H×W, N×C×H×W or N×H×W×C as bytes N×C×H×W."""
    if isinstance(given, np.ndarray) and given.dtype.kind not in "buif":
        raise BadData(f"{what} are {given.dtype}: give uint8 from 0 to 255, or floats in [0, 1]")
    values = given if isinstance(given, Tensor) else torch.from_numpy(np.ascontiguousarray(given))
    if values.ndim == 3:
        values = values[:, None]
    elif values.ndim == 4 and values.shape[1] not in (1, 3) and values.shape[3] in (1, 3):
        values = values.permute(0, 3, 1, 2)
    if values.ndim != 4 or values.shape[1] not in (1, 3) or 0 in values.shape[1:]:
        raise BadData(
            f"{what} are of shape {'×'.join(map(str, values.shape))}: give N×H×W, N×C×H×W or N×H×W×C "
            "with 1 or 3 channels"
        )
    if values.dtype == torch.bool:
        values = values.float()
    if values.dtype == torch.uint8:
        return values.detach().cpu().contiguous()
    if not values.is_floating_point():
        raise BadData(f"{what} are {values.dtype}: give uint8 from 0 to 255, or floats in [0, 1]")
    if values.numel() and not bool(((values >= 0) & (values <= 1)).all()):
        low, high = float(values.min()), float(values.max())
        raise BadData(
            f"{what} have values from {low:.3g} to {high:.3g}: give floats in [0, 1], without Normalize, or "
            "uint8 from 0 to 255"
        )
    return (values.detach().cpu().float() * 255 + 0.5).floor().to(torch.uint8).contiguous()


def _collected(data: Any, size: Size | None) -> tuple[Tensor, list[Any] | None]:
    """The items of a data set or list, as bytes of one size, and their labels if any has one."""
    if isinstance(data, DataLoader):
        data = data.dataset
    pictures, labels = [], []
    for number, item in enumerate(_items(data)):
        picture, label = (
            (*item, None)[:2] if isinstance(item, tuple) and len(item) in (1, 2) else (item, None)
        )
        levels = one_picture(picture, f"item {number} of the data")
        pictures.append(levels if size is None else _cut_levels(levels, size))
        labels.append(label)
    if not pictures:
        return torch.empty(0, 1, 1, 1, dtype=torch.uint8), None
    sizes = {size_of(picture) for picture in pictures}
    common = sizes.pop() if len(sizes) == 1 else (LARGEST_AS_IS, LARGEST_AS_IS)
    channels = max(len(picture) for picture in pictures)
    alike = [_cut_levels(picture, common).expand(channels, -1, -1) for picture in pictures]
    return torch.stack(alike), labels if any(label is not None for label in labels) else None


def _items(data: Any) -> Iterable[Any]:
    if isinstance(data, Mapping | bytes) or not (hasattr(data, "__getitem__") or hasattr(data, "__iter__")):
        raise BadData(
            f"a {type(data).__name__} is not a set of pictures: give a folder, a name, a tensor or array, "
            "a torch Dataset, or a list of pictures"
        )
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        return (data[number] for number in range(len(data)))
    items: Iterable[Any] = iter(data)
    return items


def one_picture(picture: Any, what: str) -> Tensor:
    """One picture of whatever kind as bytes C×H×W; `what` it is, for errors."""
    if isinstance(picture, str | Path):
        picture = read_upright(picture)
    if isinstance(picture, Image.Image):
        image = ImageOps.exif_transpose(picture)
        values = over_white(decode(image))
        return to_levels(values, size_of(values), image.mode in GRAY_MODES)
    if not isinstance(picture, Tensor | np.ndarray):
        raise BadData(
            f"{what} is a {type(picture).__name__}: give a Pillow image, a file, a tensor, an array, or "
            "(picture, label)"
        )
    return _levels(picture[None], what)[0]


def _cut_levels(levels: Tensor, size: Size) -> Tensor:
    """Bytes C×H×W cut to a size."""
    if size_of(levels) == size:
        return levels
    return to_levels(levels[None].float() / 255, size, gray=False)


def _fitted(pictures: PictureSet, size: Size | None, color: str) -> PictureSet:
    """The set with pictures of that size and colour."""
    levels = pictures.bytes
    if size is not None and size_of(levels) != size:
        levels = torch.stack([_cut_levels(picture, size) for picture in levels])
    if color == "gray" and levels.shape[1] == 3:
        parts = [luminance(part.float() / 255) for part in torch.split(levels, 1000)]
        levels = torch.cat([(part * 255 + 0.5).floor().to(torch.uint8) for part in parts])
    if color == "rgb":
        levels = levels.expand(-1, 3, -1, -1)
    return replace(pictures, bytes=levels)


def _numbered(labels: Any, count: int, names: Sequence[str]) -> tuple[Tensor | None, tuple[str, ...]]:
    """Labels as numbers, N int64, and the names of their classes."""
    if labels is None:
        return None, ()
    listed = [_plain(label) for label in labels]
    if len(listed) != count:
        raise BadData(f"there are {len(listed)} labels for {count} pictures: give one for each")
    if all(isinstance(label, str) for label in listed):
        names = tuple(sorted(set(listed)))
        listed = [names.index(label) for label in listed]
    if not all(isinstance(label, int) and label >= -1 for label in listed):
        wrong = next(label for label in listed if not (isinstance(label, int) and label >= -1))
        raise BadData(f"the label {wrong!r} is neither a whole number from -1 on nor a name, as others are")
    classes = tuple(str(name) for name in names) or tuple(str(number) for number in range(max(listed) + 1))
    if max(listed) >= len(classes):
        raise BadData(f"there is a label {max(listed)}, but only {len(classes)} classes have names")
    return torch.tensor(listed), classes


def _plain(label: Any) -> Any:
    """A label as a plain int or str; -1 where there is none."""
    if label is None:
        return -1
    plain = label.item() if isinstance(label, Tensor | np.generic | np.ndarray) and label.size else label
    return int(plain) if isinstance(plain, bool) else plain
