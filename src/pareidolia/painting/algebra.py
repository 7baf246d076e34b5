"""The algebra of objectives as text: `stage4.relu2:12 - 0.5*stage4.relu2:40 + class:goldfish`."""

import re

from pareidolia.networks import Network
from pareidolia.painting.objectives import Activation, Objective, Sum
from pareidolia.painting.terms import ClassScore, MiddleActivation
from pareidolia.settings import ClassName, PareidoliaError, parse_address

_SIGN = re.compile(r"\s+([+-])\s+")
_WEIGHTED = re.compile(
    r"(?P<sign>[+-]?)\s*(?:(?P<weight>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)\s*\*)?\s*(?P<address>.+)"
)
_MIDDLE = "@middle"


def read_objective(text: str, network: Network) -> Objective:
    """Read an objective from text; painting makes it as large as it can.

    Terms are joined by ` + ` and ` - ` (with spaces, since names may hold signs), and may be multiplied,
    `0.5*TERM`. A term is an address: `layer`, `layer:channel`, `layer:channel@row,column`,
    `layer:channel@middle`, or `class:NAME`. It stands for the mean activation of what it names.

    Args:
        text: the objective.
        network: has the layers and classes.

    Returns:
        The objective.

    Raises:
        UnknownName: If there is no such layer or class.
        PareidoliaError: If the text cannot be read.
    """
    first, *others = _SIGN.split(text.strip())
    signed = [first, *(f"{sign}{term}" for sign, term in zip(others[::2], others[1::2], strict=True))]
    return Sum(tuple(_term(term, text, network) for term in signed))


def _term(text: str, whole: str, network: Network) -> tuple[float, Objective]:
    match = _WEIGHTED.fullmatch(text)
    if match is None:
        raise PareidoliaError(
            f"'{whole}' is not an aim: write terms as 0.5*layer:channel, joined by ' + ' or ' - '"
        )
    weight = float(match["weight"] or 1) * (-1 if match["sign"] == "-" else 1)
    return weight, _named(match["address"].strip(), network)


def _named(address: str, network: Network) -> Objective:
    middle = address.endswith(_MIDDLE)
    name = address.removesuffix(_MIDDLE)
    parsed = parse_address(name)
    if isinstance(parsed, ClassName):
        index = network.class_index(parsed.name)
        return ClassScore(index, parsed.name)
    shape = network.unit_shape(parsed.layer)
    if parsed.channel is not None and parsed.channel >= shape[0]:
        raise PareidoliaError(f"{parsed.layer} has channels 0 to {shape[0] - 1}, not {parsed}")
    return MiddleActivation(name) if middle else Activation(name)
