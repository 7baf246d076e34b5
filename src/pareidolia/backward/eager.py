"""Running compiled modules eagerly."""

import sys
from contextlib import AbstractContextManager, nullcontext

import torch


def eager() -> AbstractContextManager[object]:
    """A context in which everything that `torch.compile` made runs as the Python it was made from.

    Compiled code holds fused operations that no rule can see. Importing the compiler takes seconds, so it is
    used only if it has been imported already: without it nothing can be compiled.
    """
    if "torch._dynamo" not in sys.modules:
        return nullcontext()
    stance: AbstractContextManager[object] = torch.compiler.set_stance("force_eager")
    return stance
