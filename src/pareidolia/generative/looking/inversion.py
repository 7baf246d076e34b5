"""Codes of pictures for models without an encoder, by painting in the latent space (Zhu et al. 2016).

What painting changes is a code instead of pixels: the canvas shows what the model makes of it. Sought is the
code of greatest posterior density, p(z) N(x; G(z), σ²), from the best of many draws on: a generator's error
has many valleys, and the way from a single draw mostly ends in a wrong one.
"""

from typing import Any

import torch
from torch import Tensor, nn

from pareidolia.generative.capabilities import HasPrior
from pareidolia.generative.conditions import WithLabel
from pareidolia.generative.priors import StandardNormal
from pareidolia.networks import Network
from pareidolia.painting.canvas import Canvas
from pareidolia.painting.objectives import ModelOutputs, Objective, Term
from pareidolia.painting.painting import Painting
from pareidolia.painting.stage import Stage
from pareidolia.randomness import seeded_generator
from pareidolia.settings import PareidoliaError

_DRAWN, _STARTS, _STEPS, _RATE = 500, 4, 200, 0.05
_SIGMA = 0.1
_AT_ONCE = 16
_WITHOUT_LAYERS = frozenset[str]()


class CodeCanvas(Canvas):
    """Codes, shown as the pictures that a model makes of them.

    Of codes with a label only what is not the label is changed.

    Args:
        model: decodes, differentiably.
        codes: N×L to begin from.
    """

    def __init__(self, model: HasPrior, codes: Tensor) -> None:
        self._model = model
        prior = model.prior
        self._labels = codes[:, :0]
        if isinstance(prior, WithLabel):
            codes, self._labels = prior.split(codes)
        super().__init__(codes)

    @property
    def codes(self) -> Tensor:
        """The codes now, N×L, their labels included."""
        return self.of(self.values.detach())

    def of(self, values: Tensor) -> Tensor:
        """What is changed, with the labels: N×L."""
        return torch.cat([values, self._labels], dim=1)

    def render(self, values: Tensor) -> Tensor:
        """N×C×H×W in [0, 1]."""
        return self._model.decode(self.of(values))

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the model's pictures."""
        return self._model.shape[1], self._model.shape[2]

    def continue_at(self, size: tuple[int, int], values: Tensor) -> None:
        """Refused: a model has one size."""
        raise PareidoliaError(f"this model makes pictures of {self.size}, not of {size}")


class _Likeness(Term):
    """Squared error over 2σ²."""

    name = "likeness"
    layers = _WITHOUT_LAYERS

    def __init__(self, wanted: Tensor) -> None:
        self._wanted = wanted

    def loss(self, outputs: ModelOutputs) -> Tensor:
        return (outputs.picture - self._wanted).square().sum() / (2 * _SIGMA**2)


class _Improbability(Term):
    """−log p(z) of a normal prior, but for a constant."""

    name = "prior"
    layers = _WITHOUT_LAYERS

    def __init__(self, canvas: CodeCanvas) -> None:
        self._canvas = canvas

    def loss(self, outputs: ModelOutputs) -> Tensor:
        return 0.5 * self._canvas.values.square().sum()


def can_invert(model: Any) -> bool:
    """Whether codes of pictures can be sought: the model decodes draws of its prior, with a gradient."""
    if not isinstance(model, HasPrior):
        return False
    device = next((each.device for each in getattr(model, "parameters", list)()), torch.device("cpu"))
    with torch.enable_grad():
        code = model.prior.sample(1, torch.Generator(device).manual_seed(0)).requires_grad_(True)
        return model.decode(code).requires_grad


def find_codes(model: HasPrior, pictures: Tensor, seed: int = 0, steps: int = _STEPS) -> Tensor:
    """Find codes from which a model makes these pictures, as nearly as it can.

    Args:
        model: see `can_invert`.
        pictures: N×C×H×W in [0, 1], on the model's device.
        seed: of the draws that the search begins with.
        steps: of Adam's.

    Returns:
        N×L.
    """
    with torch.no_grad():
        drawn = model.prior.sample(_DRAWN, seeded_generator(seed)).to(pictures.device)
        made = torch.cat([model.decode(part) for part in torch.split(drawn, 100)])
    return torch.cat(
        [_search(model, part, drawn, made, seed, steps) for part in torch.split(pictures, _AT_ONCE)]
    )


def _search(model: HasPrior, pictures: Tensor, drawn: Tensor, made: Tensor, seed: int, steps: int) -> Tensor:
    errors = torch.cdist(pictures.flatten(1), made.flatten(1))
    best = errors.topk(_STARTS, largest=False).indices
    canvas = CodeCanvas(model, drawn[best.flatten()])
    wanted = pictures.repeat_interleave(_STARTS, 0)

    def objective(size: tuple[int, int]) -> Objective:
        likeness = _Likeness(wanted)
        prior = model.prior.unlabeled if isinstance(model.prior, WithLabel) else model.prior
        return likeness + _Improbability(canvas) if isinstance(prior, StandardNormal) else likeness

    # The network that looks is none: the objective is of the picture alone.
    seeing = Network.of(nn.Identity(), input_shape=model.shape, name="pixels")
    Painting(seeing, canvas, [Stage(canvas.size, steps, objective, _RATE)], seed=seed).run(progress=False)
    found = canvas.codes
    with torch.no_grad():
        apart = (model.decode(found) - wanted).square().flatten(1).sum(1).view(-1, _STARTS)
    chosen = apart.argmin(1) + torch.arange(len(pictures), device=found.device) * _STARTS
    return found[chosen]
