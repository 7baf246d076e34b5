"""The frames of a video that is being made: picture files in a folder, which are also its checkpoint."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import count, takewhile
from pathlib import Path
from typing import Any

from torch import Tensor

from pareidolia.pictures.color import over_white
from pareidolia.pictures.files import open_picture, save_picture
from pareidolia.pictures.ownership import FRAMES, carries_record, claim
from pareidolia.pictures.records import record_of
from pareidolia.pictures.video_pace import Pace
from pareidolia.pictures.video_reading import Video
from pareidolia.settings import BadPicture, BadTarget, migrate
from pareidolia.settings.comparing import of_the_work

_NUMBERED = re.compile(r"\d{6,}\.png")


class FrameFolder:
    """Frames as files, made one after the other; each carries the record of its video.

    Args:
        path: of the folder; made with the first frame.
        record: what the video shows. A video does not continue from frames with another record.
    """

    def __init__(self, path: Path, record: Mapping[str, Any]) -> None:
        self.path, self._record = path, dict(record)

    def __len__(self) -> int:
        return len(self.files)

    @property
    def files(self) -> list[Path]:
        """The files of the first frames that are whole, in order, up to the first that is not there."""
        return list(takewhile(Path.is_file, map(self._file, count())))

    def check(self) -> None:
        """Check that the folder holds no other video.

        Raises:
            PareidoliaError: If it has frames of another one.
        """
        claim(self.path, FRAMES)
        wanted = of_the_work(migrate(self._record))
        there = [path for path in self.path.glob("*.png") if _NUMBERED.fullmatch(path.name)]
        if any(of_the_work(migrate(record_of(path) or {})) != wanted for path in there):
            raise BadTarget(
                f"{self.path} holds frames of another video; delete it or give --overwrite to begin anew"
            )

    def save(self, index: int, picture: Tensor) -> None:
        """Write frame `index`, whole or not at all; a picture with alpha is laid on white."""
        self.path.mkdir(exist_ok=True)
        path = self._file(index)
        # Behind a gap there may be later frames of ours.
        save_picture(over_white(picture), path, record=self._record, overwrite=carries_record(path))

    def frame(self, index: int) -> Tensor:
        """A frame as it was saved, 1×3×H×W in [0, 1]."""
        return open_picture(self._file(index))

    def _file(self, index: int) -> Path:
        return self.path / f"{index:06d}.png"


class FrameByFrame(ABC):
    """A video whose frames are made one after the other, as files in a folder.

    What was made before is all that a later process needs to go on to the same bytes, so `_made` makes a
    frame of nothing but earlier frames and what the video was begun with.

    Args:
        folder: where frames are; made with the first one.
        record: what the video shows; kept in every frame. A video does not continue from frames with another
            record.

    Attributes:
        count: how many frames the video has.
        pace: when each is shown.
        size: height and width of a frame in pixels.
        source: the video that it is made of, if there is one.
    """

    count: int
    pace: Pace
    size: tuple[int, int]
    source: Video | None = None

    def __init__(self, folder: Path, record: Mapping[str, Any]) -> None:
        self._kept = FrameFolder(folder, record)

    @property
    def total(self) -> int:
        """How many frames are made on the way: more than `count` where frames are made in several passes."""
        return self.count

    @property
    def done(self) -> int:
        """How many of these are whole."""
        return len(self._kept)

    @property
    def frames(self) -> list[Path]:
        """The files of the video's frames that are whole, in order."""
        return self._kept.files[self.total - self.count :]

    @property
    def fps(self) -> Fraction:
        """Frames in a second."""
        return self.pace.fps

    def check(self) -> None:
        """Check that the folder holds no other video.

        Raises:
            PareidoliaError: If it has frames of another one.
        """
        self._kept.check()

    def steps(self, stop: Callable[[], bool] = lambda: False) -> Iterator[int]:
        """Make the missing frames.

        Args:
            stop: asked on the way whether to stop; a frame under way is dropped then.

        Yields:
            The number of each frame, of `total`, once it is whole.
        """
        for index in range(self.done, self.total):
            picture = self._made(index, stop)
            if picture is None:
                return
            self._kept.save(index, picture)
            yield index

    @abstractmethod
    def _made(self, index: int, stop: Callable[[], bool]) -> Tensor | None:
        """Frame `index`, 1×3×H×W in [0, 1]; None if it was dropped when asked to stop."""


class VideoFrames:
    """The frames of a video file by number; read in order, each is decoded once, and the last two are kept.

    Args:
        video: the file.
        size: longer side in pixels; None keeps the video's own.
    """

    def __init__(self, video: Video, size: int | None) -> None:
        self._video, self._size = video, size
        self._ahead: Iterator[Tensor] = iter(())
        self._next: int | None = None
        self._last: dict[int, Tensor] = {}

    def __getitem__(self, index: int) -> Tensor:
        """Frame `index`, 1×3×H×W in [0, 1]."""
        if index not in self._last:
            if self._next != index:
                self._ahead = self._video.frames(start=index, size=self._size)
            picture = next(self._ahead, None)
            if picture is None:
                raise BadPicture(f"'{self._video.path}' has no frame {index} that can be read")
            self._last = dict([*self._last.items(), (index, picture)][-2:])
            self._next = index + 1
        return self._last[index]
