"""Pictures decoded for the network in their order: when asked for, or ahead by a few threads."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from pareidolia.pictures import open_uint8
from pareidolia.pictures.uint8 import Uint8Picture
from pareidolia.settings import BadPicture

DecodeResult = Uint8Picture | BadPicture
"""A picture as 8-bit levels, or why there is none."""


def read_each(paths: Iterable[Path], height_width: tuple[int, int]) -> Iterator[DecodeResult]:
    """The pictures at `paths`, in order, as `open_uint8` gives them; each decoded when it is asked for."""
    for path in paths:
        try:
            yield open_uint8(path, height_width)
        except BadPicture as error:
            yield error


def read_ahead(
    paths: Iterable[Path], height_width: tuple[int, int], *, threads: int, ahead: int
) -> Iterator[DecodeResult]:
    """The pictures at `paths`, in order, as `open_uint8` gives them; up to `ahead` of them wait decoded.

    Memory is bounded by `ahead`, whatever the number of paths.
    """

    def read(path: Path) -> DecodeResult:
        return next(read_each([path], height_width))

    waiting: deque[Future[DecodeResult]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="decoding")
    try:
        for path in paths:
            waiting.append(pool.submit(read, path))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
