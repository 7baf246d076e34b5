"""Where chunks are looked at: here, or wherever `cluster.py` sends them."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from pareidolia.collecting.chunks import Chunk, CollectJob, chunk_steps
from pareidolia.collecting.reading import DecodeResult
from pareidolia.collecting.settings import EngineSettings
from pareidolia.networks import Network


@dataclass(frozen=True)
class ChunkResult:
    """What an engine tells: so many more pictures are done; of a chunk, that its shard is whole."""

    pictures: int
    chunk: Chunk | None = None
    shard: bytes = b""


def run_chunks(
    network: Network, job: CollectJob, chunks: list[Chunk], settings: EngineSettings
) -> Iterator[ChunkResult]:
    """Look at the chunks with the engine that `settings` name, in whatever order it likes."""
    if settings.engine == "ray":
        from pareidolia.collecting.cluster import run_on_cluster

        return run_on_cluster(job, chunks, settings)
    if network.device.type == "cpu":
        from pareidolia.collecting.threads import run_in_threads

        return run_in_threads(network, job, chunks, torch.get_num_threads())
    return run_in_turn(network, job, chunks, settings.decoders)


def run_in_turn(
    network: Network, job: CollectJob, chunks: list[Chunk], decoders: int
) -> Iterator[ChunkResult]:
    """Look at the chunks one after the other; so many threads decode ahead, across their boundaries.

    For a GPU, which needs nothing but pictures.
    """
    pictures = job.read(chunks, decoders)
    for chunk in chunks:
        yield from chunk_results(network, job, chunk, pictures)


def chunk_results(
    network: Network, job: CollectJob, chunk: Chunk, pictures: Iterator[DecodeResult]
) -> Iterator[ChunkResult]:
    """Look at a chunk; tells of each batch, then of the shard."""
    steps = chunk_steps(network, job, chunk, pictures)
    while True:
        try:
            count = next(steps)
        except StopIteration as end:
            yield ChunkResult(0, chunk, end.value)
            return
        yield ChunkResult(count)
