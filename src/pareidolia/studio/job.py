"""A job: an operation on certain inputs with certain settings, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

State = Literal["waiting", "running", "done", "stopped", "failed"]
VIDEO_SUFFIXES = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi")
"""Of the videos that are taken."""
FINISHED: tuple[State, ...] = ("done", "stopped", "failed")


@dataclass(frozen=True)
class Job:
    """A job, as the store keeps it and the page shows it.

    Attributes:
        id: its name in addresses.
        operation: by name.
        inputs: by the operation's names of them; pictures are references, as "picture:ID" is.
        settings: every setting of the operation.
        client: the visitor who asked for it.
        created: seconds since 1970.
        place: in the queue; the smallest is next.
        state: what became of it.
        video: whether the result is to be a video, where the operation makes both.
        resume: whether it goes on from a checkpoint.
        attempts: how often the worker began it.
        group: name of the grid that it is a part of, if of any.
        started: seconds since 1970.
        finished: likewise.
        seconds: of work.
        caption: what the operation says of its result.
        message: why it failed, or what else there is to report.
        rows: the numbers behind the result.
        losses: the losses on the way: step, and each by name.
        file: name of the result in the job's folder; empty where there is none.
        files: where the result is a folder, the pictures in it.
        width: of the result, in pixels; 0 where it is no picture.
        height: likewise.
        digest: SHA-256 of the result's file.
        note: a visitor's words.
        star: whether a visitor marked it.
    """

    id: str
    operation: str
    inputs: Mapping[str, Any]
    settings: Mapping[str, Any]
    client: str
    created: float
    place: float
    state: State = "waiting"
    video: bool = False
    resume: bool = False
    attempts: int = 0
    group: str = ""
    started: float | None = None
    finished: float | None = None
    seconds: float = 0.0
    caption: str = ""
    message: str = ""
    rows: Sequence[Mapping[str, Any]] = ()
    losses: Sequence[Mapping[str, float]] = ()
    file: str = ""
    files: Sequence[str] = ()
    width: int = 0
    height: int = 0
    digest: str = ""
    note: str = ""
    star: bool = False

    @property
    def public(self) -> dict[str, Any]:
        """The job as JSON has it."""
        return asdict(self)

    @property
    def text(self) -> str:
        """What a search looks through."""
        given = [f"{name} {value}" for name, value in (*self.inputs.items(), *self.settings.items())]
        return " ".join([self.operation, self.caption, self.note, *given]).lower()


@dataclass(frozen=True)
class Picture:
    """An uploaded picture or video, kept byte for byte.

    Attributes:
        id: SHA-256 of the file.
        name: as the visitor's computer called it; it is never part of a path.
        suffix: of the file that keeps it, by its content.
        width: in pixels, upright.
        height: likewise.
        size: bytes.
        created: seconds since 1970.
        client: the visitor.
    """

    id: str
    name: str
    suffix: str
    width: int
    height: int
    size: int
    created: float = field(compare=False)
    client: str = ""

    @property
    def is_video(self) -> bool:
        """Whether it is a video."""
        return self.suffix in VIDEO_SUFFIXES

    @property
    def public(self) -> dict[str, Any]:
        """The picture as JSON has it."""
        return {**asdict(self), "video": self.is_video}


JOB_FIELDS = frozenset(each.name for each in fields(Job))
