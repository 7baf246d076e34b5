"""How lack of memory shows, whoever finds it."""

import torch

from pareidolia.settings import PareidoliaError

# Torch's words for lack of memory where it has no error of its own: on a CPU, in oneDNN, on MPS.
_NO_MEMORY = ("can't allocate memory", "not enough memory", "bad_alloc", "backend out of memory")


def no_memory(error: BaseException) -> bool:
    """Whether an error, or the one that a line was made of, means that there is no memory left."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    if isinstance(error, PareidoliaError):
        return error.__cause__ is not None and no_memory(error.__cause__)
    return isinstance(error, RuntimeError) and any(each in str(error) for each in _NO_MEMORY)
