"""Operations that paint step by step: a checkpoint beside the result, from which a stopped run goes on."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareidolia.execution.saving import check_out, is_made, save_result
from pareidolia.execution.target import Stop, Target, unfinished
from pareidolia.painting import Checkpoint, Painting
from pareidolia.painting.checkpoint import checkpoint_path, remove_checkpoint
from pareidolia.pictures.records import record_of
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import remove_leftovers
from pareidolia.progress import Progress
from pareidolia.requests import Request
from pareidolia.settings import BadTarget


def in_steps(request: Request, target: Target, stop: Stop) -> Generator[Progress, None, Result]:
    """Paint and save. When stopped, the picture as it stands is saved, with a checkpoint to go on from."""
    if target.out is None:
        return (yield from _in_memory(request, target, stop))
    remove_leftovers(target.out)
    record = request.record(target.folder)
    if target.resume and is_made(target.out, record):
        remove_checkpoint(target.out)
        return Result(None, "made already", record=record, path=target.out)
    there = checkpoint_path(target.out).exists()
    stands = "unfinished" in (record_of(target.out) or {})  # of which run the checkpoint says
    check_out(request, target, unfinished=stands and target.resume and there)
    if there and not (target.resume or target.overwrite):
        raise BadTarget(
            f"{checkpoint_path(target.out)} holds an unfinished run: "
            "--resume goes on, --overwrite begins anew"
        )
    painting: Painting = request.begin()
    checkpoint = Checkpoint(target.out, record)
    if there and target.resume:
        checkpoint.load(painting)
        going_on = f"going on from step {painting.index} of {painting.total}"
        yield Progress(painting.index, painting.total, notes=(going_on,))
    if (yield from _paint(painting, checkpoint, stop)):
        checkpoint.save(painting)
        return _keep_unfinished(painting, request, target, record)
    made = _replacing(painting.result, request, target, record)
    remove_checkpoint(target.out)
    return made


def _in_memory(request: Request, target: Target, stop: Stop) -> Generator[Progress, None, Result]:
    painting: Painting = request.begin()
    for step in painting:
        yield step
        if stop:
            break
    return save_result(painting.result, request, target)


def _paint(painting: Painting, checkpoint: Checkpoint, stop: Stop) -> Generator[Progress, None, bool]:
    """Step to the end or until asked to stop; whether it was stopped before the end."""
    for step in checkpoint.steps(painting):
        yield step
        if stop and not painting.finished:
            return True
    return False


def _keep_unfinished(painting: Painting, request: Request, target: Target, record: dict[str, Any]) -> Result:
    record = unfinished(record, painting.index, painting.total)
    caption = f"stopped at step {painting.index} of {painting.total}"
    if painting.index == 0:
        return Result(None, f"{caption}; --resume goes on from here", record=record, path=target.out)
    _replacing(painting.result, request, target, record)
    caption += f"; {target.out} holds the picture as it stands, --resume goes on from here"
    return Result(painting.picture, caption, record=record, path=target.out)


def _replacing(made: Result, request: Request, target: Target, record: dict[str, Any]) -> Result:
    """Save, also over the picture of the same run as it stood when it was stopped; over no other."""
    assert isinstance(target.out, Path)
    may = target.overwrite or is_made(target.out, record, unfinished=True)
    return save_result(made, request, replace(target, overwrite=may, resume=False), record=record)
