"""Videos: frames to MP4 or GIF."""

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from io import BytesIO
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from PIL import Image

from pareidolia.pictures.reading import read_upright
from pareidolia.pictures.records import comment_for
from pareidolia.pictures.targets import write_atomically
from pareidolia.pictures.video_colors import BT709, matrix_for
from pareidolia.pictures.video_containers import require_av
from pareidolia.pictures.video_pace import Pace
from pareidolia.pictures.video_reading import Video
from pareidolia.pictures.video_sound import has_sound, sound_of
from pareidolia.settings import BadPicture, PareidoliaError

VIDEO_SUFFIXES = (".mp4", ".gif")

_CLOCK = Fraction(1, 90_000)
_LIMITED_RANGE = 1
_FINEST = 1001


def write_video(
    frames: Sequence[Path],
    path: str | Path,
    pace: float | Fraction | Pace,
    *,
    record: Mapping[str, Any] | None = None,
    sound: Video | None = None,
    overwrite: bool = True,
) -> tuple[str, ...]:
    """Make a video of picture files of one size, whole or not at all: the same frames give the same bytes.

    .mp4 is H.264 (CRF 18, 4:2:0, BT.709 from HD on and else BT.601; an odd last row or column is left out)
    and needs the extra `video`; .gif has 256 colours a frame, no sound, at most 50 frames in a second, and
    repeats without end. One frame at a time is in memory, for a .gif all with a byte a pixel.

    Args:
        frames: files of pictures.
        path: the video, .mp4 or .gif.
        pace: frames in a second, or when each is shown.
        record: kept as the video's comment; `read_record` reads it.
        sound: a video whose sound is copied, as long as the frames last.
        overwrite: whether a file that is there by then is replaced.

    Returns:
        What is left out, a line each.

    Raises:
        MissingExtra: If PyAV is needed and not installed.
        BadPicture: If a frame cannot be read.
        PareidoliaError: If `path` cannot be written, or the pace is no number above 0.
    """
    path = Path(path)
    if not frames:
        raise BadPicture("a video needs at least one frame")
    make = _gif if path.suffix.lower() == ".gif" else _mp4
    pace = pace if isinstance(pace, Pace) else Pace(_as_fraction(pace))
    encoded, left_out = make(frames, pace, comment_for(record), sound)
    with write_atomically(path, overwrite=overwrite) as file:
        file.write(encoded.getbuffer())
    return left_out


def _as_fraction(fps: float | Fraction) -> Fraction:
    """Frames in a second as a file keeps them: 29.97 is 2997/100."""
    if not (math.isfinite(fps) and fps > 0):
        raise PareidoliaError(f"pace={fps} is no number of frames in a second")
    return Fraction(fps).limit_denominator(_FINEST) if isinstance(fps, float) else Fraction(fps)


def require_videos(path: Path) -> None:
    """Check that a video can be written.

    Args:
        path: of the video; its suffix decides what is needed.

    Raises:
        MissingExtra: If a package is missing.
    """
    if path.suffix.lower() == ".mp4":
        require_av()


def _pictures(frames: Sequence[Path]) -> Iterator[Image.Image]:
    for frame in frames:
        yield read_upright(frame).convert("RGB")


def _gif(
    frames: Sequence[Path], pace: Pace, comment: str, sound: Video | None
) -> tuple[BytesIO, tuple[str, ...]]:
    encoded = BytesIO()
    shown = pace.in_gif(len(frames))
    first, *rest = (frames[index] for index, _ in shown)
    read_upright(first).convert("RGB").quantize().save(
        encoded,
        "GIF",
        save_all=True,
        append_images=(picture.quantize() for picture in _pictures(rest)),
        duration=[duration for _, duration in shown],
        loop=0,
        optimize=False,
        comment=comment.encode(),
    )
    left_out = []
    if len(shown) < len(frames):
        fewer = f"{len(frames) - len(shown)} of {len(frames)} frames are left out"
        left_out.append(f"{fewer}: a GIF shows at most 50 in a second")
    if sound is not None and has_sound(sound):
        left_out.append("the sound is left out: a GIF has none")
    return encoded, tuple(left_out)


def _mp4(
    frames: Sequence[Path], pace: Pace, comment: str, sound: Video | None
) -> tuple[BytesIO, tuple[str, ...]]:
    av = require_av()
    encoded = BytesIO()
    with av.open(encoded, "w", format="mp4") as container:
        container.metadata["comment"] = comment
        pictures = _pictures(frames)
        first = next(pictures)
        encoder = _Encoder(container, (first.height, first.width), pace)
        with sound_of(sound, container, pace.at(len(frames))) as track:
            for index, picture in enumerate(chain([first], pictures)):
                track.copy_until(pace.at(index))
                encoder.add(index, picture)
            encoder.end()
            track.copy_until(pace.at(len(frames)))
    return encoded, track.notes


class _Encoder:
    """Pictures on their way into a container as H.264."""

    def __init__(self, container: Any, size: tuple[int, int], pace: Pace) -> None:
        height, width = (side // 2 * 2 for side in size)
        self._container, self._pace = container, pace
        self._matrix = matrix_for(height, width)
        self._stream = stream = container.add_stream("libx264", rate=pace.fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        # One thread: how many there are would change the bytes. No looking ahead at half size: where a frame
        # does not end with a block, x264 reads the memory behind it, and its decisions are random.
        ahead = "rc-lookahead=0:mbtree=0:b-adapt=0:scenecut=0:weightp=0"
        # A container counts the length of uneven frames in the order of the file: it must be theirs.
        in_order = ":bframes=0" if pace.times is not None else ""
        stream.options = {"crf": "18", "threads": "1", "x264-params": f"{ahead}{in_order}"}
        codec = stream.codec_context
        codec.colorspace, codec.color_primaries = self._matrix, BT709
        codec.color_trc, codec.color_range = BT709, _LIMITED_RANGE
        if pace.times is not None:
            codec.time_base = _CLOCK

    def add(self, index: int, picture: Image.Image) -> None:
        """Encode frame `index`."""
        even = picture.crop((0, 0, self._stream.width, self._stream.height))
        frame = (
            require_av()
            .VideoFrame.from_image(even)
            .reformat(format="yuv420p", dst_colorspace=self._matrix, dst_color_range=_LIMITED_RANGE)
        )
        if self._pace.times is not None:
            frame.pts, frame.time_base = self._ticks(index), _CLOCK
        self._container.mux(self._timed(self._stream.encode(frame)))

    def end(self) -> None:
        """Encode what is left."""
        self._container.mux(self._timed(self._stream.encode()))

    def _timed(self, packets: Sequence[Any]) -> Sequence[Any]:
        """The packets with how long each is shown, where that is uneven: the last one's nothing else says."""
        if self._pace.times is not None:
            shown = [self._ticks(index) for index in range(len(self._pace.times))]
            lasting = dict(zip(shown, (after - before for before, after in pairwise(shown)), strict=False))
            for packet in packets:
                packet.duration = lasting[packet.pts]
        return packets

    def _ticks(self, index: int) -> int:
        return round(self._pace.at(index) / _CLOCK)
