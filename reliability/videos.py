"""Mutated videos, read frame by frame."""

import random
from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

from pareidolia.pictures import Video, write_video
from reliability.mutating import grain, mutated_bytes
from reliability.outcome import Outcome, tried

_MUTATED = 400
_CUT = (5, 30, 60, 90, 99)


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Mutate videos of four containers, and cut them short.

    Args:
        seed: of the mutations.
        share: how much is tried of 400 mutations.
        folder: to work in.

    Yields:
        A case for each video.
    """
    if find_spec("av") is None:
        return
    chance = random.Random(seed)
    whole = {path.suffix: path.read_bytes() for path in _videos(folder, chance)}
    for suffix, content in whole.items():
        for share_kept in _CUT:
            cut = folder / f"cut{suffix}"
            cut.write_bytes(content[: len(content) * share_kept // 100])
            yield tried(f"{suffix} cut at {share_kept} %", lambda cut=cut: _look(cut))
    for number in range(round(share * _MUTATED)):
        suffix = chance.choice(list(whole))
        place = folder / f"mutated{suffix}"
        place.write_bytes(mutated_bytes(whole[suffix], chance))
        yield tried(f"mutated {number}", lambda place=place: _look(place))


def _look(path: Path) -> None:
    video = Video(path)
    assert video.fps > 0 and isinstance(video.comment, str | None)
    for frame in video.frames():
        assert frame.ndim == 4 and bool(frame.isfinite().all())


def _videos(folder: Path, chance: random.Random) -> list[Path]:
    import av

    frames = []
    for number in range(6):
        frames.append(folder / f"{number}.png")
        grain((32, 24), chance).convert("RGB").save(frames[-1])
    write_video(frames, folder / "a.mp4", Fraction(10), record={"operation": "x"})
    made = [folder / "a.mp4"]
    for suffix, codec in ((".avi", "mpeg4"), (".mkv", "libx264"), (".webm", "libvpx"), (".mov", "mpeg4")):
        path = folder / f"a{suffix}"
        try:
            with av.open(str(path), "w") as container:
                stream = container.add_stream(codec, rate=10)
                stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
                for frame in frames:
                    container.mux(stream.encode(av.VideoFrame.from_image(Image.open(frame))))
                container.mux(stream.encode())
        except (av.error.FFmpegError, ValueError):
            continue  # this build has no such codec
        made.append(path)
    return made
