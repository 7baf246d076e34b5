"""A chunk of files → one shard: the pure function that every engine calls."""

import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save

from pareidolia.collecting.reading import DecodeResult, read_ahead
from pareidolia.collecting.specs import Accumulator, CollectSpec
from pareidolia.networks import Network, preserve_state
from pareidolia.pictures import from_uint8
from pareidolia.pictures.folders import PictureFiles
from pareidolia.settings import BadPicture, NetworkSettings, PareidoliaError

METADATA = "pareidolia"


@dataclass(frozen=True)
class Chunk:
    """Pictures `start` to `stop` (exclusive) of a folder; its shard bears `number`."""

    number: int
    start: int
    stop: int


@dataclass(frozen=True)
class CollectJob:
    """What is collected, of which pictures, by which network; it can be sent to another machine.

    network: its settings, paths absolute. identity: what it must turn out to be.
    files: the pictures. height_width: of each as the network sees it. batch: pictures at once.
    layers: the shape of each layer's output for one picture. spec: what is kept of it.
    """

    network: NetworkSettings
    identity: Mapping[str, str]
    files: PictureFiles
    height_width: tuple[int, int]
    batch: int
    layers: Mapping[str, tuple[int, ...]]
    spec: CollectSpec

    def read(self, chunks: list[Chunk], decoders: int) -> Iterator[DecodeResult]:
        """The pictures of the chunks one after the other, decoded ahead by so many threads."""
        paths = (path for chunk in chunks for path in self.paths(chunk))
        return read_ahead(paths, self.height_width, threads=decoders, ahead=2 * self.batch)

    def paths(self, chunk: Chunk) -> Iterator[Path]:
        """Where the pictures of a chunk lie, in order."""
        return map(self.files.path, range(chunk.start, chunk.stop))


def chunk_steps(
    network: Network, job: CollectJob, chunk: Chunk, pictures: Iterator[DecodeResult]
) -> Generator[int, None, bytes]:
    """Look at a chunk batch by batch; yields how many pictures each had, returns the shard.

    `pictures` are those of the chunk, in order, as `CollectJob.read` gives them; no more are taken. The shard
    is the bytes of a safetensors file with what `job.spec` keeps, a pure function of network, job and
    pictures.
    Pictures that cannot be read, or on which the network gives values that are not finite, are left out and
    listed in its metadata with the reason.
    """
    accumulator = job.spec.begin(network, job.layers)
    skipped: dict[int, str] = {}
    first = chunk.start
    while batch := list(islice(pictures, min(job.batch, chunk.stop - first))):
        with preserve_state(network.module), torch.no_grad():
            skipped |= _add(accumulator, batch, first)
        first += len(batch)
        yield len(batch)
    described = {"chunk": chunk.number, "skipped": {str(n): why for n, why in sorted(skipped.items())}}
    arrays = {name: np.ascontiguousarray(each) for name, each in accumulator.arrays().items()}
    # One entry alone: in which order safetensors would write several is not settled.
    return save(arrays, metadata={METADATA: json.dumps(described)})


def collect_chunk(network: Network, job: CollectJob, chunk: Chunk, decoders: int) -> bytes:
    """The shard of a chunk; see `chunk_steps`."""
    steps = chunk_steps(network, job, chunk, job.read([chunk], decoders))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            shard: bytes = end.value
            return shard


def layer_shapes(
    network: Network, layers: tuple[str, ...], height_width: tuple[int, int]
) -> dict[str, tuple[int, ...]]:
    """The shape of each layer's output for one picture of that size: C×H×W, or C.

    Raises UnknownName for a wrong name, BadPicture where the network cannot look at that size, and
    PareidoliaError for an output of another form.
    """
    gray = torch.full((1, network.input_shape[0], *height_width), 0.5)
    with preserve_state(network.module), torch.no_grad():
        found = {name: tuple(maps.shape[1:]) for name, maps in network.record(gray, layers).items()}
    for name, shape in found.items():
        if len(shape) not in (1, 3):
            form = "×".join(map(str, shape)) or "one number"
            raise PareidoliaError(
                f"layer '{name}' of {network.name} gives {form} for a picture; what can be collected are "
                "maps C×H×W or C values"
            )
    return found


def _add(accumulator: Accumulator, batch: list[DecodeResult], first: int) -> dict[int, str]:
    """Add a batch, whose first picture has that number, to `accumulator`; the skipped pictures."""
    skipped = {first + i: str(each) for i, each in enumerate(batch) if isinstance(each, BadPicture)}
    levels = [each for each in batch if not isinstance(each, BadPicture)]
    if levels:
        numbers = np.array([first + i for i in range(len(batch)) if first + i not in skipped], np.int64)
        sound = accumulator.add(from_uint8(levels), numbers)
        reason = "the network's activations on it are not all finite numbers"
        skipped |= {int(number): reason for number in numbers[~sound]}
    return skipped
