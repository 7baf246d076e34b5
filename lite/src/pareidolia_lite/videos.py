"""Videos painted frame by frame, with their own pace and sound; PyAV reads and writes them."""

import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pareidolia_lite.errors import LiteError
from pareidolia_lite.pictures import Picture, fit, resize

VIDEOS = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv")

_BT709, _BT601, _LIMITED = 1, 5, 1
_UNSTATED = (0, 2)
_CLOCK = Fraction(1, 90_000)


def paint_video(
    source: Path, target: Path, paint: Callable[[Picture], Picture], size: int | None = None
) -> int:
    """Paint a video; the file appears whole or not at all.

    Args:
        source: the video.
        target: an .mp4; H.264, an odd last row or column is left out.
        paint: a frame 3×H×W in [0, 1] to a painted one of its size.
        size: longer side in pixels; None keeps the video's.

    Returns:
        The number of frames.

    Raises:
        LiteError: If PyAV is missing, or the video cannot be read.
    """
    av = _av()
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as scratch:
        made = Path(scratch) / "painted.mp4"
        try:
            with (
                av.open(str(source), metadata_errors="replace") as given,
                av.open(str(made), "w") as container,
            ):
                if not given.streams.video:
                    raise LiteError(f"'{source}' holds no video")
                count = _painted(given, container, paint, size)
        except (av.error.FFmpegError, OSError) as error:
            raise LiteError(f"'{source}' cannot be painted: {error.strerror or error}") from error
        if count == 0:
            raise LiteError(f"'{source}' has no frames that can be read")
        made.replace(target)
    return count


def _painted(given: Any, container: Any, paint: Callable[[Picture], Picture], size: int | None) -> int:
    shown = given.streams.video[0]
    heard = [
        stream
        for stream in given.streams.audio
        if stream.codec_context.codec.canonical_name in container.supported_codecs
    ]
    target: Any = None
    sounds: dict[int, Any] = {}
    count, start = 0, Fraction(0)
    for packet in given.demux(shown, *heard):
        if packet.stream_index != shown.index:
            if target is not None:
                _copy(packet, sounds.get(packet.stream_index), start, container)
            continue
        for frame in packet.decode():
            picture = _picture_of(frame, Fraction(shown.sample_aspect_ratio or 1))
            picture = picture if size is None else resize(picture, fit(picture.shape[1:], size))
            painted = paint(picture)
            time = frame.pts * Fraction(frame.time_base) if frame.pts is not None else None
            if target is None:
                start = time or Fraction(0)
                target = _stream(container, painted, shown)
                sounds = {stream.index: container.add_stream_from_template(stream) for stream in heard}
            at = Fraction(count) / Fraction(target.rate) if time is None else time - start
            container.mux(target.encode(_frame(painted, target, at)))
            count += 1
    if target is not None:
        container.mux(target.encode())
    return count


def _copy(packet: Any, target: Any, start: Fraction, container: Any) -> None:
    if packet.pts is None or packet.dts is None or target is None:
        return
    shift = round(start / packet.time_base)
    packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, target
    if packet.pts >= 0:
        container.mux(packet)


def _picture_of(frame: Any, aspect: Fraction) -> Picture:
    """A decoded frame, upright, with square pixels."""
    stated = frame.format.is_rgb or frame.colorspace not in _UNSTATED
    matrix = None if stated else _matrix(frame.height, frame.width)
    levels = frame.to_ndarray(format="rgb24", src_colorspace=matrix)
    picture = np.ascontiguousarray(levels.transpose(2, 0, 1)).astype(np.float32) / np.float32(255)
    picture = resize(picture, (frame.height, max(1, round(frame.width * aspect))))
    return np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90) % 4, (1, 2)))


def _stream(container: Any, painted: Picture, shown: Any) -> Any:
    height, width = (side // 2 * 2 for side in painted.shape[1:])
    stream = container.add_stream("libx264", rate=Fraction(shown.average_rate or shown.guessed_rate or 25))
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.options = {"crf": "18"}
    codec = stream.codec_context
    codec.colorspace, codec.color_primaries, codec.color_trc, codec.color_range = (
        _matrix(height, width),
        _BT709,
        _BT709,
        _LIMITED,
    )
    codec.time_base = _CLOCK
    return stream


def _frame(painted: Picture, stream: Any, at: Fraction) -> Any:
    levels = np.clip(np.floor(painted[:3, : stream.height, : stream.width] * 255 + np.float32(0.5)), 0, 255)
    image = Image.fromarray(np.ascontiguousarray(levels.astype(np.uint8).transpose(1, 2, 0)))
    frame = (
        _av()
        .VideoFrame.from_image(image)
        .reformat(
            format="yuv420p", dst_colorspace=_matrix(stream.height, stream.width), dst_color_range=_LIMITED
        )
    )
    frame.pts, frame.time_base = round(at / _CLOCK), _CLOCK
    return frame


def _matrix(height: int, width: int) -> int:
    """The matrix of a video that states none, as players choose it."""
    return _BT709 if width >= 1280 or height > 576 else _BT601


def _av() -> Any:
    try:
        import av
    except ImportError as error:
        raise LiteError("videos need PyAV: pip install 'pareidolia-lite[video]'") from error
    return av
