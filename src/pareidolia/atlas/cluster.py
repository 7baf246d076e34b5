"""Icons as tasks of a Ray cluster: if a worker dies, its icons are painted again and nothing is lost."""

from collections.abc import Iterator, Mapping

import torch

from pareidolia.atlas.icons import PADDING, IconJob, paint_icons
from pareidolia.collecting import EngineSettings
from pareidolia.collecting.cluster import map_on_cluster, worker_network
from pareidolia.collecting.specs import Array


def paint_on_cluster(
    job: IconJob, wanted: Mapping[int, Array], settings: EngineSettings
) -> Iterator[tuple[int, Array]]:
    """Paint batches of icons as Ray tasks.

    Args:
        job: how icons are painted.
        wanted: directions N×C, by the number of their batch.
        settings: address of the cluster and resources of a task.

    Yields:
        The number of each batch and its icons, in any order.

    Raises:
        MissingExtra: If Ray is not installed.
        PareidoliaError: If the cluster cannot be reached, or a batch's worker dies again and again.
    """
    shared = (job, max(1, int(settings.cpus)))
    for (number, _), icons in map_on_cluster(_painted, shared, wanted.items(), settings):
        yield number, icons


def _painted(shared: tuple[IconJob, int], batch: tuple[int, Array]) -> Array:
    """What runs on a worker, with as many threads as CPUs are reserved: their number decides the last bit."""
    job, threads = shared
    torch.set_num_threads(threads)
    network = worker_network(job.network, job.identity, padding=PADDING)
    return paint_icons(network, job, batch[1])
