"""`Network`: a module, the preparation of pictures for it, and its layers."""

from collections.abc import Iterable, Mapping
from functools import cached_property, partial

import torch
from torch import Tensor, nn

from pareidolia.networks.classes import class_index
from pareidolia.networks.compiled import unwrap_compiled
from pareidolia.networks.layers import Layer, scripted_modules, trace_layers, visible_modules
from pareidolia.networks.recording import record_layers
from pareidolia.networks.style_layers import choose_style_layers
from pareidolia.pictures.color import luminance
from pareidolia.settings import BadNetwork, BadPicture, UnknownName


class Network:
    """A network that looks at pictures in [0, 1].

    `module` is put into evaluation mode and onto `device`; compiled parts of it are unwrapped, as hooks and
    backward rules do not reach into compiled code. `mean` and `std` are one number a channel, `input_shape`
    is C, H, W: what the network was made for, and the size at which `layers` gives shapes.
    Raises BadNetwork for a scripted module, and for numbers that do not fit the channels.
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
    ) -> None:
        module = unwrap_compiled(module)
        if isinstance(module, torch.jit.ScriptModule):
            raise BadNetwork(
                f"{name} is a scripted module, into which nobody can look: give the Python module"
            )
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
        self._mean, self._std = (
            torch.tensor(numbers, device=self.device).view(1, channels, 1, 1) for numbers in (mean, std)
        )

    def __repr__(self) -> str:
        return f"Network({self.name!r}, {self.preparation}, on {self.device})"

    @property
    def preparation(self) -> str:
        """In words: the pictures that the network takes, and how they are normalised."""
        size = "x".join(str(length) for length in self.input_shape)
        mean, std = (" ".join(f"{number:g}" for number in numbers) for numbers in (self.mean, self.std))
        gray = ", luminance of colour" if self.input_shape[0] == 1 else ""
        return f"{size}{gray}, mean {mean}, std {std}"

    def __call__(self, pictures: Tensor) -> Tensor:
        """The logits, N×K, of `pictures` (N×3×H×W or N×1×H×W in [0, 1]); differentiable.

        Raises BadPicture for pictures that the network cannot take, BadNetwork if it gives no class scores.
        """
        return _logits(self._run(pictures), self.name)

    def prepare(self, pictures: Tensor) -> Tensor:
        """`pictures` in [0, 1] as the module takes them: its device and channels, normalised; a copy."""
        if pictures.ndim != 4 or not pictures.is_floating_point():
            raise BadPicture(
                f"{self.name} takes pictures N×C×H×W of floating-point numbers in [0, 1], "
                f"not {'×'.join(map(str, pictures.shape))} of {str(pictures.dtype).removeprefix('torch.')}"
            )
        weight = next(self.module.parameters(), self._mean)
        pictures = self._with_channels(pictures.to(device=self.device, dtype=weight.dtype))
        return (pictures - self._mean.to(pictures.dtype)) / self._std.to(pictures.dtype)

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
                f"a picture of {width}x{height}: {_first_line(error)}"
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
                f"{self.name} cannot look at a {shape} picture ({_first_line(error)}); "
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

    def record(self, pictures: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
        """The activations of the named `layers` on `pictures` (as in a call), by name, N first.

        The network runs no further than the deepest layer asked for. A layer called several times gives its
        last output, one with several outputs the first. Differentiable; no hook stays, also after an error.
        Raises UnknownName for a wrong layer, BadPicture for pictures that the network cannot take.
        """
        wanted = [self.layer(name) for name in dict.fromkeys(layers)]
        if not wanted:
            return {}
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

    def class_index(self, text: str) -> int:
        """The class that `text` means: a number, a name in any letter case, or a part that only one name has.

        Raises UnknownName where none fits, PareidoliaError where several do.
        """
        if self.class_names is None and not text.strip().isdecimal():
            raise BadNetwork(f"{self.name} has no class names: give the number, or a file with --classes")
        return class_index(text, self.class_names or [str(each) for each in range(self._class_count)])

    @cached_property
    def _class_count(self) -> int:
        with torch.no_grad():
            return self(torch.full((1, *self.input_shape), 0.5)).shape[1]


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


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
