"""What a generative model is: the base class, and the decorator that registers one where it is defined.

    @generative_model("wgan", WGANSettings)
    class WGAN(GenerativeModel[WGANSettings]): ...

`pareidolia train wgan` and `pareidolia.train` then train it, with the fields of `WGANSettings` as options,
and every look and measure asks `capabilities.py` what it can do.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Generic, NoReturn, TypeVar

import torch
from torch import Tensor, nn

from pareidolia.generative.networks import Shape
from pareidolia.generative.registry import ModelKind, register
from pareidolia.generative.settings import ModelSettings
from pareidolia.settings import PareidoliaError
from pareidolia.training import Phase, Source
from pareidolia.training.data import Pictures, PictureSet
from pareidolia.training.settings import TrainingSettings

S = TypeVar("S", bound=ModelSettings)
C = TypeVar("C", bound=Callable[..., Any])


class GenerativeModel(nn.Module, Generic[S]):
    """A model that learns to make pictures.

    A subclass gives `phases`, and of the methods in `capabilities.py` those that it has: `encode`, `decode`,
    `sample`, a `prior`, a density.

    Attributes:
        only_for_training: parts that nothing needs once it is trained; a file of weights may be without them.

    Args:
        settings: an object of the class that the model is registered with.
        shape: C, H, W of the pictures.
        classes: how many classes the data have; 0 where they have no labels.
    """

    only_for_training: ClassVar[tuple[str, ...]] = ()

    def __init__(self, settings: S, shape: Shape, classes: int = 0) -> None:
        super().__init__()
        self.settings, self.shape, self.classes = settings, shape, classes

    def phases(self) -> Sequence[Phase]:
        """How it is trained: the optimizer steps of one training step, in their order."""
        raise NotImplementedError(f"{type(self).__name__} defines no phases()")

    def init_output_bias(self, mean: Tensor) -> None:
        """Begin with a decoder that gives the data's mean picture, C×H×W in [0, 1]; by default nothing.

        It is called once, before the first step. `networks.set_output` does it for a decoder.
        """

    def source(self, pictures: PictureSet, settings: TrainingSettings, device: torch.device) -> Source:
        """Where its batches come from: by default each picture once an epoch, with its label."""
        return Pictures(pictures, settings.batch, settings.seed, device)


class LeftOut(nn.Module):
    """Stands where a part was that only training needs.

    Args:
        part: its name.
    """

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def forward(self, *given: object) -> NoReturn:
        """Refuse.

        Args:
            *given: whatever it is called with.

        Raises:
            PareidoliaError: always.
        """
        raise PareidoliaError(f"these weights are without the {self._part}, which only training needs")


def leave_out(model: nn.Module, names: Iterable[str]) -> None:
    """Take from a model the parts that only training needs and of which there is no weight.

    Args:
        model: changed in place.
        names: of the weights that there are.
    """
    there = {name.partition(".")[0] for name in names}
    for part in getattr(model, "only_for_training", ()):
        if part not in there:
            setattr(model, part, LeftOut(part.replace("_", " ")))


def generative_model(name: str, settings: type[ModelSettings]) -> Callable[[C], C]:
    """Register the model that follows, a `GenerativeModel` or a function that gives one, under `name`.

    Args:
        name: of the kind of model.
        settings: their class.

    Returns:
        The decorator, which returns the class as it is.

    Raises:
        PareidoliaError: the name is taken, or the class is not a `GenerativeModel`.
    """

    def keep(model: C) -> C:
        if isinstance(model, type) and not issubclass(model, GenerativeModel):
            raise PareidoliaError(f"the model '{name}' ({model.__qualname__}) is not a GenerativeModel")
        register(ModelKind(name, settings, model), model.__module__)
        return model

    return keep
