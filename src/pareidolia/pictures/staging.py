"""Pictures in tars, in tables and in stores, as folders: laid into the cache once.

A tar is one of the form of webdataset: `KEY.jpg` beside `KEY.cls`, a number, or `KEY.txt`. A table is a
Parquet file with a column of paths, seen from the table or whole, and perhaps one of labels. A store is
whatever fsspec opens by an address (`s3://bucket/photos`, `gs://…`, `https://…/shard.tar`). Labels become
subfolders. So folders are all that the rest of the package sees. A worker on another machine sees them there
where $PAREIDOLIA_CACHE is shared, and else fills a cache of its own (`PictureFiles.source`).
"""

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pareidolia.pictures.folders import SUFFIXES
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.naming import for_any_system
from pareidolia.safety import require_trust, whole
from pareidolia.settings import BadData, one_line
from pareidolia.settings.extras import require

TABLES, TARS = (".parquet",), (".tar", ".tar.gz", ".tgz")

_PATHS = ("path", "file", "file_name", "filename", "image", "image_path", "url")
_LABELS = ("label", "class", "class_name", "category", "target")
_LABEL_SUFFIXES = (".cls", ".txt")
_LONGEST_LABEL = 100


def is_staged(address: str) -> bool:
    """Whether `address` is a tar, a table or a place in a store, and no folder of this machine."""
    return is_remote(address) or (address.lower().endswith((*TABLES, *TARS)) and Path(address).is_file())


def is_remote(address: str) -> bool:
    """Whether `address` is a place in a store, such as s3://bucket/photos."""
    scheme, separator, _ = address.partition("://")
    return bool(separator) and len(scheme) > 1 and scheme.replace("+", "").isalnum()


def staged(address: str) -> Path:
    """The folder in the cache that holds the pictures of `address`; it is filled if it is not there.

    Args:
        address: for which `is_staged`.

    Returns:
        The folder; labels are its subfolders.

    Raises:
        PareidoliaError: If it cannot be read or holds no picture, or only a file that is not trusted
            names it.
        MissingExtra: If a package that it needs is not installed.
    """
    if is_remote(address):
        require_trust(address, what="data to fetch", done="fetched")
    try:
        stem = _flat(PurePosixPath(address.replace("\\", "/").rstrip("/")).name.partition(".")[0])
        folder = cache_folder() / "staged" / f"{stem}-{_digest(source_of(address))}"
        if not folder.is_dir():
            _make(folder, address)
    except (OSError, RuntimeError, tarfile.TarError, ValueError) as error:
        raise BadData(f"{address} cannot be read: {one_line(error)}") from error
    return folder


def source_of(address: str) -> str:
    """The address as every process and machine can use it: a file's path from the root on."""
    return address if is_remote(address) else str(whole(address))


