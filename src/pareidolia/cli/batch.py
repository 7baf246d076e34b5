"""Many requests one after the other: what is made stays, and an error in one does not stop the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pareidolia.cli.output import Output, OverwriteOptions, PictureOutput, say
from pareidolia.cli.run import make, run
from pareidolia.pictures.naming import names_of as names_of
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError, migrate

FAILED = 1
"""The exit code where some could not be made."""


@dataclass(frozen=True)
class BatchJob:
    """A request, and the file its result goes to."""

    request: Request
    out: Path


def run_jobs(jobs: Sequence[BatchJob], output: OverwriteOptions) -> int:
    """Run them in order; returns 0, `FAILED` where some failed, or 128 + the signal that stopped it.

    A result that is there with the record of its request is left as it is, an unfinished one is gone on
    with: run again, the same jobs take up where they were stopped. A result of another record is an error
    of its job unless it may be overwritten; a file without a record is the user's, and stays.
    """
    from pareidolia.pictures.ownership import check_own

    failed = 0
    for number, job in enumerate(jobs, start=1):
        try:
            if _is_made(job):
                say(f"{job.out}: made already", output)
                continue
            if job.out.exists() and output.overwrite:
                check_own(job.out)
            say(f"{number} of {len(jobs)}: {job.out.name}", output)
            code = _run(job, output)
        except (PareidoliaError, OSError) as error:
            failed += 1
            say(f"{job.out}: not made: {error}", output)
            continue
        if code:
            return code
    if failed:
        say(f"{failed} of {len(jobs)} could not be made", output)
    return FAILED if failed else 0


def pictures_of(path: str) -> list[str]:
    """The pictures of a folder, in order of their names; a file stands for itself."""
    from pareidolia.pictures import find_pictures

    if not Path(path).is_dir():
        return [path]
    found = find_pictures(path)
    return [str(found.path(number)) for number in range(len(found))]


def _run(job: BatchJob, output: OverwriteOptions) -> int:
    if job.request.operation.at_once:
        target = PictureOutput(out=job.out, overwrite=output.overwrite, quiet=output.quiet)
        return make(job.request, target)
    return run(job.request, Output(out=job.out, resume=True, overwrite=output.overwrite, quiet=output.quiet))


def _is_made(job: BatchJob) -> bool:
    """Whether the result is there, whole, with the record of this very request."""
    from pareidolia.pictures import read_record

    if not job.out.exists():
        return False
    try:
        return migrate(read_record(job.out)) == job.request.record(job.out.absolute().parent)
    except PareidoliaError:
        return False
