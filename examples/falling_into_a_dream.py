"""A video that falls into a photo: each frame is dreamt from the last one, enlarged and turned a little.

    python examples/falling_into_a_dream.py photo.jpg --seconds 12 --out dream.mp4

A .gif needs nothing more, a .mp4 the extra `video`. Frames lie in OUT.frames; what is there already is kept,
so the same call goes on where it was stopped. The command that does this is
`pareidolia dream photo.jpg --frames 180 --rotate 0.6 --out dream.mp4`.
"""

import argparse
from pathlib import Path

from pareidolia.dreaming import DreamSettings, DreamVideo
from pareidolia.pictures import write_video


def main() -> None:
    """Dream frame after frame, then bind them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photo", nargs="?", default="sample:chelsea")
    parser.add_argument("--aim", default="stage5.relu1", help="a layer, layer:channel, or class:NAME")
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--out", type=Path, default=Path("dream.gif"))
    parser.add_argument("--quick", action="store_true", help="four small frames")
    given = parser.parse_args()

    settings = DreamSettings(
        aim=(given.aim,), size=given.size, frames=round(15 * given.seconds), zoom=1.04, rotate=0.6
    )
    if given.quick:
        settings = settings.model_copy(update={"size": 96, "frames": 4, "octaves": 2, "steps": 3})
    folder = given.out.with_name(f"{given.out.name}.frames")
    record = {"photo": given.photo, "settings": settings.model_dump(mode="json")}
    video = DreamVideo(folder, record, {"photo": given.photo}, settings)
    video.check()
    for index in video.steps():
        print(f"frame {index + 1} of {settings.frames}")
    write_video(video.frames, given.out, video.frame_init.fps)
    print(f"{given.out}: {len(video.frames)} frames, kept in {folder}")


if __name__ == "__main__":
    main()
