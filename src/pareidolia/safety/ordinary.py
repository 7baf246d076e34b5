"""Only ordinary files are read: a device never ends, a pipe waits for ever."""

from pathlib import Path

from pareidolia.settings import PareidoliaError


def require_file(
    path: str | Path, error: type[PareidoliaError] = PareidoliaError, what: str = "a file"
) -> Path:
    """Refuse what is not an ordinary file, before it is opened.

    Args:
        path: of the file; links are followed.
        error: the class of error to raise.
        what: what should be named instead of a folder, as "a picture file".

    Returns:
        The path.

    Raises:
        PareidoliaError: As `error`, if nothing is there, or it is a folder, a device, a pipe or a socket, or
            the system refuses to look.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise error(f"'{path}' is a folder: name {what}")
        if not path.exists():
            raise error(f"there is no file '{path}'")
        if not path.is_file():
            raise error(f"'{path}' is not an ordinary file")
    except (OSError, ValueError) as reason:  # ValueError: a name with a zero byte
        raise error(f"cannot read '{path}': {getattr(reason, 'strerror', None) or reason}") from reason
    return path
