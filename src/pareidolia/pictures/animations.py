"""Animations: pictures of several frames (GIF, WebP, PNG), read as videos are."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from PIL import Image
from torch import Tensor

from pareidolia.pictures.color import over_white
from pareidolia.pictures.decoding import decode
from pareidolia.pictures.reading import opened
from pareidolia.pictures.video_containers import VideoFrame
from pareidolia.settings import BadPicture

ANIMATED = (".gif", ".webp", ".png", ".apng", ".avif")
"""Suffixes of pictures that may have several frames. A JPEG's second picture is a depth map or the like."""

_UNSTATED = Fraction(1, 10)
_SHORTEST = 10  # in ms; what is shown no longer is shown for a tenth of a second, by all programs


def frame_count(path: str | Path) -> int:
    """How many frames, or pages, a picture file has; 1 where it cannot be read.

    Only formats that are known to have several are opened.
    """
    if Path(path).suffix.lower() not in (*ANIMATED, ".tif", ".tiff"):
        return 1
    try:
        with opened(path) as image:
            return _count(image) - _first(image)
    except BadPicture:
        return 1


def is_animation(path: str | Path) -> bool:
    """Whether a file is a picture that moves."""
    return Path(path).suffix.lower() in ANIMATED and frame_count(path) > 1


class Animation:
    """An animated picture, with what a `VideoContainer` has.

    Args:
        path: the file.

    Raises:
        BadPicture: If it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path, self.missing, self.comment = path, 0, ""
        with opened(path) as image:
            self.fps = 1 / _duration(image)

    def frames(self) -> Iterator[VideoFrame]:
        """Read the frames in order.

        Yields:
            Each frame, to be used before the next one is asked for.
        """
        with opened(self._path) as image:
            time, count, self.missing = Fraction(0), _count(image), 0
            for index in range(_first(image), count):
                try:
                    image.seek(index)
                    image.load()
                except Exception:  # Broken data make Pillow's decoders raise errors of many kinds.
                    self.missing = count - index
                    return
                duration = _duration(image)
                yield VideoFrame(time, duration, _maker(image))
                time += duration


def _count(image: Image.Image) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # A broken file is counted by reading its frames one by one.
        return 1


def _first(image: Image.Image) -> int:
    """The number of the first frame that moves: a PNG may have a picture before, for other programs."""
    return int(bool(getattr(image, "default_image", False)) and _count(image) > 2)


def _duration(image: Image.Image) -> Fraction:
    stated = image.info.get("duration")
    return Fraction(stated) / 1000 if stated and stated > _SHORTEST else _UNSTATED


def _maker(image: Image.Image) -> Callable[[], Tensor]:
    return lambda: over_white(decode(image))
