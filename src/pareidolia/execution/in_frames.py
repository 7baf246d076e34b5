"""Videos: frames into a folder beside the result, then the video."""

import time
from collections.abc import Generator
from pathlib import Path

from pareidolia.execution.saving import is_made
from pareidolia.execution.target import Stop, Target, unfinished
from pareidolia.operations import OPERATIONS
from pareidolia.operations.statement import find
from pareidolia.pictures import FrameByFrame, Video, check_target, is_video, write_video
from pareidolia.pictures.animations import frame_count
from pareidolia.pictures.ownership import FRAMES, claim, clear, is_empty
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import beside, clear_leftovers, remove_leftovers
from pareidolia.pictures.video_sound import has_sound
from pareidolia.pictures.videos import VIDEO_SUFFIXES, require_videos
from pareidolia.progress import Progress
from pareidolia.requests import Request
from pareidolia.settings import BadTarget, PareidoliaError
from pareidolia.settings.wording import counted


def asks_for_video(request: Request, target: Target) -> bool:
    """Whether what is asked for is a video: of a video, of several frames, or by the name of its file."""
    if request.operation.video is None:
        return False
    frames = getattr(request.settings, "frames", None)
    named = target.out is not None and target.out.suffix.lower() in VIDEO_SUFFIXES
    given = (value for value in request.inputs.values() if isinstance(value, str | Path))
    return (frames or 1) > 1 or (named and frames is None) or any(is_video(value) for value in given)


def first_frames(request: Request) -> tuple[str, ...]:
    """Of which pictures given only the first frame or page is taken, a line each."""
    notes = []
    for given in request.inputs.values():
        for path in given if isinstance(given, tuple | list) else (given,):
            count = frame_count(path) if isinstance(path, str | Path) else 1
            if count > 1:
                kind = "pages" if Path(path).suffix.lower() in (".tif", ".tiff") else "frames"
                notes.append(f"'{path}': the first of {count} {kind}")
    return tuple(notes)


def refuse_video(request: Request) -> None:
    """Refuse a video as the picture of an operation that makes none.

    Args:
        request: the request.

    Raises:
        PareidoliaError: If an input is a video; names the method of the same command that takes videos, if
            there is one.
    """
    operation = request.operation
    if operation.video is not None:
        return
    for each in operation.inputs:
        given = request.inputs.get(each.name)
        if each.kind == "picture" and isinstance(given, str | Path) and is_video(given):
            others = (other for other in OPERATIONS.own.values() if other.command == operation.command)
            able = [f"; --method {other.method} does" for other in others if other.video]
            raise PareidoliaError(f"'{given}' is a video, which this does not take{''.join(able)}")


def in_frames(request: Request, target: Target, stop: Stop) -> Generator[Progress, None, Result]:
    """Make the frames, then the video. When stopped, the frames stay for a resumed run to go on from."""
    if target.out is None:
        raise PareidoliaError("a video goes into a file: name it with --out video.mp4")
    folder = beside(target.out, ".frames")
    remove_leftovers(target.out)
    if target.resume and is_made(target.out, record := request.record(target.folder)):
        clear(folder, FRAMES)  # a process may have died while it cleared them away
        return Result(None, "made already", record=record, path=target.out)
    check_target(target.out, target.overwrite, VIDEO_SUFFIXES)
    require_videos(target.out)
    claim(folder, FRAMES)
    if not (is_empty(folder) or target.resume or target.overwrite):
        raise BadTarget(f"{folder} holds an unfinished video: --resume goes on, --overwrite begins anew")
    clear_leftovers(folder)
    video = _begin(request, folder)
    if target.resume:
        video.check()
        yield _now(video, f"going on from frame {video.done} of {video.total}")
    elif folder.exists():
        clear(folder, FRAMES)
    if video.source is not None and video.source.notes:
        yield _now(video, *video.source.notes)
    began, there = time.perf_counter(), video.done
    for index in video.steps(lambda: bool(stop)):
        yield Progress(index + 1, video.total, size=video.size)
    made = video.done - there
    record = request.record(target.folder)
    if video.done < video.total:
        record = unfinished(record, video.done, video.total)
        caption = f"stopped after frame {video.done} of {video.total}; --resume goes on"
        return Result(None, caption, record=record)
    sound = _sound(video)
    left_out = write_video(
        video.frames, target.out, video.pace, record=record, sound=sound, overwrite=target.overwrite
    )
    if sound is None and video.source is not None and has_sound(video.source):
        left_out = (*left_out, "the sound is left out: with --fps the pace is another")
    clear(folder, FRAMES)
    seconds = time.perf_counter() - began
    if left_out:
        yield _now(video, *left_out)
    rows = ({"frames": made, "seconds": round(seconds, 3)},)
    return Result(None, _pace(video, made, seconds), rows, record, target.out)


def _begin(request: Request, folder: Path) -> FrameByFrame:
    assert request.operation.video is not None
    begin = find(request.operation.video)
    looking = {"network": request.network} if request.operation.network else {}
    video: FrameByFrame = begin(
        folder, request.record(folder.absolute()), request.inputs, settings=request.settings, **looking
    )
    return video


def _now(video: FrameByFrame, *notes: str) -> Progress:
    return Progress(video.done, video.total, size=video.size, notes=notes)


def _sound(video: FrameByFrame) -> Video | None:
    """The video whose sound goes with the frames, if they are shown when its own are."""
    source = video.source
    return source if source is not None and video.pace == source.pace.of_first(video.count) else None


def _pace(video: FrameByFrame, made: int, seconds: float) -> str:
    frames = counted(video.count, "frame")
    return f"{frames}, {seconds / made * video.total / video.count:.1f} s a frame" if made else frames
