"""The layers of a network: found by running it once and watching its modules."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from pareidolia.networks.fields import Propagation, ReceptiveField, tensors_in
from pareidolia.networks.layouts import MapLayout, PlaceTracking, layout_of, like_tokens
from pareidolia.networks.restoring import preserve_state


@dataclass(frozen=True)
class Layer:
    """A module that takes part in the network's output.

    Attributes:
        name: its dotted module name.
        kind: its class.
        shape: of what is recorded of it, without the batch (C, H, W for feature maps, in whatever order the
            module gives them), for a picture of the network's input shape.
        receptive_field: None if every position sees the whole picture, or if the field cannot be determined.
        calls: how often one forward pass calls it (a recording keeps the last output).
        finish: layers in rising `finish` end their last call one after the other.
        layout: how its output is laid out as maps; None where it has no rows and columns.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    receptive_field: ReceptiveField | None
    calls: int
    finish: int
    layout: MapLayout | None = field(default=None, compare=False, repr=False)

    @property
    def form(self) -> str:
        """How the module itself gives its maps: "maps", "channels last" or "tokens"; "" where it has none."""
        return "" if self.layout is None else self.layout.form


def is_map(shape: tuple[int, ...], input_shape: tuple[int, ...]) -> bool:
    """Whether a layer's output is C×h×w, with h:w as in the picture C×H×W that the network was made for."""
    return len(shape) == 3 and _alike(shape[1:], input_shape[1:])


def _alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two heights and widths have the same proportions, to a pixel of the larger one."""
    return abs(one[0] * other[1] - one[1] * other[0]) <= max(other)


@dataclass(frozen=True)
class Trace:
    """One run of a module: what it gave, and its layers in the order of their first call."""

    output: object
    layers: dict[str, Layer]


def trace(module: nn.Module, pictures: Tensor, *, fields: bool = True) -> Trace:
    """Run `module` once on normalized `pictures` (1×C×H×W) and note its layers.

    Modules that are not called, give no tensor, or are scripted (no hook can watch these) are no layers, and
    with a scripted module inside no receptive field can be told. The module is left untouched; what it raises
    is passed on.

    Args:
        module: what runs.
        pictures: what it sees.
        fields: whether receptive fields are followed, which makes the run slower.

    Returns:
        What it gave, and its layers.
    """
    watch = _Watch(pictures, blind=not fields or any(scripted_modules(module)))
    with (
        preserve_state(module),
        torch.no_grad(),
        torch.random.fork_rng(enabled=pictures.device.type == "cpu", devices=[]),
    ):
        for name, each in visible_modules(module):
            watch.over(name, each)
        with watch.propagation if fields else nullcontext(), watch.places:
            output = module(pictures)
    return Trace(output, {name: watch.found[name] for name in watch.called if name in watch.found})


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
    """A module's output, or the first tensor in it if there are several."""
    return next(tensors_in(output), None)


class _Watch:
    """Hooks that note each call of a module and its output."""

    def __init__(self, pictures: Tensor, *, blind: bool) -> None:
        self.propagation, self.places = Propagation(pictures), PlaceTracking(pictures)
        self._blind = blind
        self.called: dict[str, None] = {}
        self.found: dict[str, Layer] = {}
        self._finished = 0
        self._tokens: list[MapLayout] = []

    def over(self, name: str, module: nn.Module) -> None:
        module.register_forward_pre_hook(lambda *_: self.called.setdefault(name))
        module.register_forward_hook(lambda each, _, output: self._note(name, each, output))

    def _note(self, name: str, module: nn.Module, output: object) -> None:
        tensor = first_tensor(output)
        if tensor is None:
            return
        self._finished += 1
        calls = self.found[name].calls if name in self.found else 0
        layout = self._layout(tensor)
        self.found[name] = Layer(
            name,
            type(module).__name__,
            tuple(tensor.shape[1:]) if layout is None else layout.shape,
            None if self._blind else self.propagation.field(tensor),
            calls + 1,
            self._finished,
            layout,
        )

    def _layout(self, tensor: Tensor) -> MapLayout | None:
        """The layout of a layer's output; tokens whose way was lost lie as others of the same number do."""
        found = layout_of(tensor.shape, self.places.of(tensor))
        if found is not None:
            if found.form == "tokens" and found.places == (1,):
                self._tokens.append(found)
            return found
        known = (like_tokens(tensor.shape, each) for each in reversed(self._tokens))
        return next((each for each in known if each is not None), None)
