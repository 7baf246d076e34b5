"""Run a request from the command line: one result, or one for each picture of the folders given."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pareidolia.cli.outputs import Output
from pareidolia.cli.printing import (
    Clock,
    complain,
    print_json,
    print_rows,
    progress_report,
    say,
    stopping,
)
from pareidolia.operations import Operation
from pareidolia.safety import any_console, trusting
from pareidolia.settings import BadFile, PareidoliaError, Settings

FAILED = 1
"""The exit code where some of several results could not be made."""


def run_request(
    operation: Operation,
    inputs: Mapping[str, Any],
    settings: Settings,
    options: Mapping[str, Settings],
    output: Output,
) -> int:
    """Run an operation on what the command was given; returns the exit code."""
    from pareidolia.execution.batch import is_many, jobs_for, left_out_of
    from pareidolia.pictures.targets import make_folder
    from pareidolia.requests import Request

    clock = Clock()
    if is_many(inputs, operation.inputs):
        request = Request(operation, inputs, settings, options)
        jobs = jobs_for(request, _folder(output))
        make_folder(_folder(output))
        for line in left_out_of(request):
            say(line, output)
        return run_jobs(jobs, output)
    request = Request(operation, inputs, settings, options)
    processes = getattr(options.get("training"), "devices", 1) * getattr(options.get("training"), "nodes", 1)
    return run_in_processes(request, output) if processes > 1 else run_one(request, output, clock)


def run_one(request: Any, output: Output, clock: Clock | None = None) -> int:
    """Run a request to its saved result and report it; returns the exit code."""
    from pareidolia.execution import Execution
    from pareidolia.networks.determinism import deterministic

    clock = clock or Clock()
    execution = Execution(request, _target(request.operation, output))
    losses: Mapping[str, float] = {}
    with (
        deterministic(output.deterministic),
        trusting(output.trust),
        stopping(execution.stop),
        progress_report(output) as report,
    ):
        for step in execution:
            losses = step.losses or losses
            for note in step.notes:
                say(note, output)
            report(step)
    _tell(execution, losses, output, clock)
    return 0 if execution.finished else 128 + (execution.stop.signal or 0)


def run_in_processes(request: Any, output: Output) -> int:
    """Run a training in a process for each of its devices; returns the exit code of the first."""
    from pareidolia.training.fabric import launch

    how = request.options["training"]
    return launch(how.devices, how.nodes, request.settings.device, _as_one_of_them, request, output)


def _as_one_of_them(process_group: Any, device: Any, request: Any, output: Output) -> int:
    from pareidolia.training.process_group import in_process_group

    quiet = output if process_group.rank == 0 else output.model_copy(update={"quiet": True, "as_json": False})
    with any_console(), in_process_group(process_group, device):
        return run_one(request, quiet)


def run_jobs(jobs: list[Any], output: Output) -> int:
    """Run them in order; returns 0, `FAILED` where some failed, or 128 + the signal that stopped it.

    A result that is there with the record of its request is left as it is, an unfinished one is gone on
    with: run again, the same jobs take up where they were stopped. A result of another record is an error
    of its job unless it may be overwritten; a file without a record is the user's, and stays.
    """
    from pareidolia.pictures.ownership import check_own

    failed = 0
    for number, job in enumerate(jobs, start=1):
        try:
            if job.is_made:
                job.tidy()
                say(f"{job.out}: made already", output)
                _answer(output, out=job.out, shows="made already")
                continue
            if job.out.exists() and getattr(output, "overwrite", False):
                check_own(job.out)
            say(f"{number} of {len(jobs)}: {job.out.name}", output)
            resume = job.request.operation.proceeds == "in steps"
            into = {"out": job.out, "resume": True} if resume else {"out": job.out}
            code = run_one(job.request, output.model_copy(update=into))
        except (PareidoliaError, OSError) as error:
            failed += 1
            kind = type(error) if isinstance(error, PareidoliaError) else BadFile
            complain(f"{job.out}: not made: {error}", kind)
            _answer(output, out=job.out, error=str(error), code=kind.code)
            continue
        if code:
            return code
    if failed:
        complain(f"{failed} of {len(jobs)} could not be made")
    return FAILED if failed else 0


def _answer(output: Output, out: Path, **facts: str) -> None:
    """A program's answer for a result that is not made now: it is there, or it failed."""
    if output.as_json:
        print_json({"out": str(out), **facts})


def _folder(output: Output) -> Path:
    """The folder that several results go to."""
    from pareidolia.pictures.targets import FORMATS

    out: Path | None = getattr(output, "out", None)
    if out is None:
        raise PareidoliaError("say where to: --out FOLDER")
    if out.suffix.lower() in FORMATS:
        raise PareidoliaError(f"several pictures go to a folder: --out {out} names a picture")
    return out


def _target(operation: Operation, output: Output) -> Any:
    from pareidolia.execution import Target

    where = {name: getattr(output, name) for name in Target.__dataclass_fields__ if hasattr(output, name)}
    if where.get("out") is None and operation.out not in ("none", "optional picture"):
        example = {"folder": "a-folder", "file": f"file{''.join(operation.suffixes[:1])}"}
        raise PareidoliaError(f"say where to: --out {example.get(operation.out, 'picture.png')}")
    return Target(**where)


def _tell(execution: Any, losses: Mapping[str, float], output: Output, clock: Clock) -> None:
    """Report a result: as JSON, or as a line and a table."""
    result, finished = execution.result, execution.finished
    out = execution.target.out
    if output.as_json:
        answer = {"out": None if out is None else str(out), "seconds": clock.seconds, "shows": result.caption}
        numbers = {"rows": result.rows} if result.rows else {}
        print_json({**answer, **({"losses": losses} if losses else {}), **numbers, **result.record})
        return
    if not finished:
        say(result.caption, output)
        return
    if result.rows and execution.request.operation.out in ("none", "optional picture"):
        print_rows(result.rows)
    caption = result.caption or ("painted" if execution.request.operation.proceeds == "in steps" else "made")
    where = f"{out}: " if out is not None else ""
    say(f"{where}{caption}, in {clock.seconds:.1f} s", output)
