"""`Network`: a module, the preparation of pictures for it, and its layers."""

import copy
import html
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path

import torch
from rich.table import Table
from torch import Tensor, nn

from pareidolia.networks.assumptions import assume, read_shape
from pareidolia.networks.classes import as_classes, class_index
from pareidolia.networks.compiled import unwrap_compiled
from pareidolia.networks.layers import Layer, scripted_modules, trace_layers, visible_modules
from pareidolia.networks.mirror import mirror
from pareidolia.networks.padding import Padding, swap_padding
from pareidolia.networks.pooling import Pooling, swap_pooling
from pareidolia.networks.preparing import Prepare, check_preparation, described, prepare_with
from pareidolia.networks.recording import record_layers
from pareidolia.networks.style_layers import choose_style_layers
from pareidolia.networks.tables import html_table, rich_table
from pareidolia.pictures.accepting import check_range
from pareidolia.pictures.color import luminance
from pareidolia.settings import BadNetwork, BadPicture, UnknownName, one_line

# Resizing and quantising may leave [0, 1] by a little; normalizing leaves it by far.
_SLACK = 0.1


class Network:
    """A network that looks at pictures in [0, 1].

    The constructor takes the module over: it is put into evaluation mode and onto `device`, and compiled
    parts of it are unwrapped, as hooks and backward rules do not reach into compiled code. `Network.of`
    leaves a module as it is.

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

    Raises:
        BadNetwork: the module is scripted, or the numbers do not fit the channels.
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
    ) -> None:
        module = unwrap_compiled(module)
        _refuse_scripted(module, name)
        channels = input_shape[0]
        for what, numbers in (("mean", mean), ("std", std)):
            if len(numbers) != channels:
                raise BadNetwork(
                    f"{name} takes {channels} channels, but the {what} has {len(numbers)} numbers"
                )
        if not all(std):
            raise BadNetwork(f"the std of {name} must not be zero")
        self.name = name
        self.device = torch.device(device)
        self.module = module.eval().to(self.device)
        self.mean, self.std, self.input_shape = mean, std, input_shape
        self.class_names = class_names
        self.assumed = tuple(assumed)
        self._prepare = prepare
        self._outputs: int | None = None
        self._mean, self._std = (
            torch.tensor(numbers, device=self.device).view(1, channels, 1, 1) for numbers in (mean, std)
        )

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

        Raises:
            BadNetwork: it is no module, a scripted one, or what is given does not fit it.
        """
        if not isinstance(module, nn.Module):
            raise BadNetwork(f"module={type(module).__name__} is not a network: give a torch.nn.Module")
        name = name or type(getattr(module, "_orig_mod", module)).__name__
        _refuse_scripted(module, name)
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
        """This network with other pooling and padding; itself where both are left as they are.

        Shares the weights; this network stays as it was. Raises BadNetwork as `swap_pooling` does.
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

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{html_table(self.layers.values())}"

    def table(self) -> Table:
        """The layers with their kinds, shapes and receptive fields, as a table that rich prints."""
        return rich_table(self.layers.values())

    @property
    def preparation(self) -> str:
        """In words: the pictures that the network takes, and how they are normalised."""
        size = "x".join(str(length) for length in self.input_shape)
        if self._prepare is not None:
            return f"{size}, prepared by {described(self._prepare)}"
        mean, std = (" ".join(f"{number:g}" for number in numbers) for numbers in (self.mean, self.std))
        gray = ", luminance of colour" if self.input_shape[0] == 1 else ""
        return f"{size}{gray}, mean {mean}, std {std}"

    def __call__(self, pictures: Tensor) -> Tensor:
        """The logits, N×K, of `pictures` (N×3×H×W or N×1×H×W in [0, 1]); differentiable.

        Raises BadPicture for pictures that the network cannot take, BadNetwork if it gives no class scores.
        """
        self._check_range(pictures)
        logits = _logits(self._run(pictures), self.name)
        self._outputs = logits.shape[1]
        self._check_names()
        return logits

    def prepare(self, pictures: Tensor) -> Tensor:
        """`pictures` in [0, 1] as the module takes them: its device and channels, normalised; a copy."""
        if pictures.ndim != 4 or not pictures.is_floating_point():
            raise BadPicture(
                f"{self.name} takes pictures N×C×H×W of floating-point numbers in [0, 1], "
                f"not {'×'.join(map(str, pictures.shape))} of {str(pictures.dtype).removeprefix('torch.')}"
            )
        weight = next(self.module.parameters(), self._mean)
        pictures = self._with_channels(pictures.to(device=self.device, dtype=weight.dtype))
        if self._prepare is not None:
            return prepare_with(self._prepare, pictures, self.name)
        return (pictures - self._mean.to(pictures.dtype)) / self._std.to(pictures.dtype)

    def _check_range(self, pictures: Tensor) -> None:
        """Refuse pictures out of [0, 1], as those are that were normalized already.

        Those that gradients are asked of are let through: they are a canvas, which may leave the range for
        a while, and looking at its values at every step would cost time.
        """
        if not pictures.requires_grad and pictures.is_floating_point():
            check_range(pictures, f"the pictures for {self.name}", slack=_SLACK)

    def _check_names(self) -> None:
        """Refuse class names that are not as many as the outputs, once these are known."""
        if self.class_names is not None and self._outputs not in (None, len(self.class_names)):
            given = len(self.class_names)
            raise BadNetwork(
                f"{given} class name{'s were' if given != 1 else ' was'} given, "
                f"{self.name} gives {self._outputs} outputs: name each, in their order"
            )

    def _with_channels(self, pictures: Tensor) -> Tensor:
        given, wanted = pictures.shape[1], self.input_shape[0]
        if given == wanted:
            return pictures
        if (given, wanted) == (1, 3):
            return pictures.expand(-1, 3, -1, -1)
        if (given, wanted) == (3, 1):
            return luminance(pictures)
        raise BadPicture(f"{self.name} takes pictures of {wanted} channels, not {given}")

    def _run(self, pictures: Tensor) -> object:
        try:
            return self.module(self.prepare(pictures))
        except torch.OutOfMemoryError:
            raise
        except (RuntimeError, ValueError, AssertionError) as error:
            if tuple(pictures.shape[2:]) == self.input_shape[1:]:
                raise
            height, width = pictures.shape[2:]
            raise BadPicture(
                f"{self.name}, made for {self.input_shape[2]}x{self.input_shape[1]} pixels, cannot look at "
                f"a picture of {width}x{height}: {one_line(error)}"
            ) from error

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """The layers by dotted name, in the order of their first call; found by one run at `input_shape`.

        Raises BadNetwork where the module cannot take a picture of that shape.
        """
        pictures = torch.full((1, *self.input_shape), 0.5)
        try:
            return trace_layers(self.module, self.prepare(pictures))
        except Exception as error:
            shape = "x".join(str(length) for length in self.input_shape)
            raise BadNetwork(
                f"{self.name} cannot look at a {shape} picture ({one_line(error)}); "
                "say what it takes with --input CxHxW"
            ) from error

    def layer(self, name: str) -> Layer:
        """The layer called `name`; UnknownName with the nearest names where there is none."""
        if name in self.layers:
            return self.layers[name]
        for scripted in scripted_modules(self.module):
            if f"{name}.".startswith(f"{scripted}."):
                raise BadNetwork(f"{scripted} of {self.name} is a scripted module, which cannot be recorded")
        raise UnknownName("layer", name, self.layers)

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
        self._check_range(pictures)
        return record_layers(partial(self._run, pictures), self._modules, wanted)

    @cached_property
    def _modules(self) -> Mapping[str, nn.Module]:
        return dict(visible_modules(self.module))

    @property
    def style_layers(self) -> tuple[str, ...]:
        """Up to five layers that show style, from fine to coarse; see `choose_style_layers` for the rule."""
        return self._style_and_content[0]

    @property
    def content_layer(self) -> str:
        """The layer that shows content; BadNetwork where no layer is a feature map."""
        content = self._style_and_content[1]
        if content is None:
            raise BadNetwork(f"no layer of {self.name} is a feature map of rows and columns")
        return content

    @cached_property
    def _style_and_content(self) -> tuple[tuple[str, ...], str | None]:
        return choose_style_layers(self.module, self.layers, self.input_shape)

    def class_index(self, name: str | int) -> int:
        """The class that `name` means: a number, a name in any letter case, or a part that only one name has.

        Raises UnknownName where none fits, PareidoliaError where several do, BadNetwork where there are no
        names, or not as many as outputs.
        """
        text = str(name).strip()
        if self.class_names is None and not text.removeprefix("-").isdecimal():
            raise BadNetwork(f"{self.name} has no class names: give the number, or a file with --classes")
        if self._outputs is None:
            with torch.no_grad():
                self(torch.full((1, *self.input_shape), 0.5))
        self._check_names()
        return class_index(text, self.class_names or [str(each) for each in range(self._outputs or 0)])


def _logits(output: object, name: str) -> Tensor:
    found = getattr(output, "logits", output)
    if isinstance(found, Mapping):
        found = found.get("logits", next(iter(found.values()), None))
    elif isinstance(found, (tuple, list)):
        found = found[0] if found else None
    if not isinstance(found, Tensor):
        raise BadNetwork(f"{name} gives {type(output).__name__}, in which no class scores can be found")
    if found.ndim == 4 and found.shape[2:] == (1, 1):
        return found.flatten(1)
    if found.ndim != 2:
        shape = "×".join(str(length) for length in found.shape[1:])
        raise BadNetwork(f"{name} gives maps of {shape}, not class scores: it has no classes")
    return found


def _refuse_scripted(module: nn.Module, name: str) -> None:
    if isinstance(module, torch.jit.ScriptModule):
        raise BadNetwork(f"{name} is a scripted module, into which nobody can look: give the Python module")
