"""`Looking`: a run of a module on pictures of any size, and its layers' outputs as maps."""

import copy
from abc import abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, Self

import torch
from torch import Tensor

from pareidolia.memory import no_memory
from pareidolia.networks.guarding import guarded
from pareidolia.networks.layered import Layered
from pareidolia.networks.layers import Layer, trace
from pareidolia.networks.layouts import MapLayout
from pareidolia.networks.restoring import preserve_state
from pareidolia.networks.sliding import Size, SlidingWindows, common_grid
from pareidolia.settings import BadNetwork, BadPicture

# Sizes of pictures whose layers are kept, as those of a dream's octaves.
_SIZES_KEPT = 16

_Run = Callable[[Tensor], Any]
# The layers that a look goes down to; None for the class scores.
_Depth = frozenset[str] | None


class Looking(Layered):
    """What looks at pictures of any size: through windows of its own size where its module takes no other."""

    def __init__(self, one_size: bool = False) -> None:
        self.made_for_one_size = one_size
        self._forget()

    def _forget(self) -> None:
        """Forget what was found about sizes and layers."""
        for cached in ("layers", "_modules", "_style_and_content"):
            vars(self).pop(cached, None)
        self._refused: set[tuple[Size, _Depth]] = set()
        self._fussy: dict[_Depth, bool] = {}
        self._traced: dict[Size, dict[str, Layer]] = {}

    def _twin(self) -> Self:
        """A copy that finds its sizes and layers for itself."""
        other = copy.copy(self)
        other._forget()
        return other

    @abstractmethod
    def prepare(self, pictures: Tensor) -> Tensor:
        """`pictures` in [0, 1] as the module takes them."""

    def accepts(self, size: Size, layers: Iterable[str] | None = None) -> bool:
        """Whether the module itself, without windows, can look at pictures of a size: it is shown a grey one.

        Args:
            size: rows and columns, in pixels.
            layers: how far it is to look: to the deepest of these layers; None for its class scores.

        Returns:
            False where it cannot.
        """
        return self._takes(size, None if layers is None else frozenset(layers))

    @property
    def one_size(self) -> bool:
        """Whether it was made for pictures of its input shape, or takes no others, or few."""
        return self.made_for_one_size or self._is_fussy(None)

    def _takes(self, size: Size, depth: _Depth) -> bool:
        gray = torch.full((1, self.input_shape[0], *size), 0.5)
        try:
            with preserve_state(self.module), torch.no_grad():
                self._see(gray, depth)
        except (BadPicture, BadNetwork):
            return False
        return True

    @abstractmethod
    def _see(self, pictures: Tensor, depth: _Depth) -> object:
        """Run the module as far as `depth` on pictures as they are."""

    def _is_fussy(self, depth: _Depth) -> bool:
        """Whether pictures half as large again, and no whole number of patches, are refused."""
        if depth not in self._fussy:
            height, width = self.input_shape[1:]
            larger = (height + height // 2 + 1, width + width // 2 + 1)
            self._fussy[depth] = not self._takes(larger, depth) and self._takes((height, width), depth)
        return self._fussy[depth]

    def _look(self, pictures: Tensor, run: _Run, depth: _Depth) -> tuple[Any, SlidingWindows | None]:
        """What `run` gives for the pictures, or for their windows, and these."""
        size = (pictures.shape[-2], pictures.shape[-1])
        if (size, depth) not in self._refused:
            try:
                return self._run(pictures, run), None
            except BadPicture as error:
                its_own = error.__cause__  # what the module raised; without it these are no pictures for it
                if its_own is None or no_memory(its_own) or not self._is_fussy(depth):
                    raise
                self._refused.add((size, depth))
        windows = self._windows(size)
        return self._run(windows.cut(pictures), run), windows

    def _run(self, pictures: Tensor, run: _Run) -> Any:
        """What `run` gives for the pictures as the module takes them."""
        prepared = self.prepare(pictures)
        with self._guard(pictures.shape[-2], pictures.shape[-1]):
            return run(prepared)

    def _guard(self, height: int, width: int) -> AbstractContextManager[None]:
        if (height, width) == self.input_shape[1:]:
            return guarded(f"{self.name} fails on a picture of {width}x{height}: {{reason}}")
        return guarded(
            f"{self.name}, made for {self.input_shape[2]}x{self.input_shape[1]} pixels, cannot look at "
            f"a picture of {width}x{height}: {{reason}}",
            BadPicture,
        )

    def _windows(self, size: Size) -> SlidingWindows:
        side = self.input_shape[1:]
        maps = [each.layout.shape[1:] for each in self.layers.values() if each.layout is not None]
        return SlidingWindows(side, size, common_grid(side, maps))

    def output(self, pictures: Tensor) -> Any:
        """What the module itself gives for pictures N×C×H×W in [0, 1]: boxes, maps in a dict; differentiable.

        Raises BadPicture or BadNetwork where the module cannot take them.
        """
        return self._run(pictures, self.module)

    def layers_on(self, pictures: Tensor) -> dict[str, Layer]:
        """The layers with their shapes on pictures of this size, found by one run, and kept (as by a look).

        Where the module takes no such size they have the shapes that they have in one window.
        """
        size = (pictures.shape[2], pictures.shape[3])
        return self.layers if self._through_windows(size) else self._layers_at(size)

    def as_maps(self, layer: str, output: Tensor, pictures: Tensor) -> Tensor:
        """What the module of a layer gave while the network looked at pictures, as it is recorded.

        Args:
            layer: its name.
            output: its output, or a gradient of that.
            pictures: N×C×H×W.

        Returns:
            Maps N×C×h×w, or N×C; differentiable.
        """
        size = (pictures.shape[2], pictures.shape[3])
        windows = self._windows(size) if self._through_windows(size) else None
        if windows is not None and len(output) % (len(pictures) * len(windows)) == 0:
            return windows.joined(self._laid_out(layer, output, len(pictures) * len(windows), windows.side))
        return self._laid_out(layer, output, len(pictures), size)

    def joined(self, maps: Tensor, pictures: Tensor) -> Tensor:
        """Maps N×C×h×w of what the module saw of pictures, perhaps through windows, as maps of the whole."""
        size = (pictures.shape[2], pictures.shape[3])
        return self._windows(size).joined(maps) if self._through_windows(size) else maps

    def _through_windows(self, size: Size) -> bool:
        """Whether a look at pictures of a size went through windows."""
        return any(refused == size for refused, _ in self._refused)

    def _laid_out(self, layer: str, output: Tensor, count: int, size: Size) -> Tensor:
        """The output of a layer for `count` pictures of a size as maps; as it is where it has no places."""
        layout = self._layout(layer, size)
        return output if layout is None or not layout.fits(output, count) else layout.maps(output, count)

    def _layout(self, layer: str, size: Size) -> MapLayout | None:
        """How a layer's output is laid out on pictures of a size."""
        found = self._traced[size][layer].layout if layer in self._traced.get(size, ()) else None
        if found is not None:
            return found
        own = self.layer(layer).layout
        if own is None or own.index is None or size == self.input_shape[1:]:
            return own
        # Where a picture leaves one place, there is nothing to order.
        return self._layers_at(size)[layer].layout or own.of_one_place()

    def _layers_at(self, size: Size) -> dict[str, Layer]:
        """The layers with their layouts on pictures of a size; found by one run, and kept."""
        if size not in self._traced:
            prepared = self.prepare(torch.full((1, self.input_shape[0], *size), 0.5))
            with self._guard(*size):
                self._keep(size, trace(self.module, prepared, fields=False).layers)
        return self._traced[size]

    def _keep(self, size: Size, layers: dict[str, Layer]) -> None:
        """Keep the layers found on pictures of a size, of a few sizes."""
        while len(self._traced) >= _SIZES_KEPT:
            self._traced.pop(next(iter(self._traced)))
        self._traced[size] = layers
