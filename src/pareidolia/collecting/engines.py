"""Where chunks are run: on this machine, or on a cluster by `cluster.py`."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from pareidolia.collecting.chunks import Chunk, CollectJob, chunk_steps
from pareidolia.collecting.reading import DecodeResult
from pareidolia.collecting.settings import EngineSettings
from pareidolia.networks import Network


@dataclass(frozen=True)
class ChunkResult:
    """What an engine has finished since its last report.

    Attributes:
        pictures: number of pictures.
        chunk: the chunk whose shard is complete, if one is.
        shard: its bytes.
    """

    pictures: int
    chunk: Chunk | None = None
    shard: bytes = b""


def run_chunks(
    network: Network, job: CollectJob, chunks: list[Chunk], settings: EngineSettings
) -> Iterator[ChunkResult]:
    """Run the chunks with the engine that `settings` name.

    Args:
        network: the network of `job`.
        job: what is collected.
        chunks: the chunks to run.
        settings: the engine.

    Returns:
        What is finished, as it gets finished; chunks may come in any order.
    """
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
    """Run the chunks one after the other, for a GPU, which needs nothing but decoded pictures.

    Args:
        network: the network of `job`.
        job: what is collected.
        chunks: the chunks to run.
        decoders: number of threads that decode ahead, also into the next chunk.

    Yields:
        What is finished, after each batch.
    """
    pictures = job.read(chunks, decoders)
    for chunk in chunks:
        yield from chunk_results(network, job, chunk, pictures)


def chunk_results(
    network: Network, job: CollectJob, chunk: Chunk, pictures: Iterator[DecodeResult]
) -> Iterator[ChunkResult]:
    """Run one chunk.

    Args:
        network: the network of `job`.
        job: what is collected.
        chunk: which pictures.
        pictures: those of the chunk, in order.

    Yields:
        The number of pictures of each batch, and at last the shard.
    """
    steps = chunk_steps(network, job, chunk, pictures)
    while True:
        try:
            count = next(steps)
        except StopIteration as end:
            yield ChunkResult(0, chunk, end.value)
            return
        yield ChunkResult(count)
