"""What authors' code takes for granted: a GPU, and torchvision's VGG-16."""

from contextlib import AbstractContextManager
from unittest import mock

from torch import Tensor

#: VGG-16's layers by their place in torchvision's module.
LAYERS = {
    **{1: "relu1_1", 3: "relu1_2", 6: "relu2_1", 8: "relu2_2", 11: "relu3_1", 13: "relu3_2", 15: "relu3_3"},
    **{18: "relu4_1", 20: "relu4_2", 22: "relu4_3"},
}


def on_cpu() -> AbstractContextManager[object]:
    """Leave tensors where they are: the authors' code asks for a GPU where its own switch names none."""
    return mock.patch.object(Tensor, "cuda", lambda tensor: tensor)
