"""Small videos with what makes videos hard, as other programs write them."""

from fractions import Fraction
from pathlib import Path

import numpy as np


def shown(index: int, height: int = 32, width: int = 48) -> np.ndarray:
    """A moving square on a gradient, H×W×3 uint8."""
    rows, columns = np.mgrid[:height, :width]
    picture = np.stack([columns * 255 // width, rows * 255 // height, np.full_like(rows, 90)], -1)
    picture[10:20, 2 + index : 10 + index] = (240, 230, 40)
    return picture.astype(np.uint8)


def write(
    path: Path,
    frames: list[np.ndarray],
    *,
    times: list[int] | None = None,
    codec: str = "libx264",
    form: str = "yuv420p",
    matrix: int | None = None,
    tags: dict[str, object] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write frames at 24 a second, or at `times` in 1/600 s."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = form
        stream.options = options or {"crf": "8", "g": "250", "bf": "0"}
        for name, value in (tags or {}).items():
            setattr(stream.codec_context, name, value)
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 600)
        for index, levels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(levels, format="rgb24")
            frame = frame.reformat(format=form, dst_colorspace=matrix)
            if times is not None:
                frame.pts, frame.time_base = times[index], Fraction(1, 600)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def copied(source: Path, path: Path, *, hidden: int = 0, codec: str | None = None) -> Path:
    """The same packets, the first `hidden` frames behind an edit list; and a second of a tone of `codec`."""
    import av

    with av.open(str(source)) as given, av.open(str(path), "w") as made:
        stream = given.streams.video[0]
        out = made.add_stream_from_template(stream)
        sound = made.add_stream(codec, rate=44100, layout="mono") if codec else None
        shift = int(Fraction(hidden, 24) / stream.time_base)
        for packet in given.demux(stream):
            if packet.dts is not None:
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, out
                made.mux(packet)
        if sound is not None:
            for index in range(43):
                time = (np.arange(1024) + 1024 * index) / 44100
                tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)[None]
                frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = 44100, 1024 * index, Fraction(1, 44100)
                made.mux(sound.encode(frame))
            made.mux(sound.encode())
    return path


def damaged(source: Path, path: Path, begin: float, count: int) -> Path:
    """Some bytes of the pictures' data overwritten."""
    data = bytearray(source.read_bytes())
    start = data.find(b"mdat") + 4
    middle = start + int((len(data) - start) * begin)
    data[middle : middle + count] = np.random.default_rng(0).integers(0, 256, count, np.uint8).tobytes()
    path.write_bytes(data)
    return path
