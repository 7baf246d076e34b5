"""Pictures at hand offline: photos from scikit-image and scikit-learn, and paintings the project made."""

from pathlib import Path

import torch
from torch import Tensor

from pareidolia.pictures.color import over_white
from pareidolia.pictures.decoding import decode
from pareidolia.pictures.reading import read_upright
from pareidolia.settings import MissingExtra, UnknownName

PHOTOS = ("astronaut", "chelsea", "china", "coffee", "flower", "rocket")
PAINTINGS = Path(__file__).parent / "paintings"
_FROM_SCIKIT_LEARN = ("china", "flower")


def sample_names() -> list[str]:
    """The names that `sample:NAME` knows, photos first."""
    return [*PHOTOS, *_painting_names()]


def sample(name: str) -> Tensor:
    """The sample photo or painting of that name, 1×3×H×W in [0, 1]. Raises UnknownName, MissingExtra."""
    if name in PHOTOS:
        return sample_photo(name)
    if name in _painting_names():
        return sample_painting(name)
    raise UnknownName("sample picture", name, sample_names())


def sample_photo(name: str) -> Tensor:
    """A free photo, 1×3×H×W in [0, 1], by name.

    astronaut, chelsea, coffee, rocket come with scikit-image, china and flower with scikit-learn.

    Raises UnknownName, and MissingExtra where the library that carries the photo is not installed.
    """
    if name not in PHOTOS:
        raise UnknownName("sample photo", name, PHOTOS)
    if name in _FROM_SCIKIT_LEARN:
        try:
            from sklearn.datasets import load_sample_image
        except ImportError as error:
            raise MissingExtra("scikit-learn", "samples") from error
        values = load_sample_image(f"{name}.jpg")
    else:
        try:
            from skimage import data
        except ImportError as error:
            raise MissingExtra("scikit-image", "samples") from error
        values = getattr(data, name)()
    return torch.tensor(values).permute(2, 0, 1)[None].contiguous().float().div_(255)


def sample_painting(name: str) -> Tensor:
    """A painting that the project painted itself, shipped with it, 1×3×H×W in [0, 1].

    Raises UnknownName.
    """
    if name not in _painting_names():
        raise UnknownName("sample painting", name, _painting_names())
    return over_white(decode(read_upright(PAINTINGS / f"{name}.jpg")))


def _painting_names() -> list[str]:
    return sorted(path.stem for path in PAINTINGS.glob("*.jpg"))
