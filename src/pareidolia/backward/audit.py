"""Rectifiers hidden from the backward rules are refused: a rule is never replaced silently by the gradient.

TorchScript is read before the network runs; whatever else escaped the rules shows in autograd's graph.
"""

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import BackwardCFunction, Function
from torch.autograd.graph import Node

from pareidolia.settings import BadNetwork


class BackwardWarning(UserWarning):
    """A rule could not be applied somewhere, and the plain gradient was used there; the text says where."""


def warn(text: str) -> None:
    """Issue a BackwardWarning."""
    warnings.warn(text, BackwardWarning, stacklevel=2)


# Autograd's own node of a rectifier, and where its lower bound is kept if it has one.
_RECTIFIER_NODES = {
    "Relu": None,
    "LeakyRelu": None,
    "PreluKernel": None,
    "RreluWithNoise": None,
    "Elu": None,
    "Celu": None,
    "Selu": None,
    "Silu": None,
    "Gelu": None,
    "Mish": None,
    "Hardswish": None,
    "Softplus": None,
    "Threshold": "_saved_threshold",
    "Hardtanh": "_saved_min_val",
    "Clamp": "_saved_min",
    "ClampMin": "_saved_min",
}
_NO_RECTIFIERS = frozenset({"Tanh", "Sigmoid", "Hardsigmoid", "Softmax", "LogSigmoid", "Softshrink"})
_OPAQUE = ("DifferentiableGraph", "CompiledFunction", "torch::jit")
_SCRIPTED_RECTIFIERS = (
    "relu",
    "elu",
    "celu",
    "silu",
    "gelu",
    "mish",
    "hardswish",
    "hardtanh",
    "threshold",
    "clamp",
)
_REWRITE = "run it eagerly (as plain Python) or use the gradient"


def refuse_scripted(module: nn.Module) -> None:
    """Refuse modules with scripted or traced parts that hold a rectifier.

    Args:
        module: the network.

    Raises:
        BadNetwork: If there is such a part; the error names each.
    """
    scripted = [
        name or type(module).__name__
        for name, part in module.named_modules()
        if isinstance(part, torch.jit.ScriptModule) and _script_rectifies(part)
    ]
    outermost = [name for name in scripted if not any(name.startswith(f"{other}.") for other in scripted)]
    if outermost:
        raise BadNetwork(
            f"{', '.join(outermost)}: TorchScript hides its rectifiers from the backward rules; {_REWRITE}"
        )


def _script_rectifies(part: torch.jit.ScriptModule) -> bool:
    # The inlined graph holds the code of everything below; a container without a forward has none.
    graph = getattr(part, "inlined_graph", None)
    if graph is None:
        return False
    kinds = {node.kind().removeprefix("aten::").rstrip("_") for node in _script_nodes(graph)}
    return any(word in kind for kind in kinds for word in _SCRIPTED_RECTIFIERS)


def _script_nodes(block: Any) -> Iterator[Any]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _script_nodes(inner)


def refuse_unseen(outputs: Iterable[Tensor], *, seen: tuple[type[Function], ...]) -> None:
    """Refuse a graph that holds a rectifier which no rule has replaced.

    Such rectifiers come from TorchScript functions, compiled code and C++. The user's own autograd functions
    keep their backward pass and are named in a BackwardWarning.

    Args:
        outputs: what the backward pass starts from.
        seen: the rules' own autograd functions.

    Raises:
        BadNetwork: If autograd's graph of `outputs` holds such a rectifier.
    """
    kinds = set()
    for node in _nodes(outputs):
        name = node.name()
        kinds.add(operation_of(node))
        if isinstance(node, BackwardCFunction):
            _warn_of_custom_function(node)
        elif any(word in name for word in _OPAQUE):
            raise BadNetwork(f"a scripted or compiled part ({name}) hides its rectifiers; {_REWRITE}")
        elif _is_rectifier_node(node):
            raise BadNetwork(
                f"{operation_of(node)} ran where the backward rules cannot see it: in scripted, "
                f"compiled or C++ code; {_REWRITE}"
            )

    if kinds.isdisjoint(function.__name__ for function in seen) and (others := kinds & _NO_RECTIFIERS):
        warn(f"the rule met no rectifier, only {', '.join(sorted(others))}: this is the plain gradient")


def _nodes(outputs: Iterable[Tensor]) -> Iterator[Node]:
    waiting = [output.grad_fn for output in outputs if output.grad_fn is not None]
    met = set(waiting)
    while waiting:
        node = waiting.pop()
        yield node
        for parent, _ in node.next_functions:
            if parent is not None and parent not in met:
                met.add(parent)
                waiting.append(parent)


def operation_of(node: Node) -> str:
    """The operation that a node of autograd's graph differentiates: `Relu` for `ReluBackward0`."""
    return node.name().rstrip("0123456789").removesuffix("Backward")


def _is_rectifier_node(node: Node) -> bool:
    kind = operation_of(node)
    if kind not in _RECTIFIER_NODES:
        return False
    bound = _RECTIFIER_NODES[kind]
    return bound is None or getattr(node, bound, None) == 0


def _warn_of_custom_function(node: Any) -> None:
    function = getattr(node, "_forward_cls", None)
    if function is None or function.__module__.startswith(("torch.", "pareidolia.")):
        return
    warn(f"the autograd function {function.__qualname__} keeps the backward pass it was written with")
