"""Where chunks are looked at: here, one after the other, or wherever `cluster.py` sends them."""

from collections.abc import Iterator
from dataclasses import dataclass

from pareidolia.collecting.chunks import Chunk, Job, chunk_steps
from pareidolia.collecting.settings import EngineSettings
from pareidolia.networks import Network


@dataclass(frozen=True)
class Done:
    """What an engine tells: so many more pictures are done; of a chunk, that its shard is whole."""

    pictures: int
    chunk: Chunk | None = None
    shard: bytes = b""


def run_chunks(network: Network, job: Job, chunks: list[Chunk], settings: EngineSettings) -> Iterator[Done]:
    """Look at the chunks with the engine that `settings` name, in whatever order it likes."""
    if settings.engine == "ray":
        from pareidolia.collecting.cluster import run_on_cluster

        return run_on_cluster(job, chunks, settings)
    return run_here(network, job, chunks, settings)


def run_here(network: Network, job: Job, chunks: list[Chunk], settings: EngineSettings) -> Iterator[Done]:
    """Look at the chunks in this process. Decoding runs ahead across their boundaries."""
    pictures = job.read(chunks, settings.decoders)
    for chunk in chunks:
        steps = chunk_steps(network, job, chunk, pictures)
        while True:
            try:
                count = next(steps)
            except StopIteration as end:
                yield Done(0, chunk, end.value)
                break
            yield Done(count)
