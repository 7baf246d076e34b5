"""Reading videos, one frame at a time."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from itertools import islice
from pathlib import Path

from torch import Tensor

from pareidolia.pictures.animations import Animation, is_animation
from pareidolia.pictures.resizing import fit, resize_picture, size_of
from pareidolia.pictures.video_containers import VideoContainer
from pareidolia.pictures.video_pace import Pace
from pareidolia.settings import BadPicture

#: Suffixes of videos, where a picture or a video may be given.
VIDEOS = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv")


def is_video(path: str | Path) -> bool:
    """Whether the suffix of a file is that of a video."""
    return Path(path).suffix.lower() in VIDEOS


def is_moving(path: str | Path) -> bool:
    """Whether a file is a video, or a picture that moves."""
    return is_video(path) or is_animation(path)


class Video:
    """A video in a file, or a picture that moves (GIF, WebP, PNG); only its pictures are read, not its sound.

    It has `path`, and `comment`, the comment in the file. Frames are counted by decoding them: what a file
    states of itself is often wrong.

    Args:
        path: the file.

    Raises:
        MissingExtra: If PyAV is not installed.
        BadPicture: If the file is not a video that can be read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file = Animation(self.path) if is_animation(path) else VideoContainer(self.path)
        self.comment = self._file.comment

    @property
    def count(self) -> int:
        """The number of frames that can be read."""
        return self._found[0]

    @property
    def pace(self) -> Pace:
        """When each frame is shown."""
        return self._found[1]

    @property
    def fps(self) -> Fraction:
        """Frames in a second; of an uneven video their mean."""
        return self.pace.fps

    def excerpt(self, count: int | None, fps: Fraction | int | None) -> tuple[int, Pace]:
        """How many frames are shown, and when.

        Args:
            count: of the first frames; None, and more than there are, are all.
            fps: frames in a second; None keeps the video's pace.

        Returns:
            Both.
        """
        shown = min(self.count, count or self.count)
        return shown, self.pace.of_first(shown) if fps is None else Pace(Fraction(fps))

    @property
    def start(self) -> Fraction:
        """When the first frame is shown, in seconds of the file's own clock, which its sound keeps too."""
        return self._found[2]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is wrong with the file, in words."""
        missing = self._found[3]
        if not missing:
            return ()
        return (f"'{self.path}' is damaged: {self.count} of {self.count + missing} frames could be read",)

    @cached_property
    def _found(self) -> tuple[int, Pace, Fraction, int]:
        """The number of frames, their pace, when they begin, and how many could not be read."""
        frames = [(frame.time, frame.duration) for frame in self._file.frames()]
        if not frames:
            raise BadPicture(f"'{self.path}' has no frames that can be read")
        times, last = [time for time, _ in frames], frames[-1][1]
        start = times[0] or Fraction(0)
        return len(times), Pace.of(times, last, self._file.fps), start, self._file.missing

    def frames(self, *, start: int = 0, size: int | None = None) -> Iterator[Tensor]:
        """Read frames, of which one at a time is in memory.

        Args:
            start: number of the first frame.
            size: longer side in pixels; None keeps the video's.

        Yields:
            1×3×H×W in [0, 1], sRGB, upright, with square pixels.
        """
        for frame in islice(self._file.frames(), start, None):
            picture = frame.picture()
            yield picture if size is None else resize_picture(picture, fit(size_of(picture), size))
