"""`Network`: a module, the preparation of pictures for it, and its layers."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pareidolia.networks.answers import class_scores
from pareidolia.networks.assumptions import assume, read_shape
from pareidolia.networks.classes import as_classes, class_index
from pareidolia.networks.compiled import unwrap_compiled
from pareidolia.networks.guarding import guarded
from pareidolia.networks.layered import Layered
from pareidolia.networks.layers import (
    Layer,
    trace,
    visible_modules,
)
from pareidolia.networks.mirror import mirror
from pareidolia.networks.padding import Padding, swap_padding
from pareidolia.networks.pooling import Pooling, swap_pooling
from pareidolia.networks.preparing import Preparation, Prepare, check_preparation
from pareidolia.networks.recording import record_layers
from pareidolia.networks.restoring import preserve_state
from pareidolia.networks.soundness import check_numbers, check_weights, refuse_lazy, refuse_scripted, widen
from pareidolia.settings import BadNetwork, BadPicture


@dataclass(frozen=True)
class Look:
    """What one look at pictures found.

    Attributes:
        logits: N×K; None where the network gives no class scores.
        layers: its layers with their shapes for pictures of that size; their receptive fields are unknown.
    """

    logits: Tensor | None
    layers: dict[str, Layer]


class Network(Layered):
    """A network that looks at pictures in [0, 1].

    The constructor takes the module over: it is put into evaluation mode and onto `device`, half precision is
    widened to float32, and compiled parts of it are unwrapped, as hooks and backward rules do not reach into
    compiled code. `Network.of` leaves a module as it is.

    Args:
        name: what errors and records call it.
        module: what is called with the prepared pictures.
        mean: one number a channel, subtracted from the pictures.
        std: one number a channel, by which they are then divided.
        input_shape: channels, height and width of the pictures that the network was made for, and at which
            `layers` gives shapes.
        class_names: the classes in the order of the outputs.
        device: where to compute.
        prepare: a preparation of the user's own instead of `mean` and `std`; see `Network.of`.
        assumed: in words, what of all this was assumed.
        credit: whose weights these are, in a sentence, where they must be credited.

    Raises:
        BadNetwork: the module is scripted, its weights are NaN, infinite or not there, or the numbers do not
            fit the channels.
    """

    def __init__(
        self,
        name: str,
        module: nn.Module,
        *,
        mean: tuple[float, ...],
        std: tuple[float, ...],
        input_shape: tuple[int, int, int],
        class_names: tuple[str, ...] | None = None,
        device: torch.device | str = "cpu",
        prepare: Prepare | None = None,
        assumed: Sequence[str] = (),
        credit: str = "",
    ) -> None:
        module = unwrap_compiled(module)
        refuse_scripted(module, name)
        self._preparation = Preparation(name, input_shape, mean, std, prepare)
        check_weights(module, name)
        widen(module)
        self.name = name
        self.device = torch.device(device)
        with guarded(f"{name} cannot be put on {self.device} for evaluation: {{reason}}"):
            self.module = module.eval().to(self.device)
        self.mean, self.std, self.input_shape = mean, std, input_shape
        self.class_names = class_names
        self.assumed, self.credit = tuple(assumed), credit
        self._outputs: int | None = None

    @classmethod
    def of(
        cls,
        module: nn.Module,
        *,
        mean: Sequence[float] | None = None,
        std: Sequence[float] | None = None,
        input_shape: tuple[int, int, int] | str | None = None,
        classes: Sequence[str] | Path | str | None = None,
        prepare: Prepare | None = None,
        name: str | None = None,
    ) -> "Network":
        """A network around a module of your own, which is left as it was.

        Training mode, device, `requires_grad` and hooks of `module` stay; the network looks through a mirror
        of it that shares its weights (`mirror.py`), so weights that are trained further change in it too.
        What is not given is assumed as for a factory (`assumptions.py`), and the repr says what that was.

        Args:
            module: takes prepared pictures N×C×H×W; gives class scores N×K where it has classes.
            mean: one number a channel that is subtracted; default ImageNet's for three channels, else 0.
            std: one number a channel that is divided by; default ImageNet's for three channels, else 1.
            input_shape: channels, height, width of the pictures it was made for, also as "3x224x224"; default
                the channels of its first convolution at 224x224.
            classes: the names of the classes in the order of the outputs, or a text file with one a line.
            prepare: called with pictures N×C×H×W in [0, 1] in place of mean and std, such as torchvision's
                `weights.transforms()`. It may resize and crop, and must be differentiable.
            name: what errors and records call it; default the module's class.

        Returns:
            The network, on the module's device.

        Raises:
            BadNetwork: it is no module, a scripted one, or what is given does not fit it.
        """
        if not isinstance(module, nn.Module):
            raise BadNetwork(f"module={type(module).__name__} is not a network: give a torch.nn.Module")
        name = name or type(getattr(module, "_orig_mod", module)).__name__
        refuse_scripted(module, name)
        refuse_lazy(module, name)
        if prepare is not None and (mean is not None or std is not None):
            raise BadNetwork("give either prepare= or mean= and std=, not both")
        shape = read_shape(input_shape) if isinstance(input_shape, str) else input_shape
        found = assume(module, mean=mean, std=std, input_shape=shape)
        if prepare is not None:
            check_preparation(prepare, found.input_shape, name)
        return cls(
            name,
            mirror(module),
            mean=found.mean,
            std=found.std,
            input_shape=found.input_shape,
            class_names=as_classes(classes),
            device=next((each.device for each in module.parameters()), "cpu"),
            prepare=prepare,
            assumed=found.assumed if prepare is None else found.assumed[1:],
        )

    def variant(self, pooling: Pooling = "max", padding: Padding = "zeros") -> "Network":
        """Change pooling and padding in a copy that shares the weights; this network stays as it was.

        Args:
            pooling: see `pooling.py`.
            padding: see `padding.py`.

        Returns:
            The copy, or this network if both stay as they are.

        Raises:
            BadNetwork: As `swap_pooling` raises it.
        """
        if pooling == "max" and padding == "zeros":
            return self
        module = mirror(self.module)
        swap_pooling(module, pooling, self.name)
        swap_padding(module, padding)
        other = copy.copy(self)
        for cached in ("layers", "_modules", "_style_and_content"):
            vars(other).pop(cached, None)
        other.module = module
        return other

    def __repr__(self) -> str:
        assumed = f"; assumed: {', '.join(self.assumed)}" if self.assumed else ""
        return f"Network({self.name!r}, {self.preparation}, on {self.device}{assumed})"

    @property
    def preparation(self) -> str:
        """In words: the pictures that the network takes, and how they are normalised."""
        return str(self._preparation)

    def __call__(self, pictures: Tensor) -> Tensor:
        """The logits of pictures; differentiable.

        Args:
            pictures: N×3×H×W or N×1×H×W in [0, 1].

        Returns:
            N×K.

        Raises:
            BadPicture: If the network cannot take these pictures.
            BadNetwork: If it returns no class scores.
            PareidoliaError: If they are NaN.
        """
        return check_numbers(self._scores(pictures), self.name)

    def _scores(self, pictures: Tensor) -> Tensor:
        """The logits, which may be NaN: a network that divides by a picture's contrast may be shown grey."""
        self._preparation.check_range(pictures)
        logits = class_scores(self._run(pictures), self.name)
        self._outputs = logits.shape[1]
        self._check_names()
        return logits

    def prepare(self, pictures: Tensor) -> Tensor:
        """`pictures` in [0, 1] as the module takes them: its device and channels, normalised; a copy."""
        weight = next(self.module.parameters(), torch.empty(0))
        return self._preparation(pictures, self.device, weight.dtype)

    def _check_names(self) -> None:
        """Refuse class names that are not as many as the outputs, once these are known."""
        if self.class_names is not None and self._outputs not in (None, len(self.class_names)):
            given = len(self.class_names)
            raise BadNetwork(
                f"{given} class name{'s were' if given != 1 else ' was'} given, "
                f"{self.name} gives {self._outputs} outputs: name each, in their order"
            )

    def accepts(self, size: tuple[int, int], layers: Iterable[str] | None = None) -> bool:
        """Whether the network can look at pictures of `size` (rows, columns): it is shown a grey one.

        Args:
            size: in pixels.
            layers: how far it is to look: to the deepest of these layers; None for its class scores.

        Returns:
            False where it cannot.
        """
        gray = torch.full((1, self.input_shape[0], *size), 0.5)
        try:
            with preserve_state(self.module), torch.no_grad():
                if layers is None:
                    self._scores(gray)
                else:
                    self.record(gray, layers)
        except BadPicture:
            return False
        return True

    def backward(self, outputs: Tensor, signal: Tensor | None = None, *, retain_graph: bool = False) -> None:
        """Send `signal` from `outputs` of this network back to the leaves of the graph; fills their `.grad`.

        The one way back through a network.

        Args:
            outputs: what the network gave, or what was computed of it.
            signal: of the same shape; None sends 1, where `outputs` is one number.
            retain_graph: whether another signal is to be sent through the same graph.

        Raises:
            BadNetwork: nothing comes back, as after `torch.no_grad()` or `detach()`, or the module's own
                backward pass fails.
        """
        self.check_gradient(outputs)
        with guarded(f"the gradient of {self.name} cannot be computed: {{reason}}"):
            # Not autograd.grad, which reentrant checkpointing refuses.
            torch.autograd.backward(outputs, signal, retain_graph=retain_graph)

    def check_gradient(self, outputs: Tensor) -> None:
        """Raise BadNetwork where no gradient comes back from `outputs` of this network to the pictures."""
        if not outputs.requires_grad:
            raise BadNetwork(
                f"no gradient of {self.name} reaches the pixels: something in it detaches, "
                "e.g. torch.no_grad() or detach()"
            )

    def look(self, pictures: Tensor) -> Look:
        """One forward pass without gradients that notes the class scores and the layers on the way.

        Args:
            pictures: N×C×H×W in [0, 1].

        Returns:
            What was found.

        Raises:
            BadPicture: the network cannot take such pictures.
        """
        self._preparation.check_range(pictures)
        seen = self._run(pictures, lambda prepared: trace(self.module, prepared, fields=False))
        try:
            logits = class_scores(seen.output, self.name)
        except BadNetwork:
            return Look(None, seen.layers)
        check_numbers(logits, self.name)
        self._outputs = logits.shape[1]
        self._check_names()
        return Look(logits, seen.layers)

    def _run(self, pictures: Tensor, run: Callable[[Tensor], Any] | None = None) -> Any:
        """What `run`, or else the module, gives for the pictures as it takes them."""
        prepared = self.prepare(pictures)
        height, width = pictures.shape[2:]
        if (height, width) == self.input_shape[1:]:
            guard = guarded(f"{self.name} fails on a picture of {width}x{height}: {{reason}}")
        else:
            guard = guarded(
                f"{self.name}, made for {self.input_shape[2]}x{self.input_shape[1]} pixels, cannot look at "
                f"a picture of {width}x{height}: {{reason}}",
                BadPicture,
            )
        with guard:
            return (run or self.module)(prepared)

    def record(self, pictures: Tensor, layers: Iterable[str] | str) -> dict[str, Tensor]:
        """The activations of the named `layers`, or of one, on `pictures` (as in a call), by name, N first.

        The network runs no further than the deepest layer asked for. A layer called several times gives its
        last output, one with several outputs the first. Differentiable; no hook stays, also after an error.
        Raises UnknownName for a wrong layer, BadPicture for pictures that the network cannot take.
        """
        names = [layers] if isinstance(layers, str) else dict.fromkeys(layers)
        wanted = [self.layer(name) for name in names]
        if not wanted:
            return {}
        self._preparation.check_range(pictures)
        return record_layers(partial(self._run, pictures), self._modules, wanted)

    @cached_property
    def _modules(self) -> Mapping[str, nn.Module]:
        return dict(visible_modules(self.module))

    def class_index(self, name: str | int) -> int:
        """Find a class.

        Args:
            name: a number, a name in any letter case, or a part that only one name has.

        Returns:
            The number of the output.

        Raises:
            UnknownName: If no class has such a name or number.
            PareidoliaError: If several classes fit.
            BadNetwork: If there are no names, or not as many as outputs.
        """
        text = str(name).strip()
        if self.class_names is None and not text.removeprefix("-").isdecimal():
            raise BadNetwork(f"{self.name} has no class names: give the number, or a file with --classes")
        if self._outputs is None:
            with torch.no_grad():
                self._scores(torch.full((1, *self.input_shape), 0.5))
        self._check_names()
        return class_index(text, self.class_names or [str(each) for each in range(self._outputs or 0)])
