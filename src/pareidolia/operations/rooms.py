"""A room that bears the name of an operation, and is called like it."""

import inspect
from importlib import import_module
from types import ModuleType
from typing import Any


class OperationRoom(ModuleType):
    """A package that can be called: `pareidolia.style(content, styles)`.

    A package's attribute on its parent is the package itself, so that a function of the same name would hide
    it, or be hidden, depending on what was imported first.
    """

    def __call__(self, *given: Any, **keywords: Any) -> Any:
        """Run the operation of the room's name; see `OperationFunction`."""
        return self._function(*given, **keywords)

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self._function)

    @property
    def _function(self) -> Any:
        # By its name: the function stands on rooms that may be this one.
        functions = import_module("pareidolia.execution.functions")
        return functions.operation_function(self.__name__.rpartition(".")[2])
