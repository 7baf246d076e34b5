"""Aims as people write them: `0.5*stage4.relu2:12 - stage3.relu2@middle + class:goldfish`.

Terms are joined by ` + ` and ` - ` (with spaces, since names may hold signs) and may be multiplied,
`0.5*TERM`. A term is one of

    layer, layer:channel, layer:channel@row,column, layer@middle         what a layer answers
    class:NAME                                                           the score of a class
    NAME, NAME:layer, NAME:layer:channel,option=value                    a registered objective
    file.py:function, package.module:function, and the same behind it    an objective of one's own
"""

import re
import sys

from pareidolia.networks import Network
from pareidolia.networks.sources.callables import find_callable
from pareidolia.painting.making import make_objective
from pareidolia.painting.objectives import OBJECTIVES, Activation, MakeObjective, Objective, Sum
from pareidolia.painting.terms import ClassScore
from pareidolia.settings import (
    BadNetwork,
    ClassName,
    PareidoliaError,
    Unit,
    UnknownName,
    check_channel,
    parse_address,
)

_SIGN = re.compile(r"\s+([+-])\s+")
_WEIGHTED = re.compile(
    r"(?P<sign>[+-]?)\s*(?:(?P<weight>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)\s*\*)?\s*(?P<term>.+)"
)
_OPTION = re.compile(r",(?=[A-Za-z][\w-]*=)")
_CODE = re.compile(r"(?P<home>.+?\.py|[A-Za-z_][\w.]*):(?P<function>[A-Za-z_]\w*)(?::(?P<address>.+))?")


Term = tuple[float, Unit | Objective]
"""A weight, and what it weighs; what is made large of a unit is for the operation to say."""


def read_objective(text: str, network: Network, seed: int = 0) -> Objective:
    """The objective that an aim means: painting makes as large as it can what the aim names.

    Of a layer, a channel or a position, the mean activation is meant.

    Args:
        text: the aim.
        network: has the layers and classes.
        seed: of an objective that draws at random.

    Returns:
        The objective.

    Raises:
        UnknownName: a layer, class or option that there is not.
        PareidoliaError: an aim that cannot be read, or an objective that cannot be made.
    """
    return Sum(
        tuple(
            (weight, Activation(str(aimed)) if isinstance(aimed, Unit) else aimed)
            for weight, aimed in read_terms(text, network, seed)
        )
    )


def read_terms(text: str, network: Network, seed: int = 0) -> list[Term]:
    """The terms of an aim; arguments and errors as for `read_objective`."""
    first, *others = _SIGN.split(text.strip())
    signed = [first, *(f"{sign}{term}" for sign, term in zip(others[::2], others[1::2], strict=True))]
    return [_term(term, text, network, seed) for term in signed]


def _term(text: str, whole: str, network: Network, seed: int) -> Term:
    match = _WEIGHTED.fullmatch(text)
    if match is None:
        raise PareidoliaError(
            f"'{whole}' is not an aim: write terms as 0.5*layer:channel, joined by ' + ' or ' - '"
        )
    weight = float(match["weight"] or 1) * (-1 if match["sign"] == "-" else 1)
    return weight, _aimed(match["term"].strip(), network, seed)


def _aimed(text: str, network: Network, seed: int) -> Unit | Objective:
    what, *options = _OPTION.split(text)
    name, _, address = what.partition(":")
    # Layers first: an objective registered tomorrow must not change what an aim means today.
    if name == "class" or name in network.layers:
        return _addressed(text, network)
    if name in OBJECTIVES:
        make = OBJECTIVES[name]
    elif code := _CODE.fullmatch(what):
        name, address = f"{code['home']}:{code['function']}", code["address"] or ""
        make = _own(code["home"], code["function"], network)
    elif not address or address[0].isdigit():
        return _addressed(text, network)
    else:
        raise UnknownName("objective", name, OBJECTIVES)
    unit = _unit(parse_address(address), network) if address else None
    given = dict(option.split("=", 1) for option in options)
    return make_objective(name, make, unit, given, network, seed)


def _own(home: str, function: str, network: Network) -> MakeObjective:
    """The function of a person's own module or file."""
    try:
        return find_callable(home, function)
    except BadNetwork as error:
        if home.endswith(".py") or home in sys.modules:
            raise PareidoliaError(str(error)) from error
        raise UnknownName("layer, objective or module", home, [*network.layers, *OBJECTIVES]) from error


def _addressed(text: str, network: Network) -> Unit | Objective:
    address = parse_address(text)
    if isinstance(address, ClassName):
        return ClassScore(network.class_index(address.name), address.name)
    return _unit(address, network)


def _unit(unit: Unit | ClassName, network: Network) -> Unit:
    """The unit, once it is known that the network has it."""
    if isinstance(unit, ClassName):
        raise PareidoliaError(f"'{unit}' is a class: an objective takes a layer, or a channel of one")
    channels = network.unit_shape(unit.layer)[0]
    if unit.channel is not None:
        check_channel(unit.channel, channels, unit.layer)
    return unit
