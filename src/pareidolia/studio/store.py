"""What the studio keeps: jobs, pictures and notes, in SQLite and files of one folder.

FOLDER/
  studio.sqlite          jobs, pictures, notes; every change is on the disk before it is answered
  pictures/ID.SUFFIX     uploaded files, byte for byte, named by their SHA-256
  thumbnails/ID.webp     small pictures of these and of results
  results/JOB/           what a job made: its result, its checkpoint, its preview
"""

import json
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from pareidolia.settings import PareidoliaError
from pareidolia.studio.job import JOB_FIELDS, Job, Picture

PART = ".part-"
"""Begins the names of files that are being uploaded."""
_SCHEMA = """
create table if not exists jobs (
    id text primary key, state text not null, place real not null, client text not null,
    created real not null, digest text not null, text text not null, data text not null);
create index if not exists jobs_by_state on jobs (state, place);
create index if not exists jobs_by_time on jobs (created);
create index if not exists jobs_by_digest on jobs (digest);
create table if not exists pictures (id text primary key, created real not null, data text not null);
create table if not exists notes (name text primary key, value text not null);
"""


class Waiting(NamedTuple):
    """What the queue's order goes by.

    Attributes:
        id: of a job that waits.
        client: the visitor who asked for it.
        place: in the queue; the smallest is next.
    """

    id: str
    client: str
    place: float


