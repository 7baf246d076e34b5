"""Only ordinary files are read: a device never ends, a pipe waits for ever."""

from pathlib import Path

from pareidolia.settings import BadFile, PareidoliaError


def require_file(path: str | Path, error: type[PareidoliaError] = BadFile, what: str = "a file") -> Path:
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


def read_text(path: str | Path, error: type[PareidoliaError] = BadFile, what: str = "a file") -> str:
    """The text that a person wrote into a file: UTF-8, with or without a byte-order mark.

    Args:
        path: of the file.
        error: the class of error to raise.
        what: what the file is, as "a file of class names".

    Returns:
        The text.

    Raises:
        PareidoliaError: As `error`, if it cannot be read (see `require_file`), or is in another encoding.
    """
    path = require_file(path, error, what)
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as reason:
        raise error(f"cannot read '{path}': {reason.strerror or reason}") from reason
    except UnicodeDecodeError as reason:
        raise error(f"'{path}', {what}, is not UTF-8: save it as UTF-8") from reason
