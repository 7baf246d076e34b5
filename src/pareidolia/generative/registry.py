"""The kinds of generative models, each registered where it is defined. No torch here."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from pareidolia.settings.registry import Registry

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


def model_settings(name: str, model: str) -> Callable[[S], S]:
    """Register a model by its settings, so that help needs no torch; `model` is its "module:name".

    The package's own models stand thus in `settings.py`. A model whose file holds both its class and its
    settings uses `generative_model` (`model.py`).
    """

    def keep(settings: S) -> S:
        MODELS.add(name, ModelKind(name, settings, model), settings.__module__)
        return settings

    return keep
