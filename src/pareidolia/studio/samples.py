"""The sample pictures, for the page: names and thumbnails, without torch."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from pareidolia.settings.extras import installed_folder
from pareidolia.studio.uploads import THUMBNAIL

_PAINTINGS = Path(__file__).parents[1] / "pictures" / "paintings"
_PHOTOS = {
    "chelsea": ("skimage", "data/chelsea.png"),
    "coffee": ("skimage", "data/coffee.png"),
    "astronaut": ("skimage", "data/astronaut.png"),
    "rocket": ("skimage", "data/rocket.jpg"),
    "china": ("sklearn", "datasets/images/china.jpg"),
    "flower": ("sklearn", "datasets/images/flower.jpg"),
}
"""Where the samples' packages keep them."""


@lru_cache(maxsize=1)
def sample_names() -> list[str]:
    """The samples that are installed, photos first."""
    photos = [name for name in _PHOTOS if _photo_path(name) is not None]
    return [*photos, *_paintings()]


def sample_path(name: str) -> Path:
    """The file of a sample, one of `sample_names`."""
    return _photo_path(name) or _PAINTINGS / f"{name}.jpg"


def small_sample(name: str) -> bytes:
    """A thumbnail of a sample, as WebP."""
    with sample_path(name).open("rb") as file, Image.open(file) as image:
        small = image.convert("RGB")
        small.thumbnail((THUMBNAIL, THUMBNAIL))
        data = BytesIO()
        small.save(data, "WEBP", quality=82)
    return data.getvalue()


def _paintings() -> list[str]:
    return sorted(path.stem for path in _PAINTINGS.glob("*.jpg"))


def _photo_path(name: str) -> Path | None:
    if name not in _PHOTOS:
        return None
    package, place = _PHOTOS[name]
    folder = installed_folder(package)
    path = None if folder is None else folder / place
    return path if path is not None and path.is_file() else None
