"""`Layered`: the layers of a network, and which is meant where none is named."""

import html
from abc import abstractmethod
from functools import cached_property

import torch
from rich.table import Table
from torch import Tensor, nn

from pareidolia.networks.guarding import guarded
from pareidolia.networks.layers import Layer, scripted_modules, trace
from pareidolia.networks.style_layers import choose_style_layers
from pareidolia.networks.tables import html_table, rich_table
from pareidolia.settings import BadNetwork, UnknownName


class Layered:
    """What has layers: a module that looks at pictures of an input shape.

    Attributes:
        name: what errors call it.
        module: what is called with prepared pictures.
        input_shape: channels, height and width of the pictures at which shapes are given.
    """

    name: str
    module: nn.Module
    input_shape: tuple[int, int, int]

    @abstractmethod
    def prepare(self, pictures: Tensor) -> Tensor:
        """`pictures` in [0, 1] as the module takes them."""

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """The layers by dotted name, in the order of their first call; found by one run at `input_shape`.

        Raises BadNetwork where the module cannot take a picture of that shape.
        """
        prepared = self.prepare(torch.full((1, *self.input_shape), 0.5))
        shape = "x".join(map(str, self.input_shape))
        with guarded(
            f"{self.name} cannot look at a {shape} picture ({{reason}}); say what it takes with --input CxHxW"
        ):
            return trace(self.module, prepared).layers

    def layer(self, name: str) -> Layer:
        """The layer called `name`; UnknownName with the nearest names where there is none."""
        if name in self.layers:
            return self.layers[name]
        for scripted in scripted_modules(self.module):
            if f"{name}.".startswith(f"{scripted}."):
                raise BadNetwork(f"{scripted} of {self.name} is a scripted module, which cannot be recorded")
        raise UnknownName("layer", name, self.layers)

    def unit_shape(self, layer: str) -> tuple[int, ...]:
        """The shape of what is recorded of a layer for one picture, whose first axis counts its units.

        Args:
            layer: its name.

        Returns:
            C×H×W or C.

        Raises:
            UnknownName: there is no such layer.
        """
        return self.layer(layer).shape

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

    @property
    def feature_layer(self) -> str:
        """The layer whose features are shown and dreamt of: the deepest of the style layers.

        Raises:
            BadNetwork: no layer is a feature map.
        """
        return self.style_layers[-1] if self.style_layers else self.content_layer

    @property
    def first_feature_layer(self) -> str:
        """The layer nearest the pixels that is a feature map.

        Raises:
            BadNetwork: no layer is one.
        """
        return self.style_layers[0] if self.style_layers else self.content_layer

    @property
    def last_map(self) -> str:
        """The layer called last of those that have rows and columns, more than one.

        Raises:
            BadNetwork: there is none.
        """
        maps = [name for name, layer in self.layers.items() if len(layer.shape) == 3 and layer.shape[-1] > 1]
        if not maps:
            raise BadNetwork(f"no layer of {self.name} has rows and columns: name one")
        return maps[-1]

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{html_table(self.layers.values())}"

    def table(self) -> Table:
        """The layers with their kinds, shapes and receptive fields, as a table that rich prints."""
        return rich_table(self.layers.values())
