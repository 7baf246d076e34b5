"""A chunk of files → one shard: the pure function that every engine calls."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch

import pareidolia.collecting.sampled_activations
import pareidolia.collecting.top_activations  # noqa: F401 (each registers how its form of keeping begins)
from pareidolia.collecting.array_files import pack
from pareidolia.collecting.reading import DecodeResult, read_ahead
from pareidolia.collecting.specs import Accumulator, CollectSpec, begin_accumulator
from pareidolia.networks import Network, preserve_state
from pareidolia.pictures import from_uint8
from pareidolia.pictures.folders import PictureFiles
from pareidolia.settings import BadPicture, NetworkSettings, PareidoliaError


@dataclass(frozen=True)
class Chunk:
    """Some consecutive pictures of a folder, which make one shard.

    Attributes:
        number: of the chunk, from 0; also the name of its shard.
        start: the first picture's number in the folder.
        stop: the number after the last picture's.
    """

    number: int
    start: int
    stop: int


@dataclass(frozen=True)
class ChunkResult:
    """What looking at a chunk gives: so many more pictures are done, and at last the whole shard.

    Attributes:
        pictures: how many pictures more.
        chunk: the chunk, where its shard is whole.
        shard: the shard's bytes.
    """

    pictures: int
    chunk: Chunk | None = None
    shard: bytes = b""


@dataclass(frozen=True)
class CollectJob:
    """What is collected, of which pictures, by which network; it can be sent to another machine.

    Attributes:
        network: settings of the network, with absolute paths.
        identity: digests by name that the loaded network must have.
        files: the pictures.
        height_width: height and width in pixels of each picture as the network sees it.
        batch: how many pictures the network sees at once.
        layers: by name, the shape of the layer's output for one picture.
        spec: what is kept of these outputs.
    """

    network: NetworkSettings
    identity: Mapping[str, str]
    files: PictureFiles
    height_width: tuple[int, int]
    batch: int
    layers: Mapping[str, tuple[int, ...]]
    spec: CollectSpec

    def read(self, chunks: list[Chunk], decoders: int) -> Iterator[DecodeResult]:
        """Decode the pictures of some chunks, in order, ahead of their use.

        Args:
            chunks: the chunks, in the order in which their pictures are wanted.
            decoders: number of threads that decode.

        Returns:
            The pictures, one after the other.
        """
        paths = (path for chunk in chunks for path in self.paths(chunk))
        return read_ahead(paths, self.height_width, threads=decoders, ahead=2 * self.batch)

    def paths(self, chunk: Chunk) -> Iterator[Path]:
        """The paths of a chunk's pictures, in order."""
        return map(self.files.path, range(chunk.start, chunk.stop))


def chunk_results(
    network: Network, job: CollectJob, chunk: Chunk, pictures: Iterator[DecodeResult]
) -> Iterator[ChunkResult]:
    """Look at a chunk; yields what each batch adds to what is done, and at last the shard.

    `pictures` are those of the chunk, in order, as `CollectJob.read` gives them; no more are taken. The shard
    is the bytes of a safetensors file with what `job.spec` keeps, a pure function of network, job and
    pictures.
    Pictures that cannot be read, or on which the network gives values that are not finite, are left out and
    listed in its metadata with the reason.
    """
    accumulator = begin_accumulator(job.spec, network, job.layers)
    skipped: dict[int, str] = {}
    first = chunk.start
    while batch := list(islice(pictures, min(job.batch, chunk.stop - first))):
        with preserve_state(network.module), torch.no_grad():
            skipped |= _add(accumulator, batch, first)
        first += len(batch)
        yield ChunkResult(len(batch))
    reasons = {str(n): _wherever(job.files, n, why) for n, why in sorted(skipped.items())}
    described = {"chunk": chunk.number, "skipped": reasons}
    yield ChunkResult(0, chunk, pack(accumulator.arrays(), described))


def collect_chunk(network: Network, job: CollectJob, chunk: Chunk, decoders: int) -> bytes:
    """The shard of a chunk; see `chunk_results`."""
    *_, last = chunk_results(network, job, chunk, job.read([chunk], decoders))
    return last.shard


def layer_shapes(
    network: Network, layers: tuple[str, ...], height_width: tuple[int, int]
) -> dict[str, tuple[int, ...]]:
    """The shape of each layer's output for one picture.

    Args:
        network: the network.
        layers: names of layers.
        height_width: height and width of the picture in pixels.

    Returns:
        By layer C×H×W, or C where the output has no rows and columns.

    Raises:
        UnknownName: If the network has no such layer.
        BadPicture: If the network cannot take pictures of that size.
        PareidoliaError: If an output has another form.
    """
    for name in layers:
        network.unit_shape(name)
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


def _wherever(files: PictureFiles, number: int, reason: str) -> str:
    """A reason that names a picture as the folder does: the same wherever the folder lies."""
    return reason.replace(str(files.path(number)), files.names[number])


def _add(accumulator: Accumulator, batch: list[DecodeResult], first: int) -> dict[int, str]:
    """Add the pictures of a batch, the first of which has number `first`; returns why some were skipped."""
    skipped = {first + i: str(each) for i, each in enumerate(batch) if isinstance(each, BadPicture)}
    levels = [each for each in batch if not isinstance(each, BadPicture)]
    if levels:
        numbers = np.array([first + i for i in range(len(batch)) if first + i not in skipped], np.int64)
        sound = accumulator.add(from_uint8(levels), numbers)
        reason = "the network's activations on it are not all finite numbers"
        skipped |= {int(number): reason for number in numbers[~sound]}
    return skipped
