"""Reading videos, one frame at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pareidolia.pictures.resizing import fit, resize_picture, size_of
from pareidolia.pictures.videos import require_av
from pareidolia.safety import require_file
from pareidolia.settings import BadPicture

#: Suffixes of videos, where a picture or a video may be given; a .gif counts as a picture.
VIDEOS = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv")


def is_video(path: str | Path) -> bool:
    """Whether the suffix of a file is that of a video."""
    return Path(path).suffix.lower() in VIDEOS


class Video:
    """A video in a file; only its pictures are read, not its sound.

    It has `path`; `fps`, frames in a second; `count`, the number of frames, found by decoding if the file
    does not state it; and `comment`, the comment in the file.

    Args:
        path: the file.

    Raises:
        MissingExtra: If PyAV is not installed.
        BadPicture: If the file is not a video that can be read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with _opened(self.path) as (container, stream):
            self.fps = Fraction(stream.average_rate or stream.guessed_rate or 25)
            self.comment = str(container.metadata.get("comment", ""))
            self.count = int(stream.frames) or sum(1 for _ in container.decode(stream))
        if self.count == 0:
            raise BadPicture(f"'{path}' has no frames")

    def frames(self, *, start: int = 0, size: int | None = None) -> Iterator[Tensor]:
        """Read frames, of which one at a time is in memory.

        Args:
            start: number of the first frame.
            size: longer side in pixels; None keeps the video's.

        Yields:
            1×3×H×W in [0, 1], upright.
        """
        with _opened(self.path) as (container, stream):
            for frame in islice(container.decode(stream), start, None):
                levels = torch.from_numpy(frame.to_ndarray(format="rgb24"))
                picture = levels.permute(2, 0, 1)[None].float().div(255)
                # How a telephone was held, in degrees counter-clockwise, as it notes it.
                picture = picture.rot90(round(frame.rotation / 90) % 4, (2, 3)).contiguous()
                yield picture if size is None else resize_picture(picture, fit(size_of(picture), size))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """The container and its first video stream; errors inside become BadPicture."""
    av = require_av()
    require_file(path, BadPicture, "a video")
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise BadPicture(f"'{path}' holds no video, only sound")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            yield container, stream
    except FileNotFoundError as error:
        raise BadPicture(f"there is no file '{path}'") from error
    except (av.error.FFmpegError, OSError) as error:
        raise BadPicture(f"'{path}' is not a video that can be read: {error.strerror}") from error
