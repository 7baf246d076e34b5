"""Run a request to its saved picture: progress, checkpoints, interruption, resume."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pareidolia.cli.output import (
    Output,
    PictureOutput,
    print_json,
    progress_report,
    say,
    stage_report,
    stop_request,
    write_table,
)
from pareidolia.operations import Counted
from pareidolia.requests import Request
from pareidolia.safety import trusting
from pareidolia.settings import PareidoliaError

if TYPE_CHECKING:
    from pareidolia.collecting import EngineSettings
    from pareidolia.painting import Checkpoint, Painting
    from pareidolia.progress import Progress

INDEX = "pareidolia.index"
"""Folder beside a result for what further results can use."""


def run(request: Request, output: Output) -> int:
    """Paint what is asked for and save it; returns the exit code.

    The picture appears whole or not at all. When interrupted, the picture as it stands is saved, and the
    checkpoint beside it lets `--resume` go on.
    """
    from pareidolia.painting import Checkpoint
    from pareidolia.painting.checkpoint import checkpoint_path
    from pareidolia.pictures import check_target, save_picture

    unfinished = checkpoint_path(output.out).exists()
    check_target(output.out, overwrite=output.overwrite or (output.resume and unfinished))
    if unfinished and not (output.resume or output.overwrite):
        raise PareidoliaError(
            f"{checkpoint_path(output.out)} holds an unfinished run: "
            "--resume goes on, --overwrite begins anew"
        )
    began = time.perf_counter()
    painting = request.begin()
    record = request.record(output.out.absolute().parent)
    checkpoint = Checkpoint(output.out, record)
    if unfinished and output.resume:
        checkpoint.load(painting)
        say(f"going on from step {painting.index} of {painting.total}", output)
    last, stopped_by = _paint(painting, checkpoint, output)
    if stopped_by is not None:
        checkpoint.save(painting)
        record = {**record, "unfinished": {"step": painting.index, "of": painting.total}}
    if painting.index > 0:
        save_picture(painting.picture, output.out, record=record, overwrite=True)
    if stopped_by is None:
        checkpoint.remove()
    _tell(output, record, last, time.perf_counter() - began, painting)
    return 0 if stopped_by is None else 128 + stopped_by


def make(request: Request, output: PictureOutput, table: Path | None = None) -> int:
    """Make at once what is asked for and save it, its numbers also as a `table`; returns the exit code."""
    from pareidolia.pictures import check_target, save_picture

    check_target(output.out, overwrite=output.overwrite)
    if table is not None:
        check_target(table, output.overwrite, suffixes=(".csv",))
    began = time.perf_counter()
    with trusting(output.trust):
        made = request.make()
    record = request.record(output.out.absolute().parent)
    rows = made.rows if isinstance(made, Counted) else ()
    save_picture(made.picture, output.out, record=record, overwrite=output.overwrite)
    if table is not None:
        write_table(rows, table)
    seconds = time.perf_counter() - began
    if output.as_json:
        numbers = {"rows": rows} if rows else {}
        answer = {"out": str(output.out), "seconds": round(seconds, 3), "shows": made.caption}
        print_json({**answer, **numbers, **record})
    else:
        say(f"{output.out}: {made.caption}, in {seconds:.1f} s", output)
    return 0


def run_stages(
    request: Request, output: PictureOutput, index: Path | None = None, engine: "EngineSettings | None" = None
) -> int:
    """Go through the stages of what is asked for and save it; returns the exit code.

    What may serve another time is kept in `index` (default: `pareidolia.index` beside the result); the same
    request, stopped and made again, goes on from there.
    """
    from pareidolia.pictures import check_target, save_picture

    check_target(output.out, overwrite=output.overwrite)
    began = time.perf_counter()
    folder = output.out.absolute().parent
    where: dict[str, Any] = {} if engine is None else {"engine": engine}
    staged = request.stages(index=index or output.out.parent / INDEX, **where)
    record = request.record(folder)
    report = stage_report(output)
    with stop_request() as stop:
        for step in staged:
            report(step)
            if stop.signal is not None:
                say(f"stopped while {step.stage}; the same command goes on from what is in the index", output)
                return 128 + stop.signal
    save_picture(staged.picture, output.out, record=record, overwrite=output.overwrite)
    seconds = time.perf_counter() - began
    if output.as_json:
        print_json({"out": str(output.out), "seconds": round(seconds, 3), "shows": staged.caption, **record})
    else:
        say(f"{output.out}: {staged.caption}, in {seconds:.1f} s", output)
    return 0


def _paint(
    painting: "Painting", checkpoint: "Checkpoint", output: Output
) -> tuple["Progress | None", int | None]:
    """Step until the end or until asked to stop; the last step, and the signal that stopped it if any."""
    last = None
    with stop_request() as stop, progress_report(output) as report:
        for last in checkpoint.steps(painting):
            report(last)
            if stop and not painting.finished:
                return last, stop.signal
    return last, None


def _tell(
    output: Output, record: dict[str, Any], last: "Progress | None", seconds: float, painting: "Painting"
) -> None:
    losses = {} if last is None else last.losses
    if output.as_json:
        answer = {"out": str(output.out), "seconds": round(seconds, 3), "losses": losses, **record}
        print_json({**answer, "shows": painting.caption} if painting.caption else answer)
    elif painting.finished:
        told = f"; {painting.caption}" if painting.caption else ""
        say(f"{output.out}: painted in {seconds:.1f} s{told}", output)
    else:
        say(
            f"stopped at step {painting.index} of {painting.total}; {output.out} holds the picture as it "
            "stands, --resume goes on from here",
            output,
        )
