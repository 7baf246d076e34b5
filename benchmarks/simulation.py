"""Collecting on many nodes, simulated event by event from what was measured on one.

Every core takes a chunk of photos at a time. It waits until the head has handed it out, which the head does
one after another; then it reads, decodes and looks (measured together on one core), but reads no faster
than its part of the shared storage allows; then the head takes the shard and writes it, again one after
another.
"""

import heapq
from dataclasses import dataclass

CORES = 2
CHUNKS_A_CORE = 12


@dataclass(frozen=True)
class Measured:
    """What one node was measured to take, and what the nodes share.

    Attributes:
        task: seconds of one chunk on one core, decoding included.
        dispatch: seconds of the head for handing out a chunk and taking its shard.
        write: seconds of writing a shard.
        photos: in a chunk.
        bytes: of a chunk's files.
        storage: bytes a second that all nodes read together at most.
    """

    task: float
    dispatch: float
    write: float
    photos: int
    bytes: float
    storage: float


def simulate(measured: Measured, nodes: int) -> float:
    """Photos a second of so many nodes, between the first chunk's beginning and the last shard's end."""
    cores, chunks = nodes * CORES, nodes * CORES * CHUNKS_A_CORE
    waiting = [(0.0, core) for core in range(cores)]
    head = storage = end = 0.0
    finished: list[tuple[float, int]] = []
    handed = 0
    while handed < chunks or finished:
        # Whichever is next: a core that asks for a chunk, or one that brings its shard.
        if finished and (handed >= chunks or not waiting or finished[0] <= waiting[0]):
            now, core = heapq.heappop(finished)
            head = max(head, now) + measured.write
            end = head
            heapq.heappush(waiting, (now, core))
            continue
        now, core = heapq.heappop(waiting)
        head = max(head, now) + measured.dispatch
        storage = max(storage, head) + measured.bytes / measured.storage
        heapq.heappush(finished, (max(storage, head + measured.task), core))
        handed += 1
    return chunks * measured.photos / end
