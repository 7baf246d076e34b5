"""One process at a time writes a result: a lock beside a file or in a folder, which dies with its process."""

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from pareidolia.pictures.naming import shortened
from pareidolia.settings import InUse, PareidoliaError

LOCK = ".lock"
_NAME_BYTES = 100


class Lock:
    """The right to write a result, held by one process; the system takes it from a dead one.

    It is a file that is there only while the right is held, and what a killed process left of it is taken
    over. As a context manager it takes the right and gives it back.

    Args:
        path: of the lock's file.
        result: what is written, for the error.
        by: who else may hold it, for the error.
    """

    def __init__(self, path: Path, result: Path, by: str = "another process") -> None:
        self._path, self._result, self._by = path, result, by
        self._lock = FileLock(path, thread_local=False)

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """The right to write a file."""
        target = path.resolve()
        return cls(target.parent / f".pareidolia-{shortened(target.name, _NAME_BYTES)}.lock", path)

    @classmethod
    def of_folder(cls, folder: Path, by: str = "another process") -> Self:
        """The right to write in a folder; the folder must be there when it is taken."""
        return cls(folder / LOCK, folder, by)

    def take(self, *, wait: bool = False) -> None:
        """Take the right; taking it again does nothing.

        Where there can be no lock (no such folder, a read-only disk, a network disk that has none) nothing
        is taken: what writes there says itself what is wrong.

        Args:
            wait: whether to wait until another process gives it back.

        Raises:
            PareidoliaError: If another process holds it, and it is not waited for.
        """
        if self._lock.is_locked or not self._path.parent.is_dir():
            return
        try:
            self._lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            raise InUse(
                f"{self._result} is in use by {self._by}: wait for its end, or name another place"
            ) from None
        except (OSError, NotImplementedError):
            return

    def release(self) -> None:
        """Give the right back, and remove the lock's file."""
        if self._lock.is_locked:
            # While it is held: whoever opens the name from now on makes a new file. Windows refuses; there
            # the lock itself removes it.
            with suppress(OSError):
                self._path.unlink()
            self._lock.release()

    def tidy(self) -> None:
        """Remove the file that a dead process left of its lock; one that is held stays."""
        if self._path.exists():
            with suppress(PareidoliaError):
                self.take()
                self.release()

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
