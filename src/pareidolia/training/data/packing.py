"""Picture files decoded once to bytes of one size; the bytes of large folders are cached."""

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pareidolia.pictures import luminance, over_white, resize_picture, size_of, write_atomically
from pareidolia.pictures.decoding import decode
from pareidolia.pictures.reading import opened, read_upright
from pareidolia.pictures.rounding import to_uint8
from pareidolia.pictures.staging import cache_folder
from pareidolia.settings import BadData, BadPicture, PareidoliaError
from pareidolia.training.data.folders import Files, size_in_bytes
from pareidolia.training.data.pictureset import PictureSet

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Size = tuple[int, int]
"""Height and width."""
LARGEST_AS_IS = 64
_KEPT_FROM = 2_000
_SMALL_FILE = 10_000
_STRIP = 8  # of which less than an eighth is seen
GRAY_MODES = ("1", "L", "LA", "La", "I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def pack(files: Files, name: str, split: str, size: Size | None, color: str) -> PictureSet:
    """The files as bytes of one size and depth.

    Files that cannot be read are skipped, and listed.

    Args:
        files: of one split.
        name: of the set.
        split: of the set.
        size: height and width that are cut from the middle, after the picture was scaled to just cover them.
            None: all stay as they are where they have one size of at most 64 px, else 64×64.
        color: "gray", "rgb", or "auto": grey where all are.

    Returns:
        The pictures.

    Raises:
        PareidoliaError: fewer than two can be read.
    """
    kept = _cache_file(files, size, color) if len(files.paths) >= _KEPT_FROM else None
    if kept is not None:
        found = _opened(kept, files, name, split)
        if found is not None:
            return found
    pixels, used, skipped = _decoded(files, size, color)
    if len(used) < 2:
        raise BadData(f"fewer than two of the pictures in {files.root} can be read: {'; '.join(skipped[:3])}")
    labels = None if files.labels is None else [files.labels[k] for k in used]
    made = _made(torch.from_numpy(pixels), labels, skipped, files, name, split)
    if kept is None:
        return made
    return replace(made, notes=_keep(kept, pixels, {"labels": labels, "skipped": skipped}))


def _decoded(files: Files, size: Size | None, color: str) -> tuple[Pixels, list[int], list[str]]:
    """Bytes N×C×H×W, the numbers of the files they came from, and lines about the others."""
    headers = _in_threads(_header, files.paths)
    good = [header for header in headers if not isinstance(header, str)]
    height_width = size or _common_size([header[0] for header in good])
    gray = color == "gray" or (color == "auto" and all(header[1] for header in good))

    def squared(path: Path) -> Pixels | str:
        return _read(path, height_width, gray)

    pixels: Pixels = np.empty((len(files.paths), 1 if gray else 3, *height_width), np.uint8)
    used: list[int] = []
    skipped: list[str] = []
    for number, picture in enumerate(_in_threads(squared, files.paths)):
        if isinstance(picture, str):
            skipped.append(picture)
        else:
            pixels[len(used)] = picture
            used.append(number)
    return pixels[: len(used)], used, skipped


def _in_threads(work: Any, paths: Sequence[Path]) -> Iterable[Any]:
    """`work` of each path, in order, in threads."""
    if sum(size_in_bytes(path) for path in paths[:100]) < _SMALL_FILE * min(100, len(paths)):
        yield from map(work, paths)  # with tiny pictures threads only wait for one another
        return
    with ThreadPoolExecutor() as pool:
        for start in range(0, len(paths), 1024):
            yield from pool.map(work, paths[start : start + 1024])


def _header(path: Path) -> tuple[tuple[int, int], bool] | str:
    """Height, width, and whether it is grey; or an error message."""
    try:
        with opened(path) as image:
            return (image.height, image.width), image.mode in GRAY_MODES
    except BadPicture as error:
        return str(error)


def _common_size(sizes: list[Size]) -> Size:
    alike = len(set(sizes)) == 1 and max(sizes[0]) <= LARGEST_AS_IS
    return sizes[0] if alike else (LARGEST_AS_IS, LARGEST_AS_IS)


def _read(path: Path, height_width: Size, gray: bool) -> Pixels | str:
    try:
        picture = over_white(decode(read_upright(path)))
        levels: Pixels = to_levels(picture, height_width, gray).numpy()
    except BadPicture as error:
        return str(error)
    return levels


def to_levels(picture: Tensor, height_width: Size, gray: bool) -> Tensor:
    """A picture 1×C×H×W in [0, 1], cut to a size: bytes 1×h×w if `gray`, else C×h×w."""
    picture = _cut(picture, height_width)
    if gray:
        picture = luminance(picture)
    return to_uint8(picture[0])


def _cut(picture: Tensor, height_width: Size) -> Tensor:
    """The middle of the picture, scaled so that it just covers the size."""
    height, width = height_width
    own = size_of(picture)
    scale = max(height / own[0], width / own[1])
    if max(own[0] * scale / height, own[1] * scale / width) > _STRIP:
        return _cut(_middle(picture, (height / scale, width / scale)), height_width)
    scaled = (max(height, round(own[0] * scale)), max(width, round(own[1] * scale)))
    picture = resize_picture(picture, scaled)
    top, left = (scaled[0] - height) // 2, (scaled[1] - width) // 2
    return picture[..., top : top + height, left : left + width]


def _middle(picture: Tensor, seen: tuple[float, float]) -> Tensor:
    """Twice as much of a strip as is seen of it, so that what is cut off anyway is not scaled up first."""
    kept = [
        min(side, side % 2 + 2 * math.ceil(part)) for side, part in zip(size_of(picture), seen, strict=True)
    ]
    top, left = ((side - part) // 2 for side, part in zip(size_of(picture), kept, strict=True))
    return picture[..., top : top + kept[0], left : left + kept[1]]


def _cache_file(files: Files, size: Size | None, color: str) -> Path | None:
    """Where these files' bytes are kept; another name once any file changes. None without a home folder."""
    # Squares by their side, as caches of earlier versions are named.
    cut = size[0] if size is not None and size[0] == size[1] else size
    digest = hashlib.sha256(repr((str(files.root.resolve()), cut, color)).encode("utf-8", "surrogateescape"))
    for path in files.paths:
        line = f"{path.relative_to(files.root)} {size_in_bytes(path)} {_changed(path)}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    try:
        return cache_folder() / f"{files.root.name}-{digest.hexdigest()[:24]}.npy"
    except RuntimeError:  # there is no home folder
        return None


def _changed(path: Path) -> int:
    """When a file was changed, in ns; 0 for a link that leads nowhere."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _keep(path: Path, pixels: Pixels, note: dict[str, Any]) -> tuple[str, ...]:
    """Write the bytes for the next time; what went wrong, in words, as it can be done without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(path.with_suffix(".json")) as file:
            file.write(json.dumps(note).encode())
        with write_atomically(path) as file:
            np.save(file, pixels)
    except (OSError, PareidoliaError) as error:
        return (f"the decoded pictures are not kept for the next time: {error}",)
    return ()


def _opened(path: Path, files: Files, name: str, split: str) -> PictureSet | None:
    """The pictures kept at `path`; None where there are none, or they cannot be read."""
    try:
        note = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        # Mapped, not read: the system keeps in memory what fits, and several processes share it. "c" allows
        # writing to the copy in memory, which torch insists on.
        pixels = torch.from_numpy(np.load(path, mmap_mode="c"))
        return _made(pixels, note["labels"], note["skipped"], files, name, split)
    except (OSError, ValueError, EOFError, KeyError, TypeError):
        return None


def _made(
    pixels: Tensor, labels: list[int] | None, skipped: list[str], files: Files, name: str, split: str
) -> PictureSet:
    numbers = None if labels is None else torch.tensor(labels)
    return PictureSet(name, split, pixels, numbers, files.classes, (*skipped, *files.left_out))
