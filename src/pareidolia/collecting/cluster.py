"""Chunks as tasks of a Ray cluster: if a worker dies, its chunk is run again and nothing is lost.

The pictures, and the network's code and weights if they are the user's own, must have the same path on every
node; pictures of a tar, a table or a store are laid into a node's own cache if they do not. Shards come back
to this process, which writes them.
"""

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import torch

from pareidolia.collecting.chunks import Chunk, ChunkResult, CollectJob, collect_chunk
from pareidolia.collecting.settings import EngineSettings
from pareidolia.networks import Network, identity, load_network_from
from pareidolia.pictures.folders import PictureFiles, find_pictures
from pareidolia.settings import BadNetwork, BadPicture, NetworkSettings, PareidoliaError, differences
from pareidolia.settings.extras import require

# A chunk that kills its worker each time (memory, say) would be tried without end.
_TRIES_AGAIN = 8

Shared = TypeVar("Shared")
Part = TypeVar("Part")
Result = TypeVar("Result")


class ClusterFailed(PareidoliaError):
    """The cluster cannot be reached, or a worker died again and again over the same work."""


def run_on_cluster(job: CollectJob, chunks: list[Chunk], settings: EngineSettings) -> Iterator[ChunkResult]:
    """Run the chunks as Ray tasks.

    Args:
        job: what is collected.
        chunks: the chunks to run.
        settings: address of the cluster and resources of a task.

    Yields:
        Each chunk with its shard as it comes back, in any order.

    Raises:
        MissingExtra: If Ray is not installed.
        PareidoliaError: If the cluster cannot be reached, or a chunk's worker dies again and again.
    """
    shared = (job, settings.decoders)
    for chunk, shard in map_on_cluster(_shard_of, shared, chunks, settings):
        yield ChunkResult(chunk.stop - chunk.start, chunk, shard)


def map_on_cluster(
    work: Callable[[Shared, Part], Result], shared: Shared, parts: Iterable[Part], settings: EngineSettings
) -> Iterator[tuple[Part, Result]]:
    """`work(shared, part)` for each part, as Ray tasks.

    Args:
        work: a function at the top level of a module, which a worker can import.
        shared: what all tasks get; it is sent to the cluster once.
        parts: what each task gets.
        settings: address of the cluster and resources of a task.

    Yields:
        Parts and their results, in the order in which they come back.

    Raises:
        MissingExtra: If Ray is not installed.
        PareidoliaError: If the cluster cannot be reached, or a part's worker dies again and again. What a
            task raises is raised again here.
    """
    ray = _import_ray()
    with _connected(ray, settings.address):
        task_of = ray.remote(work).options(
            num_cpus=settings.cpus, num_gpus=settings.gpus, max_retries=_TRIES_AGAIN
        )
        held, waiting = ray.put(shared), iter(parts)
        under_way: dict[Any, Part] = {}
        try:
            while True:
                # Enough that no node waits, few enough that a stop leaves little behind.
                room = 2 * max(1, int(ray.cluster_resources().get("CPU", 1) / settings.cpus)) - len(under_way)
                for part in islice(waiting, max(0, room)):
                    under_way[task_of.remote(held, part)] = part
                if not under_way:
                    return
                (ready, *_), _rest = ray.wait(list(under_way), num_returns=1)
                yield under_way.pop(ready), _fetched(ray, ready)
        finally:
            for task in under_way:
                ray.cancel(task, force=True)


def worker_network(wanted: NetworkSettings, identified: Mapping[str, str], **swaps: Any) -> Network:
    """The network of these settings on a worker, loaded once.

    Args:
        wanted: settings of the network.
        identified: digests by name that the loaded network must have.
        **swaps: pooling and padding, as for `load_network_from`.

    Returns:
        The network.

    Raises:
        BadNetwork: If the digests of the loaded network differ from `identified`.
    """
    differing = list(differences(identified, _identity(wanted)))
    if differing:
        raise BadNetwork(f"a worker finds another network than this machine: {'; '.join(differing)}")
    return _network(wanted, **swaps)


def worker_files(files: PictureFiles) -> PictureFiles:
    """The pictures where a worker has them.

    Args:
        files: the pictures, as the machine that asks has them.

    Returns:
        The same ones: by the same path, or in this node's own cache, which is filled if it has to be.

    Raises:
        BadPicture: If they are a folder's that is not there.
        PareidoliaError: If what they were made of cannot be read here, or holds others.
    """
    if files.folder.is_dir():
        return files
    if not files.source:
        raise BadPicture(f"there is no folder '{files.folder}' on {platform.node()}: all nodes must share it")
    here = _staged_files(files.source)
    if [*here.names, *here.sizes] != [*files.names, *files.sizes]:
        raise BadPicture(f"a worker on {platform.node()} finds other pictures in {files.source}")
    return here


@lru_cache(maxsize=1)
def _staged_files(source: str) -> PictureFiles:
    return find_pictures(source)


def _shard_of(shared: tuple[CollectJob, int], chunk: Chunk) -> bytes:
    """What runs on a worker; with one thread, as in `threads.py`, since their number decides the last bit."""
    job, decoders = shared
    torch.set_num_threads(1)
    job = replace(job, files=worker_files(job.files))
    return collect_chunk(worker_network(job.network, job.identity), job, chunk, decoders)


@lru_cache(maxsize=2)
def _network(settings: NetworkSettings, **swaps: Any) -> Network:
    """The network, loaded once a worker."""
    return load_network_from(settings, **swaps)


@lru_cache(maxsize=1)
def _identity(settings: NetworkSettings) -> dict[str, str]:
    return identity(_network(settings))


def _import_ray() -> Any:
    return require("ray", extra="ray")


@contextmanager
def _connected(ray: Any, address: str | None) -> Iterator[None]:
    """A connection to the cluster; one that was there before stays."""
    if ray.is_initialized():
        yield
        return
    try:
        ray.init(address=address, log_to_driver=False, logging_level="error", include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ClusterFailed(
            f"the Ray cluster '{address or 'here'}' cannot be reached: {' '.join(str(error).split())}"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _fetched(ray: Any, task: Any) -> Any:
    try:
        return ray.get(task)
    except ray.exceptions.RayTaskError as error:
        # Ray's error is also of the cause's class, but prints the worker's whole traceback.
        if isinstance(error.cause, PareidoliaError):
            raise error.cause from None
        raise
    except ray.exceptions.RayError as error:
        raise ClusterFailed(
            f"a worker died {_TRIES_AGAIN + 1} times over one chunk ({type(error).__name__}): "
            "is its memory enough? Smaller --batch needs less"
        ) from error