def _make(folder: Path, address: str) -> None:
    """Fill the folder, whole or not at all, and once for the many workers of a machine."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = Lock(folder.parent / f".{folder.name}.lock", folder)
    lock.take(wait=True)
    try:
        if not folder.is_dir():
            _fill_whole(folder, address)
    finally:
        lock.release()


def _fill_whole(folder: Path, address: str) -> None:
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
        made = Path(scratch) / "pictures"
        made.mkdir()
        _fill(made, address)
        if not any(made.rglob("*.*")):
            raise BadData(f"{address} holds no picture ({' '.join(sorted(SUFFIXES))})")
        if not folder.is_dir():  # where there are no locks another process may have been quicker
            made.rename(folder)


def cache_folder() -> Path:
    """Where pictures are kept: $PAREIDOLIA_CACHE, or pareidolia/ in the user's cache folder.

    Returns:
        The folder.

    Raises:
        RuntimeError: the user has no home folder.
    """
    named = os.environ.get("PAREIDOLIA_CACHE")
    if named:
        return Path(named)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pareidolia"
    except RuntimeError as error:
        raise RuntimeError("this user has no home folder: name a cache in PAREIDOLIA_CACHE") from error


def _digest(address: str) -> str:
    """Another one once a file here changed, or what a store says of its files."""
    if is_remote(address):
        system, path = _store(address)
        found = system.find(path, detail=True)
        state = sorted(
            (name, each.get("size"), str(each.get("ETag") or each.get("mtime") or ""))
            for name, each in found.items()
        )
    else:
        status = Path(address).stat()
        state = [(address, status.st_size, str(status.st_mtime_ns))]
    return hashlib.sha256(repr((address, state)).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _fill(folder: Path, address: str) -> None:
    low = address.lower()
    if low.endswith(TARS):
        _unpack(folder, address)
    elif low.endswith(TABLES):
        _copy_listed(folder, address)
    else:
        _copy_all(folder, address)


def _unpack(folder: Path, address: str) -> None:
    """The pictures of a tar; names and labels cannot lead out of the folder."""
    labels: dict[str, str] = {}
    with _opened(address) as file, tarfile.open(fileobj=file, mode="r|*") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            content = tar.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            base, _, kind = path.name.partition(".")
            key = _flat(str(path.with_name(base or "_")))
            if path.suffix.lower() in SUFFIXES:
                _write(folder / f"{key}.{_flat(kind.lower())}", content)
            elif path.suffix.lower() in _LABEL_SUFFIXES:
                labels[key] = content.read(_LONGEST_LABEL + 1).decode("utf-8", "replace").strip()
    classes = set(labels.values())
    few = 2 * len(classes) <= max(len(labels), 3)
    if not few or any(len(each) > _LONGEST_LABEL or not each for each in classes):
        return  # captions are no labels
    for picture in [*folder.iterdir()]:
        key = picture.name.partition(".")[0]
        if key in labels:
            _move(picture, folder / _flat(labels[key]) / picture.name)


def _copy_listed(folder: Path, address: str) -> None:
    parquet = require("pyarrow.parquet", extra="data")
    with _opened(address) as file:
        table = parquet.read_table(file)
    columns = table.column_names
    paths, labels = (next((key for key in keys if key in columns), None) for keys in (_PATHS, _LABELS))
    if paths is None:
        raise BadData(f"{address} has no column of paths ({', '.join(_PATHS)}): it has {', '.join(columns)}")
    listed = table.column(paths).to_pylist()
    named = table.column(labels).to_pylist() if labels else [None] * len(listed)
    for number, (path, label) in enumerate(zip(listed, named, strict=True)):
        if not isinstance(path, str):
            raise BadData(f"{address}: {paths} of row {number} is {type(path).__name__}, not a path")
        seen = _seen_from(address, path)
        where = folder if label is None else folder / _flat(str(label))
        where.mkdir(exist_ok=True)
        with _opened(seen) as file:
            _write(where / f"{number:08d}{PurePosixPath(path).suffix.lower()}", file)


def _seen_from(table: str, path: str) -> str:
    """A path of a table from here on; a table in a store names nothing on this machine."""
    if is_remote(path):
        require_trust(path, what="data to fetch", done="fetched")
        return path
    if is_remote(table):
        return f"{table.rpartition('/')[0]}/{path.lstrip('/')}"
    return str(Path(table).absolute().parent / path)


def _copy_all(folder: Path, address: str) -> None:
    system, root = _store(address)
    for path in sorted(system.find(root)):
        if PurePosixPath(path).suffix.lower() in SUFFIXES:
            *above, name = PurePosixPath(path[len(root) :].lstrip("/") or PurePosixPath(path).name).parts
            where = folder.joinpath(*map(_flat, above))
            where.mkdir(parents=True, exist_ok=True)
            with system.open(path, "rb") as file:
                _write(where / _flat(name), file)


@contextmanager
def _opened(address: str) -> Iterator[IO[bytes]]:
    if is_remote(address):
        system, path = _store(address)
        with system.open(path, "rb") as file:
            yield file
    else:
        with Path(address).open("rb") as file:
            yield file


def _store(address: str) -> tuple[Any, str]:
    fsspec = require("fsspec", extra="data")
    try:
        system, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise BadData(f"{address} cannot be opened: {one_line(error)}") from error
    return system, path.rstrip("/")


def _write(path: Path, content: IO[bytes]) -> None:
    with path.open("wb") as file:
        shutil.copyfileobj(content, file)


def _move(picture: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    picture.rename(target)


def _flat(name: str) -> str:
    """A name that is one part of a path on every system and leads nowhere."""
    return for_any_system(name.lstrip(" ."))
