"""The layers of a network: found by running it once and watching its modules."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pareidolia.networks.fields import Propagation, ReceptiveField, tensors_in
from pareidolia.networks.restoring import preserve_state


@dataclass(frozen=True)
class Layer:
    """A module that takes part in the network's answer.

    `name` is its dotted module name, `kind` its class, `shape` that of its output without the batch (C, H, W
    for feature maps) for a picture of the network's input shape. `receptive_field` is None where every
    position sees the whole picture, or where what it sees cannot be told. `calls` counts how often one run
    calls it (a recording keeps the last); layers in rising `finish` end their last call one after the other.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    receptive_field: ReceptiveField | None
    calls: int
    finish: int


def trace_layers(module: nn.Module, pictures: Tensor) -> dict[str, Layer]:
    """The layers of `module` in the order of their first call, by one run on normalised `pictures` (1×C×H×W).

    Modules that are not called, give no tensor, or are scripted (no hook can watch these) are no layers, and
    with a scripted module inside no receptive field can be told. The module is left untouched; what it raises
    is passed on.
    """
    watch = _Watch(pictures, blind=any(scripted_modules(module)))
    with (
        preserve_state(module),
        torch.no_grad(),
        torch.random.fork_rng(enabled=pictures.device.type == "cpu", devices=[]),
    ):
        for name, each in visible_modules(module):
            watch.over(name, each)
        with watch.propagation:
            module(pictures)
    return {name: watch.found[name] for name in watch.called if name in watch.found}


def visible_modules(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """The modules below `module` by dotted name, without scripted ones."""
    for name, each in module.named_modules():
        if name and not isinstance(each, torch.jit.ScriptModule):
            yield name, each


def scripted_modules(module: nn.Module) -> Iterator[str]:
    """The names of the scripted modules below `module`."""
    for name, each in module.named_modules():
        if isinstance(each, torch.jit.ScriptModule):
            yield name


def first_tensor(output: object) -> Tensor | None:
    """A module's output, or the first tensor in it where it gives several."""
    return next(tensors_in(output), None)


class _Watch:
    """Hooks that note each call of a module and what came out."""

    def __init__(self, pictures: Tensor, *, blind: bool) -> None:
        self.propagation = Propagation(pictures)
        self._blind = blind
        self.called: dict[str, None] = {}
        self.found: dict[str, Layer] = {}
        self._finished = 0

    def over(self, name: str, module: nn.Module) -> None:
        module.register_forward_pre_hook(lambda *_: self.called.setdefault(name))
        module.register_forward_hook(lambda each, _, output: self._note(name, each, output))

    def _note(self, name: str, module: nn.Module, output: object) -> None:
        tensor = first_tensor(output)
        if tensor is None:
            return
        self._finished += 1
        calls = self.found[name].calls if name in self.found else 0
        self.found[name] = Layer(
            name,
            type(module).__name__,
            tuple(tensor.shape[1:]),
            None if self._blind else self.propagation.field(tensor),
            calls + 1,
            self._finished,
        )
