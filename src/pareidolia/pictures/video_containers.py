"""Video files (MP4, MOV, MKV, ...), read through PyAV: frames and times, as far as they can be read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from torch import Tensor

from pareidolia.pictures.resizing import resize_picture, size_of
from pareidolia.pictures.video_colors import picture_of
from pareidolia.safety import require_file
from pareidolia.settings import BadPicture
from pareidolia.settings.extras import require


@dataclass(frozen=True)
class VideoFrame:
    """A frame of a video.

    Attributes:
        time: when it is shown, in seconds of the file's own clock; None if the file does not state it.
        duration: for how long, likewise.
        picture: makes the picture, 1×3×H×W in [0, 1], upright, with square pixels.
    """

    time: Fraction | None
    duration: Fraction | None
    picture: Callable[[], Tensor]


class VideoContainer:
    """A video file that PyAV reads.

    It has `fps`, the frames in a second that the file states; `comment`; and, once all frames were read,
    `missing`, how many of them could not be.

    Args:
        path: the file.

    Raises:
        MissingExtra: If PyAV is not installed.
        BadPicture: If the file is not a video that can be read.
    """

    def __init__(self, path: Path) -> None:
        self._path, self.missing = path, 0
        with opened_video(path) as (container, stream):
            self.fps = Fraction(stream.average_rate or stream.guessed_rate or 25)
            self.comment = str(container.metadata.get("comment", ""))

    def frames(self) -> Iterator[VideoFrame]:
        """Read the frames in order.

        What an edit list hides is left out. Behind damage frames are left out until the next that needs no
        other one, as those between would be made of what is broken.

        Yields:
            Each frame, to be used before the next one is asked for.
        """
        with opened_video(self._path) as (container, stream):
            reader = _Reader(container, stream)
            aspect = Fraction(stream.sample_aspect_ratio or 1)
            for frame in reader:
                yield VideoFrame(
                    _seconds(frame, frame.pts), _seconds(frame, frame.duration), _maker(frame, aspect)
                )
            self.missing = reader.missing


class _Reader:
    """The frames of a stream that can be decoded; `missing` is how many could not be, at the end."""

    def __init__(self, container: Any, stream: Any) -> None:
        self._container, self._stream = container, stream
        self._damaged = False
        self.missing = 0

    def __iter__(self) -> Iterator[Any]:
        packets = hidden = found = 0
        waiting, begins = False, None
        for packet in self._packets():
            if packet is not None and packet.size:
                packets, hidden = packets + 1, hidden + bool(packet.is_discard)
                if waiting and not packet.is_keyframe:
                    continue
                if waiting:
                    # Frames before this one in time, but behind it in the file, need what is broken.
                    waiting, begins = False, packet.pts
                    self._stream.codec_context.flush_buffers()
            try:
                frames = self._stream.decode(packet)
            except require_av().error.FFmpegError:
                self._damaged = waiting = True
                continue
            if any(frame.is_corrupt for frame in frames):
                self._damaged = waiting = True
                continue
            for frame in frames:
                if begins is None or frame.pts is None or frame.pts >= begins:
                    found += 1
                    yield frame
        # Some files hold more packets than frames though nothing is wrong with them.
        if self._damaged or packets < self._stream.frames:
            self.missing = max(0, max(self._stream.frames, packets) - hidden - found)

    def _packets(self) -> Iterator[Any]:
        """The packets that there are; the last one is empty, or None where the file breaks off."""
        packet = None
        for packet in until_broken(self._container.demux(self._stream)):
            yield packet
        if packet is None or packet.size:
            self._damaged = True
            yield None


def until_broken(packets: Iterator[Any]) -> Iterator[Any]:
    """The packets of a container up to where it can be read no further.

    Args:
        packets: as PyAV reads them.

    Yields:
        Each packet.
    """
    try:
        yield from packets
    except require_av().error.FFmpegError:
        return


def _seconds(frame: Any, ticks: int | None) -> Fraction | None:
    return None if ticks is None or frame.time_base is None else ticks * Fraction(frame.time_base)


def _maker(frame: Any, aspect: Fraction) -> Callable[[], Tensor]:
    def picture() -> Tensor:
        made = picture_of(frame)
        height, width = size_of(made)
        made = resize_picture(made, (height, max(1, round(width * aspect))))
        # How a telephone was held, in degrees counter-clockwise, as it notes it.
        return made.rot90(round(frame.rotation / 90) % 4, (2, 3)).contiguous()

    return picture


@contextmanager
def opened_video(path: Path) -> Iterator[tuple[Any, Any]]:
    """Open the container and its first video stream; the system's and PyAV's errors become BadPicture.

    Args:
        path: the file.

    Yields:
        Both, as PyAV has them.

    Raises:
        MissingExtra: If PyAV is not installed.
        BadPicture: If the file is not a video that can be read.
    """
    av = require_av()
    require_file(path, BadPicture, "a video")
    try:
        with av.open(str(path), metadata_errors="replace") as container:
            if not container.streams.video:
                raise BadPicture(f"'{path}' holds no video, only sound")
            stream = container.streams.video[0]
            # Not by frames: which packet an error is of would depend on the number of threads.
            stream.thread_type = "SLICE"
            yield container, stream
    except FileNotFoundError as error:
        raise BadPicture(f"there is no file '{path}'") from error
    except (av.error.FFmpegError, OSError) as error:
        raise BadPicture(f"'{path}' is not a video that can be read: {error.strerror}") from error


def require_av() -> Any:
    """Import PyAV.

    Returns:
        The module.

    Raises:
        MissingExtra: If it is not installed.
    """
    return require("av", extra="video")
