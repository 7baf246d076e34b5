"""A latent plane to drag in: the picture at the pointer is decoded while it moves."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.looking import LatentSpace, ManifoldSettings, Plane, manifold_grid
from pareidolia.generative.runs import Run, open_run
from pareidolia.pictures.files import encode_picture
from pareidolia.settings import MissingExtra

try:
    import anywidget
    import traitlets
except ImportError as error:
    raise MissingExtra("anywidget", "notebook") from error

_EDGE = 0.005
"""Share of the prior that is left out at each border, where its values go to infinity."""


class LatentPlane(anywidget.AnyWidget):  # type: ignore[misc]
    """A plane of a trained model's latent space; dragging in it decodes the picture at the pointer.

    The plane is that of `manifold_grid` (Kingma and Welling 2014, figure 4): equal areas hold equal shares of
    the prior. `x` and `y` can be set from Python too, and linked with other widgets.

    Args:
        run: a run, its folder, or a shipped model's name.
        units: the two units of the plane; None takes those whose mean codes vary most.
        side: pictures along a side of the plane's background.
        pixels: side of the plane and of the picture on the screen.

    Attributes:
        x: where the pointer is, from 0 (left) to 1 (right).
        y: likewise, from 0 (below) to 1 (above).
        caption: in words, what is shown.
        pixels: side of the plane and of the picture on the screen.

    Raises:
        MissingExtra: If anywidget is not installed.
        PareidoliaError: If there is no such run, or its model has no such units or no prior.
    """

    _esm = Path(__file__).with_name("latent_plane.js")
    x = traitlets.Float(0.5, min=0.0, max=1.0).tag(sync=True)
    y = traitlets.Float(0.5, min=0.0, max=1.0).tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)
    pixels = traitlets.Int(320, min=64).tag(sync=True)
    _plane_png = traitlets.Bytes().tag(sync=True)
    _picture_png = traitlets.Bytes().tag(sync=True)
    _answered = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        run: Run | str | Path,
        *,
        units: tuple[int, int] | None = None,
        side: int = 12,
        pixels: int = 320,
    ) -> None:
        super().__init__(pixels=pixels)
        self._space = LatentSpace(run if isinstance(run, Run) else open_run(str(run)))
        self._plane = Plane(self._space, units)
        settings = ManifoldSettings(units=self._plane.units, side=side)
        background = manifold_grid(self._space.run, settings).picture
        assert background is not None, "a manifold is a picture"
        self._plane_png = encode_picture(background, "PNG")
        self.observe(self._decode, ["x", "y"])
        self._decode()

    @property
    def code(self) -> Tensor:
        """The code at the pointer, 1×L."""
        right, up = (min(max(share, _EDGE), 1 - _EDGE) for share in (self.x, self.y))
        return self._plane.codes(torch.tensor([right]), torch.tensor([up]))

    @property
    def picture(self) -> Tensor:
        """The picture at the pointer, 1×C×H×W in [0, 1]."""
        return self._space.decode(self.code)

    def _decode(self, _: Any = None) -> None:
        code = self.code
        first, second = self._plane.units
        self._picture_png = encode_picture(self._space.decode(code), "PNG")
        numbers = f"{float(code[0, first]):.2f}, {float(code[0, second]):.2f}"
        self._answered += 1
        self.caption = f"{numbers} in {self._plane.caption}"
