"""The kinds of generative models, each registered where it is defined, with its command. No torch here."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from pareidolia.operations import TRAIN, Operation
from pareidolia.operations.inputs import DATA
from pareidolia.operations.statement import STATED, place_of
from pareidolia.settings.registry import Registry
from pareidolia.training.settings import TrainingOptions

if TYPE_CHECKING:
    from pareidolia.generative.settings import ModelSettings

S = TypeVar("S", bound="type[ModelSettings]")


@dataclass(frozen=True)
class ModelKind:
    """One kind of generative model.

    Attributes:
        name: on the command line and in a run's settings.json.
        settings: the class of its settings; the first line of its docstring is the model's help.
        model: called with (settings, shape, classes), it gives a `GenerativeModel`; or "module:name" of that,
            for a model that is imported only when one is built.
    """

    name: str
    settings: "type[ModelSettings]"
    model: Callable[..., Any] | str

    @property
    def help(self) -> str:
        """What the model is, in one line without a full stop."""
        return (self.settings.__doc__ or self.name).strip().splitlines()[0].removesuffix(".")

    def find(self) -> Callable[..., Any]:
        """The callable that makes a model, imported if need be."""
        if not isinstance(self.model, str):
            return self.model
        module, name = self.model.split(":")
        found: Callable[..., Any] = getattr(import_module(module), name)
        return found


MODELS: Registry[ModelKind] = Registry("generative model", ("pareidolia.generative.settings",))
"""Every kind by its name: the package's own, and those of plug-ins."""


def register(kind: ModelKind, module: str) -> None:
    """Keep a kind of model that `module` defines, and state the operation that trains it.

    Raises:
        PareidoliaError: another module has the name already.
    """
    MODELS.add(kind.name, kind, module)
    training = Operation(
        f"train {kind.name}",
        group=TRAIN,
        help=f"Train {kind.help[0].lower()}{kind.help[1:]}.",
        function="pareidolia.generative.training:begin_training",
        settings=place_of(kind.settings),
        inputs=(DATA,),
        proceeds="in a folder",
        out="folder",
        options={"training": place_of(TrainingOptions)},
        command=f"train {kind.name}",
        arguments={"kind": kind.name},
    )
    STATED.add(training.name, training, module)


def model_settings(name: str, model: str) -> Callable[[S], S]:
    """Register a model by its settings, so that help needs no torch; `model` is its "module:name".

    The package's own models stand thus in `settings.py`. A model whose file holds both its class and its
    settings uses `generative_model` (`model.py`).
    """

    def keep(settings: S) -> S:
        register(ModelKind(name, settings, model), settings.__module__)
        return settings

    return keep
