"""`pareidolia.NAME`: every operation as a function, made from the same statement as its command."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pareidolia.operations import OPERATIONS, Operation, find_operation
from pareidolia.settings import BadSetting, Settings

_ONLY = inspect.Parameter.KEYWORD_ONLY
_EITHER = inspect.Parameter.POSITIONAL_OR_KEYWORD


class OperationFunction:
    """An operation as a function: `saliency(photo, model, target="tabby cat", method="grad-cam")`.

    It is called with what the operation is given, then the network that looks (a `Network`, any `nn.Module`
    or a name), and as keywords every field of its settings, `settings=` for a whole object of them, and
    `out=` where the result is to be a file or a folder. It gives a `Result`.
    """

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.__name__ = self.__qualname__ = function_name(operation)
        self.__module__ = "pareidolia"
        self.__doc__ = _doc(operation)

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.Signature([*_given(self.operation), *_keywords(self.operation)])

    def __repr__(self) -> str:
        return f"<pareidolia.{self.__name__}: {self.operation.line}>"

    def __call__(self, *given: Any, progress: bool = True, **keywords: Any) -> Any:
        """Run the operation to its end.

        Args:
            *given: its inputs, then the network.
            progress: show how far it is: in a notebook the picture as it is painted, else lines on standard
                error.
            **keywords: the same by name; settings; `out`, `overwrite`, `resume` as the command has them.

        Returns:
            A `Result`.

        Raises:
            PareidoliaError: If an argument is not one of the operation's, or the operation refuses it.
        """
        from pareidolia.execution import Execution, Target
        from pareidolia.requests import Request
        from pareidolia.watching import watched

        inputs, network, rest = self._sorted(given, keywords)
        target = Target(**{name: _path(name, rest.pop(name)) for name in _TARGET if name in rest})
        options = {name: rest.pop(name) for name in self.operation.options if name in rest}
        objects = {name: rest.pop(name) for name in self.operation.objects if _is_object(rest.get(name))}
        settings = self._settings(rest, network)
        if isinstance(network, str):
            network = None
        request = Request(self.operation, inputs, settings, options, network, objects)
        execution = Execution(request, target)
        steps = watched(execution) if progress else execution
        for _ in steps:
            pass
        return execution.result

    def _sorted(
        self, given: tuple[Any, ...], keywords: dict[str, Any]
    ) -> tuple[dict[str, Any], Any, dict[str, Any]]:
        """The inputs by name, the network, and all other keywords."""
        names = [each.name for each in _given(self.operation)]
        if len(given) > len(names):
            raise BadSetting(
                f"{self.__name__} takes {', '.join(names) or 'keywords alone'}; "
                f"{len(given)} arguments were given"
            )
        placed = dict(zip(names, given, strict=False))
        for name in placed.keys() & keywords.keys():
            raise BadSetting(f"{self.__name__} was given its {name} twice")
        everything = {**placed, **keywords}
        network = everything.pop("network", None) if self.operation.network else None
        inputs = {
            each.name: everything.pop(each.name) for each in self.operation.inputs if each.name in everything
        }
        if self.operation.network:
            self._refuse_networks(inputs)
        return {name: value for name, value in inputs.items() if value is not None}, network, everything

    def _refuse_networks(self, inputs: Mapping[str, Any]) -> None:
        """Refuse a network in the place of a picture, which is no function: arguments in another order."""
        for name, value in inputs.items():
            if callable(value):
                order = ", ".join([*inputs, "network"])
                raise BadSetting(
                    f"{self.__name__} takes {order} in this order; its {name} is not to be a "
                    f"{type(value).__name__}"
                )

    def _settings(self, rest: dict[str, Any], network: Any) -> Settings:
        """The settings object: what a whole object has, and what keywords say, which count before it."""
        from pydantic import ValidationError

        from pareidolia.settings.faults import in_one_line

        kind = self.operation.settings_type
        whole = rest.pop("settings", None)
        if whole is not None and not isinstance(whole, kind):
            raise BadSetting(
                f"settings of {self.__name__} are a {kind.__name__}, not a {type(whole).__name__}"
            )
        unknown = [name for name in rest if name not in kind.model_fields]
        if unknown:
            from pareidolia.settings import UnknownName

            known = [*kind.model_fields, *_TARGET, *(each.name for each in self.operation.inputs)]
            raise UnknownName(f"argument of {self.__name__}", unknown[0], known)
        values = {} if whole is None else whole.model_dump(exclude_unset=True)
        named = {"network": network} if isinstance(network, str) else {}
        try:
            return kind.changed(values, {**named, **rest})
        except ValidationError as error:
            raise BadSetting(f"{self.__name__}: {in_one_line(error)}") from error


_TARGET = ("out", "overwrite", "resume", "index", "table", "bits", "dpi")


def operation_function(name: str) -> OperationFunction | None:
    """The function of that name; None where no operation has it."""
    named = {function_name(operation): operation for operation in OPERATIONS.own.values()}
    if name not in named:
        named |= {function_name(operation): operation for operation in OPERATIONS.values()}
    return OperationFunction(named[name]) if name in named else None


def function_names() -> list[str]:
    """The names of all of them."""
    return [function_name(operation) for operation in OPERATIONS.values()]


def function_name(operation: Operation) -> str:
    """What an operation is called in Python."""
    return operation.name.replace(" ", "_").replace("-", "_")


def train(data: Any = "digits", model: str = "vae", **keywords: Any) -> Any:
    """Train a generative model; the run that comes of it is what every other operation opens.

    Args:
        data: a folder of pictures, a name such as "digits", a tensor or array of pictures, or a
            `torch.utils.data.Dataset`.
        model: "autoencoder", "vae", "aae", "gan", or a plug-in's.
        **keywords: `out`, the run's folder, and the settings of that model, as `pareidolia.train_vae` takes
            them.

    Returns:
        A `Result` whose `path` is the run.
    """
    return OperationFunction(find_operation(f"train {model}"))(data, **keywords)


def _given(operation: Operation) -> list[inspect.Parameter]:
    """What may be given by place: the required inputs, the network, then the other inputs."""
    empty = inspect.Parameter.empty
    required = [
        inspect.Parameter(each.name, _EITHER, default=empty) for each in operation.inputs if each.required
    ]
    network = [inspect.Parameter("network", _EITHER, default=None)] if operation.network else []
    optional = [
        inspect.Parameter(each.name, _EITHER, default=each.default)
        for each in operation.inputs
        if not each.required
    ]
    first = optional[:1] if not required else []
    return [*required, *first, *network, *optional[len(first) :]]


def _keywords(operation: Operation) -> list[inspect.Parameter]:
    fields = operation.settings_type.model_fields
    taken = {each.name for each in _given(operation)}
    settings = [
        inspect.Parameter(
            name, _ONLY, default=... if field.is_required() else field.default, annotation=field.annotation
        )
        for name, field in fields.items()
        if name not in taken
    ]
    others = {"settings": None, "out": None, "overwrite": False, "resume": False, "progress": True}
    return [*settings, *(inspect.Parameter(name, _ONLY, default=value) for name, value in others.items())]


def _doc(operation: Operation) -> str:
    inputs = [f"    {each.name}: {each.help}" for each in operation.inputs]
    network = [
        "    network: the network that looks: a Network, any nn.Module, or a name."
    ] * operation.network
    described = operation.settings_type.model_fields.items()
    fields = [
        f"    {name}: {field.description}" for name, field in described if not (network and name == "network")
    ]
    return "\n".join([operation.help, "", "Args:", *inputs, *network, *fields])


def _is_object(value: Any) -> bool:
    """Whether a value is more than what a settings object holds."""
    return value is not None and not isinstance(value, str | int | float | bool)


def _path(name: str, value: Any) -> Any:
    return Path(value) if name in ("out", "index", "table") and value is not None else value
