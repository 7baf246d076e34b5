"""Make a video: frames into a folder beside it, then the video."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pareidolia.cli.output import (
    Output,
    PictureOutput,
    print_json,
    progress_report,
    say,
    stop_request,
)
from pareidolia.cli.run import make
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError

if TYPE_CHECKING:
    from pareidolia.operations import FrameByFrame


@dataclass(frozen=True)
class _FrameDone:
    """What the progress report shows of a frame."""

    index: int
    total: int
    size: tuple[int, int]
    loss: float | None = None


def asks_for_video(request: Request) -> bool:
    """Whether a video is asked for: of a video, or of several frames, where the operation makes any."""
    from pareidolia.pictures import is_video

    if request.operation.video is None:
        return False
    frames = getattr(request.settings, "frames", None) or 1
    return frames > 1 or is_video(str(request.inputs.get("content", request.inputs.get("photo", ""))))


def make_or_video(request: Request, output: Output) -> int:
    """Make at once what is asked for, or frame by frame where that is a video; returns the exit code."""
    if asks_for_video(request):
        return run_video(request, output)
    if output.resume:
        raise PareidoliaError("painting in one pass has nothing to resume: leave out --resume")
    return make(request, PictureOutput.model_validate(output.model_dump(exclude={"resume"})))


def run_video(request: Request, output: Output) -> int:
    """Make a video and save it; returns the exit code.

    The frames lie in `OUT.frames` until the video is whole; when interrupted they stay, and `--resume` goes
    on from the last one.
    """
    from pareidolia.pictures import check_target, write_video
    from pareidolia.pictures.ownership import FRAMES, claim, clear
    from pareidolia.pictures.targets import beside
    from pareidolia.pictures.videos import VIDEO_SUFFIXES, require_videos

    folder = beside(output.out, ".frames")
    check_target(output.out, output.overwrite, VIDEO_SUFFIXES)
    require_videos(output.out)
    claim(folder, FRAMES)
    if folder.exists() and not (output.resume or output.overwrite):
        raise PareidoliaError(
            f"{folder} holds an unfinished video: --resume goes on, --overwrite begins anew"
        )
    video = request.operation.begin_video(
        folder, request.record(folder.absolute()), request.settings, request.inputs
    )
    if output.resume:
        video.check()
        say(f"going on from frame {len(video.frames)} of {video.count}", output)
    elif folder.exists():
        clear(folder, FRAMES)
    began, there = time.perf_counter(), len(video.frames)
    stopped_by = _make(video, output)
    seconds, made = time.perf_counter() - began, len(video.frames) - there
    if stopped_by is not None:
        say(f"stopped after frame {len(video.frames)} of {video.count}; --resume goes on", output)
        return 128 + stopped_by
    kept = request.record(output.out.absolute().parent)
    write_video(video.frames, output.out, video.fps, record=kept)
    clear(folder, FRAMES)
    _tell(output, made, seconds, kept)
    return 0


def _make(video: "FrameByFrame", output: Output) -> int | None:
    """Make the frames; the signal that stopped it, if any did."""
    with stop_request() as stop, progress_report(output) as report:
        for index in video.steps(lambda: bool(stop)):
            report(_FrameDone(index + 1, video.count, video.size))
        return stop.signal if len(video.frames) < video.count else None


def _tell(output: Output, frames: int, seconds: float, record: dict[str, Any]) -> None:
    speed = round(frames / seconds, 3) if seconds > 0 else None
    if output.as_json:
        told = {"frames": frames, "seconds": round(seconds, 3), "frames_per_second": speed}
        print_json({"out": str(output.out), **told, **record})
    else:
        say(f"{output.out}: {frames} frames in {seconds:.1f} s, {speed} frames per second", output)
