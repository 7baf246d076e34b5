"""One training at a time writes in a folder."""

from pathlib import Path

from filelock import FileLock, Timeout

from pareidolia.settings import PareidoliaError

LOCK = ".lock"


class FolderLock:
    """The right to write in a run's folder, held by one process; the system takes it from a dead one.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / LOCK)

    def take(self) -> None:
        """Make the folder and take the right to write there; again is no harm.

        Raises:
            PareidoliaError: another process trains there, or the folder cannot be made.
        """
        if self._lock.is_locked:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise PareidoliaError(
                f"{self._folder} is in use by another training: wait for its end, or name another folder"
            ) from None
        except NotImplementedError:
            pass  # some network disks know no locks: there the user alone sees to it
        except OSError as error:
            raise PareidoliaError(f"cannot write '{self._folder}': {error.strerror or error}") from error

    def release(self) -> None:
        """Give the right back."""
        self._lock.release()
