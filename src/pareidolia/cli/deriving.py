"""A command from the statement of its operation: its inputs, its options in groups, where its result goes."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from cyclopts import Group
from cyclopts import Parameter as Option
from pydantic.fields import FieldInfo

from pareidolia.cli.configuration import merged
from pareidolia.cli.outputs import Output, output_type
from pareidolia.cli.print_size import sized_for_print
from pareidolia.cli.running import run_request
from pareidolia.operations import Input, Operation
from pareidolia.settings import NetworkSettings, PareidoliaError, Settings

_KEYWORD = inspect.Parameter.KEYWORD_ONLY
WHAT, LOOKS, NETWORK, OUTPUT, ADVANCED = "What", "How it looks", "Network", "Output", "Advanced"
_GROUPS = {
    title: Group(title, sort_key=number)
    for number, title in enumerate((WHAT, LOOKS, NETWORK, OUTPUT, ADVANCED))
}


def command_for(operations: Mapping[str, Operation], words: Sequence[str]) -> Callable[..., int]:
    """The command of these operations, with the options of the one that is chosen.

    Args:
        operations: of one command, by what --method calls them; the first is the default method.
        words: what was typed; `--method NAME` in it chooses.

    Returns:
        A function that cyclopts calls with what was given; it returns the exit code.
    """
    operation = operations.get(_method(words), next(iter(operations.values())))
    _refuse_other_methods(operations, operation, words)

    def run(
        inputs: dict[str, Any], settings: dict[str, Any], options: dict[str, Settings], output: Output
    ) -> int:
        output, settings = sized_for_print(operation, inputs, output, settings)
        merged_settings = merged(operation.settings_type, output, settings)
        return run_request(operation, inputs, merged_settings, options, output)

    parameter = tuple(_method_parameter(operations, operation))
    return command_from(operation, run, also=parameter, method=_method(words))


def command_from(
    operation: Operation,
    run: Callable[[dict[str, Any], dict[str, Any], dict[str, Settings], Output], int],
    *,
    also: tuple[inspect.Parameter, ...] = (),
    optional: bool = False,
    method: str = "",
) -> Callable[..., int]:
    """A command with the inputs and options of an operation, as cyclopts takes it.

    Args:
        operation: whose they are.
        run: called with the inputs, the settings and the further options that were given, and the output.
        also: parameters that only choose what is shown.
        optional: whether no setting has to be given, and defaults are not shown.
        method: the value of --method; options that go with other methods alone are not shown.

    Returns:
        A function that cyclopts calls with what was given; it returns what `run` returns, the exit code.
    """

    def command(*given: Any, **options: Any) -> int:
        """Run what was asked for."""
        for each in also:
            options.pop(each.name, None)
        inputs = _inputs(operation, given, options)
        output: Output = _take(options, output_type(operation))
        further = {name: _take(options, kind) for name, kind in operation.option_types.items()}
        return run(inputs, options, further, output)

    parameters = [*map(_input_parameter, operation.inputs), *also]
    parameters += _parameters(operation.settings_type, _group_of, optional=optional, method=method)
    parameters += _parameters(output_type(operation), _output_group)
    for kind in operation.option_types.values():
        parameters += _parameters(kind, lambda name, field: ADVANCED)
    command.__signature__ = inspect.Signature(_in_order(parameters))  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    command.__doc__ = operation.help
    return command


def _in_order(parameters: Sequence[inspect.Parameter]) -> list[inspect.Parameter]:
    """Positional ones first, as Python's signatures want them."""
    return sorted(parameters, key=lambda each: each.kind)