class Store:
    """Jobs, pictures and notes of one folder, which one studio at a time may open.

    Args:
        folder: made if need be.

    Raises:
        PareidoliaError: If another studio works in the folder, or it cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        try:
            for part in (self.pictures, self.thumbnails, self.results):
                part.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PareidoliaError(f"'{folder}' cannot be used: {error.strerror or error}") from error
        self._lock = FileLock(self.folder / "studio.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise PareidoliaError(
                f"another studio works in '{folder}': close it, or name another --folder"
            ) from error
        for part in self.pictures.glob(f"{PART}*"):  # of uploads that ended with the server
            part.unlink()
        self._base = sqlite3.connect(
            self.folder / "studio.sqlite", isolation_level=None, check_same_thread=False
        )
        self._base.execute("pragma journal_mode = wal")
        self._base.execute("pragma synchronous = full")
        self._base.executescript(_SCHEMA)

    @property
    def pictures(self) -> Path:
        """The folder of uploaded files."""
        return self.folder / "pictures"

    @property
    def thumbnails(self) -> Path:
        """The folder of small pictures."""
        return self.folder / "thumbnails"

    @property
    def results(self) -> Path:
        """The folder of the jobs' folders."""
        return self.folder / "results"

    def close(self) -> None:
        """Close the file and let another studio work here."""
        self._base.close()
        self._lock.release()

    # Jobs

    def folder_of(self, job: Job) -> Path:
        """The folder of a job's files."""
        return self.results / job.id

    def result_of(self, job: Job) -> Path | None:
        """The file or folder that a job made; None where there is none."""
        path = self.folder_of(job) / job.file
        return path if job.file and path.exists() else None

    def put(self, *jobs: Job) -> None:
        """Keep jobs as they are now, all or none."""
        columns = [
            (each.id, each.state, each.place, each.client, each.created, each.digest, each.text, _json(each))
            for each in jobs
        ]
        self._base.execute("begin immediate")
        self._base.executemany("insert or replace into jobs values (?, ?, ?, ?, ?, ?, ?, ?)", columns)
        self._base.execute("commit")

    def change(self, job: Job, **changes: Any) -> Job:
        """Keep a job as it is by now, with some of it changed: a visitor may have noted something meanwhile.

        Args:
            job: as it was when it was found.
            **changes: of it.

        Returns:
            The job.
        """
        changed = replace(self.find(job.id) or job, **changes)
        self.put(changed)
        return changed

    def find(self, name: str) -> Job | None:
        """The job of an id; None where there is none."""
        return next(iter(self._jobs("where id = ?", (name,))), None)

    def made(self, digest: str) -> Job | None:
        """The latest job whose result has this SHA-256."""
        return next(iter(self._jobs("where digest = ? order by created desc limit 1", (digest,))), None)

    def waiting(self) -> list[Job]:
        """The queue, in order."""
        return self._jobs("where state = 'waiting' order by place, created", ())

    def order(self) -> list[Waiting]:
        """The queue, in order, without the jobs themselves: it is asked for at every change."""
        rows = self._base.execute(
            "select id, client, place from jobs where state = 'waiting' order by place, created"
        )
        return [Waiting(*row) for row in rows]

    def running(self) -> list[Job]:
        """What the worker is at; after a crash of the server, what it was at."""
        return self._jobs("where state = 'running'", ())

    def history(
        self, search: str = "", before: float | None = None, count: int = 60, operation: str = ""
    ) -> list[Job]:
        """Finished jobs, the latest first.

        Args:
            search: words that all have to be in a job.
            before: only those made before this time, in seconds since 1970.
            count: at most so many.
            operation: only those of this operation.

        Returns:
            The jobs.
        """
        conditions, values = ["state in ('done', 'stopped', 'failed')"], list[Any]()
        for word in search.lower().split():
            conditions.append("instr(text, ?) > 0")
            values.append(word)
        if before is not None:
            conditions.append("created < ?")
            values.append(before)
        if operation:
            conditions.append("json_extract(data, '$.operation') = ?")
            values.append(operation)
        where = " and ".join(conditions)
        return self._jobs(f"where {where} order by created desc limit ?", (*values, count))

    def remove(self, job: Job) -> None:
        """Forget a job and what it made."""
        self._base.execute("delete from jobs where id = ?", (job.id,))
        shutil.rmtree(self.folder_of(job), ignore_errors=True)
        (self.thumbnails / f"{job.id}.webp").unlink(missing_ok=True)

    def last_place(self) -> float:
        """The place of the last in the queue."""
        found = self._base.execute("select max(place) from jobs where state = 'waiting'").fetchone()[0]
        return float(found or 0)

    def _jobs(self, rest: str, values: Sequence[Any]) -> list[Job]:
        rows: Iterable[tuple[str]] = self._base.execute(f"select data from jobs {rest}", values)
        return [_job(json.loads(data)) for (data,) in rows]

    # Pictures

    def path_of(self, picture: Picture) -> Path:
        """The file of a picture."""
        return self.pictures / f"{picture.id}{picture.suffix}"

    def put_picture(self, picture: Picture) -> None:
        """Keep what is known of a picture, whose file is there."""
        self._base.execute(
            "insert or replace into pictures values (?, ?, ?)",
            (picture.id, picture.created, json.dumps(asdict(picture))),
        )

    def picture(self, name: str) -> Picture | None:
        """The picture of an id; None where there is none."""
        found = self._base.execute("select data from pictures where id = ?", (name,)).fetchone()
        return None if found is None else Picture(**json.loads(found[0]))

    def latest_pictures(self, count: int = 60) -> list[Picture]:
        """The pictures that were uploaded last."""
        rows = self._base.execute("select data from pictures order by created desc limit ?", (count,))
        return [Picture(**json.loads(data)) for (data,) in rows]

    def remove_picture(self, picture: Picture) -> None:
        """Forget a picture and its file."""
        self._base.execute("delete from pictures where id = ?", (picture.id,))
        self.path_of(picture).unlink(missing_ok=True)
        (self.thumbnails / f"{picture.id}.webp").unlink(missing_ok=True)

    def kept_bytes(self) -> int:
        """The bytes of all pictures."""
        found = self._base.execute("select sum(json_extract(data, '$.size')) from pictures").fetchone()[0]
        return int(found or 0)

    # Notes

    def note(self, name: str, default: Any = None) -> Any:
        """A note by name, as JSON has it."""
        found = self._base.execute("select value from notes where name = ?", (name,)).fetchone()
        return default if found is None else json.loads(found[0])

    def put_note(self, name: str, value: Any) -> None:
        """Keep a note."""
        self._base.execute("insert or replace into notes values (?, ?)", (name, json.dumps(value)))

    @property
    def token(self) -> str:
        """What a page shows with every change it asks for; the same as long as the folder is."""
        found = self.note("token")
        if found is None:
            found = secrets.token_urlsafe(32)
            self.put_note("token", found)
        return str(found)


def new_id() -> str:
    """A name for a job."""
    return secrets.token_hex(8)


def _json(job: Job) -> str:
    return json.dumps(asdict(job), default=str)


def _job(data: dict[str, Any]) -> Job:
    return Job(**{name: value for name, value in data.items() if name in JOB_FIELDS})
