"""Chunks on a CPU: as many at a time as there are threads, each decoded and run by one thread alone.

If layers are split over the cores, the cores wait for each other at the end of every layer; with whole chunks
they do not, and decoding happens between batches. Nor does a chunk depend on how many cores there are.
"""

import copy
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Event, Lock, Thread

import torch

from pareidolia.collecting.chunks import Chunk, ChunkResult, CollectJob, chunk_results
from pareidolia.collecting.reading import read_each
from pareidolia.networks import Network
from pareidolia.threads import threads

ResultQueue = SimpleQueue[ChunkResult | BaseException | None]


def run_in_threads(
    network: Network, job: CollectJob, chunks: list[Chunk], count: int
) -> Iterator[ChunkResult]:
    """Run chunks in threads. An iterator that is closed early waits for the batches under way.

    Args:
        network: the network of `job`.
        job: what is collected.
        chunks: the chunks to run.
        count: number of threads; each uses a copy of the network that shares its weights.

    Yields:
        What is finished, after each batch of any thread. What a thread raises is raised again here.
    """
    results: ResultQueue = SimpleQueue()
    waiting, lock, stop = iter(chunks), Lock(), Event()

    def take() -> Chunk | None:
        with lock:
            return next(waiting, None)

    def look(own: Network) -> None:
        torch.set_num_threads(1)  # of this thread
        try:
            while (chunk := take()) is not None:
                for done in chunk_results(own, job, chunk, read_each(job.paths(chunk), job.height_width)):
                    if stop.is_set():
                        return
                    results.put(done)
        except BaseException as error:
            results.put(error)
        finally:
            results.put(None)

    networks = _networks(network, min(count, len(chunks)))
    lookers = [Thread(target=look, args=(own,), name="looking", daemon=True) for own in networks]
    with threads():  # what a thread sets also counts for those that are started later
        for thread in lookers:
            thread.start()
        try:
            yield from _until_all_ended(results, len(lookers))
        finally:
            stop.set()
            for thread in lookers:
                thread.join()


def _networks(network: Network, count: int) -> list[Network]:
    """The network and copies of it; the network alone if it cannot be copied."""
    try:
        return [network, *(with_shared_weights(network) for _ in range(count - 1))]
    except (RuntimeError, TypeError, NotImplementedError):
        return [network]


def with_shared_weights(network: Network) -> Network:
    """Copy a network so that its hooks and modes are its own, but parameters and buffers share memory.

    Args:
        network: the network; it stays as it is.

    Returns:
        The copy.
    """
    made = copy.deepcopy(network)
    for own, shared in (
        *zip(made.module.parameters(), network.module.parameters(), strict=True),
        *zip(made.module.buffers(), network.module.buffers(), strict=True),
    ):
        own.data = shared.data
    return made


def _until_all_ended(results: ResultQueue, threads: int) -> Iterator[ChunkResult]:
    while threads:
        each = results.get()
        if isinstance(each, BaseException):
            raise each
        if each is None:
            threads -= 1
        else:
            yield each
