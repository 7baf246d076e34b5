"""Pictures decoded for the network, in order: one by one when they are needed, or ahead by a few threads."""

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
    """The pictures at `paths`, in order, as `open_uint8` returns them; each is decoded when it is needed."""
    for path in paths:
        try:
            yield open_uint8(path, height_width)
        except BadPicture as error:
            yield error


def read_ahead(
    paths: Iterable[Path], height_width: tuple[int, int], *, threads: int, ahead: int
) -> Iterator[DecodeResult]:
    """Decode pictures in threads, ahead of their use.

    Memory is bounded by `ahead`, whatever the number of paths.

    Args:
        paths: files of pictures.
        height_width: height and width in pixels that each is resized to.
        threads: number of threads.
        ahead: how many decoded pictures may wait.

    Yields:
        The pictures, in order, as `open_uint8` returns them.
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