def _method(words: Sequence[str]) -> str:
    """What the words say after --method, if anything."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "--method":
            return following
        if word.startswith("--method="):
            return word.removeprefix("--method=")
    return ""


def _refuse_other_methods(
    operations: Mapping[str, Operation], chosen: Operation, words: Sequence[str]
) -> None:
    """Refuse an option that another method of the command takes and this one does not, by its name."""
    asked = {word.partition("=")[0] for word in words if word.startswith("--")}
    known = {f"--{_flag(name)}" for name in chosen.settings_type.model_fields}
    for method, other in operations.items():
        for name in other.settings_type.model_fields:
            flag = f"--{_flag(name)}"
            if flag in asked and flag not in known:
                raise PareidoliaError(
                    f"{flag} goes with --method {method}: --method {chosen.method} does not take it"
                )


def _method_parameter(operations: Mapping[str, Operation], chosen: Operation) -> Iterator[inspect.Parameter]:
    if len(operations) > 1:
        ways = "; ".join(f"{method}: {each.line}" for method, each in operations.items())
        help = f"{ways} --help shows the options of the one that is given."
        kind = Literal[tuple(operations)]  # type: ignore[valid-type]
        option = Option(name="--method", help=help, group=_GROUPS[WHAT])
        yield inspect.Parameter("method", _KEYWORD, default=chosen.method, annotation=Annotated[kind, option])


def _input_parameter(stated: Input) -> inspect.Parameter:
    option = Option(help=stated.help, group=_GROUPS[WHAT])
    several = stated.many or stated.each
    if several and not stated.keyword:
        return inspect.Parameter(
            stated.name, inspect.Parameter.VAR_POSITIONAL, annotation=Annotated[str, option]
        )
    kind: Any = tuple[str, ...] if several else str
    if not stated.required and stated.default is None:
        kind = kind | None
    return inspect.Parameter(
        stated.name,
        _KEYWORD if stated.keyword else inspect.Parameter.POSITIONAL_ONLY,
        default=inspect.Parameter.empty if stated.required else stated.default,
        annotation=Annotated[kind, option],
    )


def _output_group(name: str, field: FieldInfo) -> str:
    return ADVANCED if name in ("config", "set", "index", "trust", "deterministic") else OUTPUT


def _group_of(name: str, field: FieldInfo) -> str:
    """The group of a settings field: the network's own, what the field names, else how the result looks."""
    if name in NetworkSettings.model_fields:
        return NETWORK
    return str(_extra(field).get("group", LOOKS))


def _parameters(
    kind: type[Settings],
    group_of: Callable[[str, FieldInfo], str],
    *,
    optional: bool = False,
    method: str = "",
) -> Iterator[inspect.Parameter]:
    """A keyword for every field of a settings class."""
    for name, field in kind.model_fields.items():
        owners = _extra(field).get("methods", ())
        shown = not method or not owners or method in owners
        yield _parameter(name, field, _GROUPS[group_of(name, field)], optional, shown)


def _extra(field: FieldInfo) -> dict[str, Any]:
    """What a field states beside its type and description: its group, the methods it goes with."""
    return dict(field.json_schema_extra) if isinstance(field.json_schema_extra, dict) else {}


def _parameter(name: str, field: FieldInfo, group: Group, optional: bool, shown: bool) -> inspect.Parameter:
    flag = field.annotation is bool
    option = Option(
        name=f"--{_flag(name)}",
        help=field.description,
        group=group,
        show=shown,
        show_default=None if field.default != "" else False,  # the description says what it is
        # A switch that is off cannot be put off.
        negative=() if flag and field.default is False else None,
    )
    kind: Any = field.annotation
    if optional:
        return inspect.Parameter(name, _KEYWORD, default=None, annotation=Annotated[kind | None, option])
    default = inspect.Parameter.empty if field.is_required() else field.default
    return inspect.Parameter(name, _KEYWORD, default=default, annotation=Annotated[kind, option])


def _flag(name: str) -> str:
    return {"as_json": "json"}.get(name, name.replace("_", "-"))


def _inputs(operation: Operation, given: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    """What was given, by the operation's names of its inputs; taken out of `options`."""
    inputs: dict[str, Any] = {}
    rest = list(given)
    for each in operation.inputs:
        if each.keyword:
            value = options.pop(each.name, each.default)
        elif each.many or each.each:
            value, rest = tuple(rest), []
            value = value[0] if each.each and len(value) == 1 else value
        else:
            value = rest.pop(0) if rest else each.default
        if value not in (None, ()):
            inputs[each.name] = value
    return inputs


def _take(options: dict[str, Any], kind: type[Settings]) -> Any:
    """A settings object of that class from its fields among `options`, which are taken out."""
    return kind.model_validate({name: options.pop(name) for name in kind.model_fields if name in options})
