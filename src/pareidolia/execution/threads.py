"""The number of threads that a request is computed with: what it began with, whoever goes on with it.

Sums are split over threads, so their number decides the last bits of a picture, which L-BFGS and dreams
make visible.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pareidolia.execution.target import Target
from pareidolia.painting.checkpoint import begun_record
from pareidolia.pictures.ownership import read_mark
from pareidolia.pictures.records import record_of
from pareidolia.pictures.targets import beside
from pareidolia.requests import Request, threads_in
from pareidolia.threads import threads


@contextmanager
def computing_as_begun(request: Request, target: Target) -> Iterator[None]:
    """Within it torch computes with the threads that the request names, or that a resumed run began with."""
    wanted = request.threads
    if wanted is None and target.resume and target.out is not None:
        wanted = _begun_with(target.out)
    with threads(wanted):
        yield


def _begun_with(out: Path) -> int | None:
    """The threads in the record that a checkpoint, frames or a training at `out` carry."""
    frames = sorted(beside(out, ".frames").glob("*.png"))
    record = (
        begun_record(out) or (record_of(frames[0]) if frames else None) or read_mark(out / "settings.json")
    )
    return threads_in(record) if isinstance(record, dict) else None
