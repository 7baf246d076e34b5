"""`Network`: a module, the preparation of pictures for it, and its layers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import torch
from torch import Tensor, nn

from pareidolia.networks.answers import class_scores
from pareidolia.networks.assumptions import assume, read_shape
from pareidolia.networks.classes import as_classes, class_index
from pareidolia.networks.compiled import unwrap_compiled
from pareidolia.networks.guarding import guarded
from pareidolia.networks.layers import Layer, trace, visible_modules
from pareidolia.networks.looking import Looking
from pareidolia.networks.mirror import mirror
from pareidolia.networks.padding import Padding, swap_padding
from pareidolia.networks.pooling import Pooling, swap_pooling
from pareidolia.networks.preparing import Preparation, Prepare, check_preparation
from pareidolia.networks.recording import record_layers
from pareidolia.networks.restoring import preserve_state
from pareidolia.networks.sliding import SlidingWindows
from pareidolia.networks.soundness import check_numbers, check_weights, refuse_lazy, refuse_scripted, widen
from pareidolia.settings import BadNetwork, BadPicture
from pareidolia.settings.default_networks import FOR_CLASSES


@dataclass(frozen=True)
class Look:
    """What one look at pictures found.

    Attributes:
        logits: N×K; None where the network gives no class scores.
        layers: its layers with their shapes for pictures of that size; their receptive fields are unknown.
    """

    logits: Tensor | None
    layers: dict[str, Layer]


class Network(Looking):
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
        one_size: whether it was made for pictures of `input_shape` alone, though its module may take others.

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
        one_size: bool = False,
    ) -> None:
        super().__init__(one_size)
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
                the channels of its first convolution, and the size that it states itself, else 224x224.
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
        other = self._twin()
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

        A network that takes one size only looks at pictures of others through windows, whose logits are
        averaged (`sliding.py`).

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
        output, windows = self._look(pictures, self.module, None)
        return self._joined(self._rows(output, pictures, windows), windows)

    def _rows(self, output: object, pictures: Tensor, windows: SlidingWindows | None) -> Tensor:
        """The logits in the module's output, a row for each picture or for each of its windows."""
        return class_scores(output, self.name, len(pictures) * (1 if windows is None else len(windows)))

    def _joined(self, rows: Tensor, windows: SlidingWindows | None) -> Tensor:
        """The logits of whole pictures; how many outputs there are is noted, and held against the names."""
        self._outputs = rows.shape[1]
        self._check_names()
        return rows if windows is None else windows.joined(rows)

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

    def look(self, pictures: Tensor, *, windows: bool = True) -> Look:
        """One forward pass without gradients that notes the class scores and the layers on the way.

        Args:
            pictures: N×C×H×W in [0, 1].
            windows: whether to look through windows where the module takes no such size (`sliding.py`); the
                layers then have the shapes that they have in one.

        Returns:
            What was found.

        Raises:
            BadPicture: the network cannot take such pictures.
        """
        self._preparation.check_range(pictures)
        through = None
        try:
            seen = self._run(pictures, lambda prepared: trace(self.module, prepared, fields=False))
            output, layers = seen.output, seen.layers
            self._keep((pictures.shape[2], pictures.shape[3]), layers)
        except BadPicture:
            if not windows:
                raise
            with preserve_state(self.module), torch.no_grad():
                (output, through), layers = self._look(pictures, self.module, None), self.layers
        try:
            rows = self._rows(output, pictures, through)
        except BadNetwork:
            return Look(None, layers)
        return Look(check_numbers(self._joined(rows, through), self.name), layers)

    def record(self, pictures: Tensor, layers: Iterable[str] | str) -> dict[str, Tensor]:
        """The activations of the named `layers`, or of one, on `pictures` (as in a call), by name, N first.

        Tokens and maps whose channels come last are laid out as maps N×C×h×w, without class tokens. The
        network runs no further than the deepest layer asked for. A layer called several times gives its last
        output, one with several outputs the first. Differentiable; no hook stays, also after an error.
        Raises UnknownName for a wrong layer, BadPicture for pictures that the network cannot take.
        """
        self._preparation.check_range(pictures)
        depth = frozenset([layers] if isinstance(layers, str) else layers)
        names = [layers] if isinstance(layers, str) else dict.fromkeys(layers)
        if not depth:
            return {}
        wanted = [self.layer(name) for name in names]
        given, windows = self._look(pictures, partial(self._recorded, wanted), depth)
        if windows is None:
            size = (pictures.shape[2], pictures.shape[3])
            return {name: self._laid_out(name, each, len(pictures), size) for name, each in given.items()}
        count = len(pictures) * len(windows)
        return {
            name: windows.joined(self._laid_out(name, each, count, windows.side))
            for name, each in given.items()
        }

    def _recorded(self, wanted: Sequence[Layer], prepared: Tensor) -> dict[str, Tensor]:
        return record_layers(lambda: self.module(prepared), self._modules, wanted)

    def _see(self, pictures: Tensor, depth: frozenset[str] | None) -> object:
        run = self.module if depth is None else partial(self._recorded, [self.layer(each) for each in depth])
        return self._run(pictures, run)

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
            BadNetwork: If there are no classes or no names, or not as many names as outputs.
        """
        text = str(name).strip()
        unnamed = self.class_names is None and not text.removeprefix("-").isdecimal()
        if self._outputs is None:
            try:
                with torch.no_grad():
                    self._scores(torch.full((1, *self.input_shape), 0.5))
            except BadNetwork as error:
                reason = f"{self.name} has no class names: it has no classes" if unnamed else error
                raise BadNetwork(f"{reason}; {FOR_CLASSES}") from error
        if unnamed:
            raise BadNetwork(f"{self.name} has no class names: give the number, or a file with --classes")
        self._check_names()
        names = self.class_names or [str(each) for each in range(self._outputs or 0)]
        return class_index(text, names)
