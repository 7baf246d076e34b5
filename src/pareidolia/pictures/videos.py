"""Videos: frames to MP4 or GIF."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from pareidolia.pictures.reading import read_upright
from pareidolia.pictures.records import comment_for
from pareidolia.pictures.targets import write_atomically
from pareidolia.settings import BadPicture
from pareidolia.settings.extras import require

VIDEO_SUFFIXES = (".mp4", ".gif")


def write_video(
    frames: Sequence[Path],
    path: str | Path,
    fps: int | Fraction,
    *,
    record: Mapping[str, Any] | None = None,
    overwrite: bool = True,
) -> None:
    """Make a video of picture files of one size, whole or not at all: the same frames give the same bytes.

    .mp4 is H.264 (CRF 18, 4:2:0; an odd last row or column is left out) and needs the extra `video`; .gif has
    256 colours a frame and repeats without end. One frame at a time is in memory, for a .gif all with a byte
    a pixel.

    Args:
        frames: files of pictures.
        path: the video, .mp4 or .gif.
        fps: frames in a second.
        record: kept as the video's comment; `read_record` reads it.
        overwrite: whether a file that is there by then is replaced.

    Raises:
        MissingExtra: If PyAV is needed and not installed.
        BadPicture: If a frame cannot be read.
        PareidoliaError: If `path` cannot be written.
    """
    path = Path(path)
    if not frames:
        raise BadPicture("a video needs at least one frame")
    make = _gif if path.suffix.lower() == ".gif" else _mp4
    encoded = make(frames, Fraction(fps), comment_for(record))
    with write_atomically(path, overwrite=overwrite) as file:
        file.write(encoded.getbuffer())


def require_videos(path: Path) -> None:
    """Check that a video can be written.

    Args:
        path: of the video; its suffix decides what is needed.

    Raises:
        MissingExtra: If a package is missing.
    """
    if path.suffix.lower() == ".mp4":
        require_av()


def require_av() -> Any:
    """Import PyAV.

    Returns:
        The module.

    Raises:
        MissingExtra: If it is not installed.
    """
    return require("av", extra="video")


def _pictures(frames: Sequence[Path]) -> Iterator[Image.Image]:
    for frame in frames:
        yield read_upright(frame).convert("RGB")


def _gif(frames: Sequence[Path], fps: Fraction, comment: str) -> BytesIO:
    encoded = BytesIO()
    first, *_ = _pictures(frames[:1])
    rest = (picture.quantize() for picture in _pictures(frames[1:]))
    duration = max(20, round(1000 / fps))
    first.quantize().save(
        encoded,
        "GIF",
        save_all=True,
        append_images=rest,
        duration=duration,
        loop=0,
        optimize=False,
        comment=comment.encode(),
    )
    return encoded


def _mp4(frames: Sequence[Path], fps: Fraction, comment: str) -> BytesIO:
    av = require_av()
    encoded = BytesIO()
    with av.open(encoded, "w", format="mp4") as container:
        container.metadata["comment"] = comment
        stream = container.add_stream("libx264", rate=fps)
        stream.pix_fmt = "yuv420p"
        # One thread: how many there are would change the bytes. No looking ahead at half size: where a frame
        # does not end with a block, x264 reads the memory behind it, and its decisions are random.
        ahead = "rc-lookahead=0:mbtree=0:b-adapt=0:scenecut=0:weightp=0"
        stream.options = {"crf": "18", "threads": "1", "x264-params": ahead}
        for index, picture in enumerate(_pictures(frames)):
            even = picture.crop((0, 0, picture.width // 2 * 2, picture.height // 2 * 2))
            if index == 0:
                stream.width, stream.height = even.size
            container.mux(stream.encode(av.VideoFrame.from_image(even)))
        container.mux(stream.encode())
    return encoded
