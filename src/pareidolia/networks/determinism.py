"""The same bytes each time on a GPU too, where some fast algorithms add numbers in an order of their own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from pareidolia.settings import PareidoliaError

# cuBLAS reads it when it is first used; with it, it keeps to one order.
_WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"
_LACKING = "deterministic"


@contextmanager
def deterministic(wanted: bool = True) -> Iterator[None]:
    """Within it torch uses only algorithms that give the same bytes each time; on a CPU it always does.

    Enter it before anything is computed on the GPU. It costs time, and some operations have no such algorithm
    on CUDA: those are refused.

    Args:
        wanted: False changes nothing, so that an option can be passed on as it is.

    Yields:
        Nothing.

    Raises:
        PareidoliaError: an operation has no such algorithm.
    """
    if not wanted:
        yield
        return
    os.environ.setdefault(_WORKSPACE, ":4096:8")
    before = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    measured = torch.backends.cudnn.benchmark
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    except (RuntimeError, PareidoliaError) as error:
        if _LACKING not in str(error):
            raise
        operation = str(error).split(" does not have ")[0].split(": ")[-1]
        raise PareidoliaError(
            f"{operation} has no deterministic algorithm on this device: leave out --deterministic, "
            "or compute on the CPU with --device cpu"
        ) from error
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])
        torch.backends.cudnn.benchmark = measured
