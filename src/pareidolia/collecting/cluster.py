"""Chunks as tasks of a Ray cluster: a worker that dies loses nothing, its chunk is looked at again.

The pictures, and the network's code and weights where they are the user's own, lie where every node finds
them by the same path. Shards come back to this process, which writes them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from pareidolia.collecting.chunks import Chunk, Job, collect_chunk
from pareidolia.collecting.engines import Done
from pareidolia.collecting.settings import EngineSettings
from pareidolia.networks import Network, identity, load_network_from
from pareidolia.settings import BadNetwork, MissingExtra, NetworkSettings, PareidoliaError, differences

# A chunk that kills its worker each time (memory, say) would be tried for ever.
_TRIES_AGAIN = 8


def run_on_cluster(job: Job, chunks: list[Chunk], settings: EngineSettings) -> Iterator[Done]:
    """Look at the chunks as Ray tasks; tells each one's shard as it comes back, in any order.

    Raises MissingExtra without Ray, PareidoliaError where the cluster cannot be reached or a chunk's worker
    dies again and again, and what a task raises.
    """
    ray = _import_ray()
    with _connected(ray, settings.address):
        shard_of = ray.remote(_shard_of).options(
            num_cpus=settings.cpus, num_gpus=settings.gpus, max_retries=_TRIES_AGAIN
        )
        shared, waiting = ray.put(job), iter(chunks)
        under_way: dict[Any, Chunk] = {}
        try:
            while True:
                # Enough that no node waits, few enough that a stop leaves little behind.
                room = 2 * max(1, int(ray.cluster_resources().get("CPU", 1) / settings.cpus)) - len(under_way)
                for _ in range(room):
                    if (chunk := next(waiting, None)) is not None:
                        under_way[shard_of.remote(shared, chunk, settings.decoders)] = chunk
                if not under_way:
                    return
                (ready, *_), _rest = ray.wait(list(under_way), num_returns=1)
                chunk = under_way.pop(ready)
                yield Done(chunk.stop - chunk.start, chunk, _fetched(ray, ready))
        finally:
            for task in under_way:
                ray.cancel(task, force=True)


def _shard_of(job: Job, chunk: Chunk, decoders: int) -> bytes:
    """What runs on a worker."""
    network = _network(job.network)
    differing = list(differences(job.identity, _identity(job.network)))
    if differing:
        raise BadNetwork(f"a worker finds another network than this machine: {'; '.join(differing)}")
    return collect_chunk(network, job, chunk, decoders)


@lru_cache(maxsize=1)
def _network(settings: NetworkSettings) -> Network:
    """The network, loaded once a worker."""
    return load_network_from(settings)


@lru_cache(maxsize=1)
def _identity(settings: NetworkSettings) -> dict[str, str]:
    return identity(_network(settings))


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("ray", "ray") from error
    return ray


@contextmanager
def _connected(ray: Any, address: str | None) -> Iterator[None]:
    """A connection to the cluster; one that was there before stays."""
    if ray.is_initialized():
        yield
        return
    try:
        ray.init(address=address, log_to_driver=False, logging_level="error", include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise PareidoliaError(
            f"the Ray cluster '{address or 'here'}' cannot be reached: {' '.join(str(error).split())}"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _fetched(ray: Any, task: Any) -> bytes:
    try:
        shard: bytes = ray.get(task)
    except ray.exceptions.RayTaskError as error:
        # Ray's error is also of the cause's class, but prints the worker's whole traceback.
        if isinstance(error.cause, PareidoliaError):
            raise error.cause from None
        raise
    except ray.exceptions.RayError as error:
        raise PareidoliaError(
            f"a worker died {_TRIES_AGAIN + 1} times over one chunk ({type(error).__name__}): "
            "is its memory enough? Smaller --batch needs less"
        ) from error
    return shard
