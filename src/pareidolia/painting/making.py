"""How an objective is made of what an aim says of it: its layer or unit, and its options."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pareidolia.networks import Network
from pareidolia.painting.objectives import MakeObjective, Objective
from pareidolia.settings import PareidoliaError, Unit, UnknownName

_FILLED_IN = ("layer", "unit", "network", "seed")

_Parameters = Mapping[str, inspect.Parameter]


def make_objective(
    name: str, make: MakeObjective, unit: Unit | None, options: Mapping[str, str], network: Network, seed: int
) -> Objective:
    """The objective that a function or class makes, registered or a user's own.

    Args:
        name: what the aim calls it.
        make: the function or class; see `objective` for its parameters.
        unit: what the aim names behind it, if anything.
        options: as written, by name; dashes stand for underscores.
        network, seed: handed on where there are parameters for them.

    Raises:
        UnknownName: an option that there is not.
        PareidoliaError: a layer is missing or too much, an option has a value of another kind, or it fails.
    """
    try:
        parameters = inspect.signature(make, eval_str=True).parameters
        given = {"network": network, "seed": seed}
        arguments: dict[str, Any] = {key: given[key] for key in given if key in parameters}
        arguments |= _place(name, parameters, unit)
        arguments |= dict(_read(name, parameters, options))
        made = make(**arguments)
    except PareidoliaError:
        raise
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise PareidoliaError(f"the objective {name} cannot be made: {reason}") from error
    if not isinstance(made, Objective):
        raise PareidoliaError(f"{name} gave {type(made).__name__}, not an Objective")
    return made


def _place(name: str, parameters: _Parameters, unit: Unit | None) -> dict[str, Any]:
    """The argument that says where, as far as there is one."""
    wanted = next((key for key in ("unit", "layer") if key in parameters), None)
    if unit is None:
        if wanted is not None and parameters[wanted].default is inspect.Parameter.empty:
            raise PareidoliaError(f"the objective {name} needs a layer: write {name}:LAYER")
        return {}
    if wanted is None:
        raise PareidoliaError(f"the objective {name} takes no layer: write {name} alone")
    if wanted == "unit":
        return {"unit": unit}
    if unit != Unit(unit.layer):
        raise PareidoliaError(f"the objective {name} takes a whole layer: write {name}:{unit.layer}")
    return {"layer": unit.layer}


def _read(name: str, parameters: _Parameters, options: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """The options as values of the parameters' types."""
    known = [key.replace("_", "-") for key in parameters if key not in _FILLED_IN]
    for key, text in options.items():
        if key.replace("_", "-") not in known:
            raise UnknownName(f"option of {name}", key, known)
        parameter = parameters[key.replace("-", "_")]
        kind = str if parameter.annotation is inspect.Parameter.empty else parameter.annotation
        try:
            yield parameter.name, TypeAdapter(kind).validate_python(text)
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise PareidoliaError(f"the objective {name} cannot take {key}={text}: {reason}") from error
