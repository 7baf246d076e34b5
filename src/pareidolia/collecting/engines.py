"""Where chunks are looked at: here, or wherever `cluster.py` sends them."""

from collections.abc import Iterator

import torch

from pareidolia.collecting.chunks import Chunk, ChunkResult, CollectJob, chunk_results
from pareidolia.collecting.settings import EngineSettings
from pareidolia.networks import Network


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
