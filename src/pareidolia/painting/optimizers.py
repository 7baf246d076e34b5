"""What changes a canvas: Adam, L-BFGS (their memory can follow the canvas to another size), plain ascent."""

from collections.abc import Callable

import torch
from torch import Tensor

from pareidolia.painting.lbfgs import LBFGS
from pareidolia.painting.settings import OptimizerName
from pareidolia.pictures import gaussian_blur, size_of
from pareidolia.pictures.wrapping import NOWHERE, Wrap, wrapped_crop

MakeOptimizer = Callable[[Tensor, float], torch.optim.Optimizer]


def make_optimizer(
    kind: OptimizerName | MakeOptimizer, values: Tensor, learning_rate: float, *, varies: bool = False
) -> torch.optim.Optimizer:
    """Make the optimiser of a canvas.

    Adam uses betas (0.9, 0.99); L-BFGS keeps 10 pairs and never makes the loss worse.

    Args:
        kind: "adam", "lbfgs", or a callable of (values, learning rate).
        values: what it changes.
        learning_rate: of the optimiser.
        varies: whether the loss is another one at each step.

    Returns:
        The optimiser.
    """
    if callable(kind):
        return kind(values, learning_rate)
    if kind == "lbfgs":
        return LBFGS(values, learning_rate, varies=varies)
    return torch.optim.Adam([values], lr=learning_rate, betas=(0.9, 0.99), fused=values.device.type != "mps")


def carry_moments(
    old: torch.optim.Optimizer, new: torch.optim.Optimizer, resample: Callable[[Tensor], Tensor]
) -> None:
    """Give `new` the resampled first and second moments of `old` (both Adam).

    The second moment stays non-negative even if resampling overshoots.
    """
    if not isinstance(old, torch.optim.Adam) or not isinstance(new, torch.optim.Adam):
        return
    (before,) = old.param_groups[0]["params"]
    (after,) = new.param_groups[0]["params"]
    state = old.state.get(before)
    if not state:
        return
    new.state[after] = {
        "step": state["step"].clone(),
        "exp_avg": torch.empty_like(after).copy_(resample(state["exp_avg"])),
        "exp_avg_sq": torch.empty_like(after).copy_(resample(state["exp_avg_sq"]).clamp_(min=0)),
    }


class NormalizedGradient(torch.optim.Optimizer):
    """x ← x − ε w g / mean|g|: a step changes a pixel by ε on average (Mordvintsev et al., Deep Dream, 2015).

    If the gradient vanishes, nothing changes. It has no memory.

    Args:
        values: N×C×H×W; the mean is taken over each picture.
        learning_rate: ε.
        smoothing: g is first blurred: the mean of Gaussians of half, once and twice this many pixels.
        strength: w, 1×1×H×W in [0, 1]; the mean is weighted by it, so that hidden parts do not count.
        wrap: whether the picture repeats down and across.
    """

    def __init__(
        self,
        values: Tensor,
        learning_rate: float,
        *,
        smoothing: float = 0.0,
        strength: Tensor | None = None,
        wrap: Wrap = NOWHERE,
    ) -> None:
        super().__init__([values], {"lr": learning_rate})
        self._smoothing = smoothing
        self._strength = strength
        self._wrap = wrap

    @torch.no_grad()
    def step(self, closure: Callable[[], float]) -> float:  # type: ignore[override]
        """Make one step.

        Args:
            closure: computes the gradient and returns the loss.

        Returns:
            The loss.
        """
        with torch.enable_grad():
            loss = closure()
        (group,) = self.param_groups
        (values,) = group["params"]
        gradient = smoothed(values.grad, self._smoothing, self._wrap)
        if self._strength is None:
            mean = _mean_magnitude(gradient)
        else:
            gradient = gradient * self._strength
            mean = _mean_magnitude(gradient) / self._strength.mean().clamp(min=1e-12)
        smallest = torch.finfo(gradient.dtype).tiny
        values.addcmul_(gradient, group["lr"] / mean.clamp(min=smallest), value=-1)
        return loss


def _mean_magnitude(pictures: Tensor) -> Tensor:
    """Mean |x| of each of N×C×H×W, N×1×1×1; plane by plane, so that no second picture is held."""
    # A norm would make no copy at all, but sums 100 million numbers to half of what they are (float32, CPU).
    planes = torch.stack([plane.abs().mean() for plane in pictures.flatten(0, 1)])
    return planes.view(pictures.shape[:2]).mean(dim=1).view(-1, 1, 1, 1)


def smoothed(maps: Tensor, sigma: float, wrap: Wrap = NOWHERE) -> Tensor:
    """N×C×H×W blurred: the mean of Gaussians of σ/2, σ and 2σ pixels; the border repeats. 0 leaves it.

    Where the maps repeat as a whole (`wrap`), what lies beyond a border is the other side.
    """
    if sigma == 0:
        return maps
    if any(wrap):
        pads = [round(6 * sigma) if wraps else 0 for wraps in wrap]
        spans = [slice(-pad, side + pad) for pad, side in zip(pads, size_of(maps), strict=True)]
        down, across = (slice(pad, pad + side) for pad, side in zip(pads, size_of(maps), strict=True))
        return smoothed(wrapped_crop(maps, *spans), sigma)[..., down, across]
    return torch.stack([gaussian_blur(maps, sigma * scale) for scale in (0.5, 1.0, 2.0)]).mean(dim=0)
