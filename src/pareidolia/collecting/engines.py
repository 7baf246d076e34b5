"""Where chunks are run: on this machine, or on a cluster by `cluster.py`."""

from collections.abc import Iterator

import torch

from pareidolia.collecting.chunks import Chunk, ChunkResult, CollectJob, chunk_results
from pareidolia.collecting.settings import EngineSettings
from pareidolia.networks import Network


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
