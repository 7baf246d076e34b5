"""Pictures available offline: photos from scikit-image and scikit-learn, and paintings the project made."""

from pathlib import Path

import torch
from torch import Tensor

from pareidolia.pictures.color import over_white
from pareidolia.pictures.decoding import decode
from pareidolia.pictures.reading import read_upright
from pareidolia.settings import UnknownName
from pareidolia.settings.extras import require

PHOTOS = ("astronaut", "chelsea", "china", "coffee", "flower", "rocket")
PAINTINGS = Path(__file__).parent / "paintings"
_FROM_SCIKIT_LEARN = ("china", "flower")


def sample_names() -> list[str]:
    """The names for `sample:NAME`, photos first."""
    return [*PHOTOS, *_painting_names()]


def sample(name: str) -> Tensor:
    """The sample photo or painting of a name.

    Args:
        name: one of `sample_names`.

    Returns:
        1×3×H×W in [0, 1].

    Raises:
        UnknownName: If there is no such sample.
        MissingExtra: If the library that carries the photo is not installed.
    """
    if name in PHOTOS:
        return sample_photo(name)
    if name in _painting_names():
        return sample_painting(name)
    raise UnknownName("sample picture", name, sample_names())


def sample_photo(name: str) -> Tensor:
    """A free photo by name.

    Args:
        name: astronaut, chelsea, coffee and rocket come with scikit-image, china and flower with
            scikit-learn.

    Returns:
        1×3×H×W in [0, 1].

    Raises:
        UnknownName: If there is no such photo.
        MissingExtra: If the library that carries the photo is not installed.
    """
    if name not in PHOTOS:
        raise UnknownName("sample photo", name, PHOTOS)
    if name in _FROM_SCIKIT_LEARN:
        values = require("sklearn.datasets", extra="samples").load_sample_image(f"{name}.jpg")
    else:
        values = getattr(require("skimage.data", extra="samples"), name)()
    return torch.tensor(values).permute(2, 0, 1)[None].contiguous().float().div_(255)


def sample_painting(name: str) -> Tensor:
    """A painting that the project painted itself and ships.

    Args:
        name: of the painting.

    Returns:
        1×3×H×W in [0, 1].

    Raises:
        UnknownName: If there is no such painting.
    """
    if name not in _painting_names():
        raise UnknownName("sample painting", name, _painting_names())
    return over_white(decode(read_upright(PAINTINGS / f"{name}.jpg")))


def _painting_names() -> list[str]:
    return sorted(path.stem for path in PAINTINGS.glob("*.jpg"))
