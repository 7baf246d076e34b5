"""Data by name: digits, mnist, fashion-mnist, data sets of torchvision and of the hub, or a folder."""

import os

import numpy as np
import torch

from pareidolia.pictures.staging import is_staged, staged
from pareidolia.safety import distrusted, expanded
from pareidolia.settings import BadData, nearest
from pareidolia.settings.extras import require
from pareidolia.training.data.folders import Split, find_files
from pareidolia.training.data.packing import Size, pack
from pareidolia.training.data.pictureset import PictureSet

_EVERY_TESTED = 6
_BY_TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
_ELSEWHERE = ("torchvision", "hf")


def open_pictures(
    name: str, split: Split = "train", *, size: int | Size | None = None, color: str = "auto"
) -> PictureSet:
    """The pictures called `name`, of one size and depth.

    Args:
        name: "digits" (scikit-learn's 1,797 of 8×8, every sixth kept for the test); "mnist" or
            "fashion-mnist" (torchvision's, in $PAREIDOLIA_DATA or the folder after a colon, "mnist:FOLDER";
            fetched by torchvision where they are not there, unless only a file that is not trusted names
            them); "torchvision:NAME" or "torchvision:NAME:FOLDER", any data set of torchvision;
            "hf:OWNER/NAME", one of the Hugging Face hub; a tar, a table of paths or a place in a store
            (`pictures/staging.py`); or a folder, see `find_files`.
        split: "train" or "test".
        size: height and width that a folder's pictures are cut to, or the side of a square; None leaves them
            (see `pack`).
        color: "gray", "rgb", or "auto", of a folder's pictures.

    Returns:
        The pictures of that split, 8 bits a channel, with their labels where there are any.

    Raises:
        PareidoliaError: If there is nothing to learn from, or the size or colour does not suit the data.
        MissingExtra: If "digits" is named and scikit-learn is not installed.
    """
    if isinstance(size, int):
        size = size, size
    family, _, root = name.partition(":")
    if family == "digits":
        found = _digits(split)
    elif family in _BY_TORCHVISION:
        found = _by_torchvision(name, family, root, split)
    elif family in _ELSEWHERE:
        return _elsewhere(name, split, size, color)
    else:
        return _folder(name, split, size, color)
    if size not in (None, found.shape[1:]) or color == "rgb":
        raise BadData(f"{name} are grey pictures of {found.shape[1]} px: leave out size and colour")
    return found


def is_folder(name: str) -> bool:
    """Whether data of this name are a folder's, and not known by the name itself."""
    family = name.partition(":")[0]
    return family not in ("digits", *_BY_TORCHVISION, *_ELSEWHERE) and not is_staged(name)


def _folder(name: str, split: Split, size: Size | None, color: str) -> PictureSet:
    folder = staged(name) if is_staged(name) else expanded(name)
    if not folder.exists() and "/" not in name:
        known = nearest(name, ["digits", *_BY_TORCHVISION], 1)
        raise BadData(f"there is no folder '{name}' to learn from; did you mean {known[0]}?")
    return pack(find_files(folder, split), name, split, size, color)


def _elsewhere(name: str, split: Split, size: Size | None, color: str) -> PictureSet:
    # It takes what people hold in their hands, which may be a name again.
    from pareidolia.training.data.by_name import as_named_set, hub_items, torchvision_items

    family, _, rest = name.partition(":")
    if family == "hf":
        items = hub_items(name, rest, split)
    else:
        kind, _, root = rest.partition(":")
        items = torchvision_items(name, kind, root, split)
    return as_named_set(items, name, split, size, color)


def _digits(split: Split) -> PictureSet:
    found = require("sklearn.datasets", extra="samples").load_digits()
    # 17 levels from 0 to 16, onto 0 to 255.
    levels = torch.from_numpy(np.rint(found.images * (255 / 16)).astype(np.uint8))[:, None]
    labels = torch.from_numpy(found.target.astype(np.int64))
    tested = torch.arange(len(labels)) % _EVERY_TESTED == 0
    chosen = tested if split == "test" else ~tested
    return PictureSet("digits", split, levels[chosen], labels[chosen], _ten_digits())


def _by_torchvision(name: str, family: str, root: str, split: Split) -> PictureSet:
    import torchvision

    folder = expanded(root or os.environ.get("PAREIDOLIA_DATA", "data"))
    maker = getattr(torchvision.datasets, _BY_TORCHVISION[family])
    asks = distrusted()
    try:
        found = maker(folder, train=split == "train", download=asks is None)
    except (OSError, RuntimeError) as error:
        if asks is not None:
            raise BadData(
                f"{asks} names {family} in {folder}, where it is not whole: it is not fetched unasked; "
                f"name the folder it is in as {family}:FOLDER, or pass --trust"
            ) from error
        raise BadData(
            f"{family} is not in {folder} and could not be fetched ({' '.join(str(error).split())}); "
            f"name the folder it is in as {family}:FOLDER, or a folder of pictures"
        ) from error
    classes = _ten_digits() if family == "mnist" else tuple(found.classes)
    return PictureSet(name, split, found.data[:, None], found.targets, classes)


def _ten_digits() -> tuple[str, ...]:
    return tuple(str(number) for number in range(10))
