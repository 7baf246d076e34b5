"""Many requests one after the other: what is made stays, and an error in one does not stop the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pareidolia.cli.output import Output, Replacing, say
from pareidolia.cli.run import run
from pareidolia.operations import Request
from pareidolia.settings import PareidoliaError

FAILED = 1
"""The exit code where some could not be made."""


@dataclass(frozen=True)
class Job:
    """A request, and the file its result goes to."""

    request: Request
    out: Path


def run_jobs(jobs: Sequence[Job], output: Replacing) -> int:
    """Run them in order; returns 0, `FAILED` where some failed, or 128 + the signal that stopped it.

    A result that is there with the record of its request is left as it is, an unfinished one is gone on
    with: run again, the same jobs take up where they were stopped. A result of another record is an error
    of its job unless it may be overwritten.
    """
    failed = 0
    for number, job in enumerate(jobs, start=1):
        try:
            if _is_made(job):
                say(f"{job.out}: made already", output)
                continue
            say(f"{number} of {len(jobs)}: {job.out.name}", output)
            target = Output(out=job.out, resume=True, overwrite=output.overwrite, quiet=output.quiet)
            code = run(job.request, target)
        except PareidoliaError as error:
            failed += 1
            say(f"{job.out}: not made: {error}", output)
            continue
        if code:
            return code
    if failed:
        say(f"{failed} of {len(jobs)} could not be made", output)
    return FAILED if failed else 0


def _is_made(job: Job) -> bool:
    """Whether the result is there, whole, with the record of this very request."""
    from pareidolia.pictures import read_record

    if not job.out.exists():
        return False
    try:
        return read_record(job.out) == job.request.record(job.out.absolute().parent)
    except PareidoliaError:
        return False
