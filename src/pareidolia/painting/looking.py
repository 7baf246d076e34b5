"""Looks of a network at the picture that is painted: at the whole, or tile by tile."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from pareidolia.networks import Network
from pareidolia.painting.canvas import Canvas
from pareidolia.painting.objectives import Gathered, ModelOutputs, Objective, joined
from pareidolia.painting.stage import Stage
from pareidolia.painting.tiling import Tiling
from pareidolia.painting.transforms import Transform, transformed
from pareidolia.pictures import size_of
from pareidolia.pictures.wrapping import add_wrapped
from pareidolia.settings import PareidoliaError


class Looking:
    """Computes the losses of a canvas, and sends their gradient back to its values.

    Args:
        network: sees the picture.
        canvas: represents it.
        transforms: applied to the picture before each forward pass.
        seed: of the transforms; they are a function of (seed, step).
    """

    def __init__(
        self, network: Network, canvas: Canvas, transforms: Sequence[Transform] = (), seed: int = 0
    ) -> None:
        self.network = network
        self._canvas = canvas
        self._transforms = tuple(transforms)
        self._seed = seed
        self._tiles: Tiling | None = None

    def look(self, values: Tensor, objective: Objective, stage: Stage, step: int) -> dict[str, float]:
        """The losses of the picture that `values` represent; their gradient is added to `values.grad`.

        Args:
            values: of the canvas.
            objective: what is aimed for.
            stage: says whether the picture is seen in tiles, and whether it repeats.
            step: from 0, of all stages.

        Returns:
            Each loss by its name.

        Raises:
            PareidoliaError: The loss became NaN or infinite, or the objective cannot be seen in tiles.
        """
        picture = self._canvas.render(values)
        shown = transformed(picture, self._transforms, self._seed, step)
        tiling = self._tiling(objective, shown, stage)
        if tiling is None:
            return self._look_at_whole(objective, picture, shown, step)
        if len(tiling) == 1:
            (tile,) = tiling  # the whole of a picture that repeats, seen with what comes in around it
            crop = tile.cropped(shown)
            seen = tile.activations(self.network.record(crop, objective.layers)) if objective.layers else {}
            return self._send_back(objective, ModelOutputs(crop, seen, step=step, tile=tile))
        # If the whole is too large for one forward pass, there is no memory for two pictures either.
        del picture
        losses, gradient = self._look_in_tiles(objective, shown.detach(), tiling, step)
        if shown is values:  # autograd would hold the gradient twice
            values.grad = gradient
            return losses
        edge = torch.autograd.graph.get_gradient_edge(shown)
        del shown
        torch.autograd.backward(edge, gradient)
        return losses

    def _tiling(self, objective: Objective, picture: Tensor, stage: Stage) -> Tiling | None:
        """The tiles of a picture; None if the network sees it whole, or one tile would hold it."""
        side, wrap = stage.tile, stage.wrap
        if side is None and not any(wrap):
            return None
        if any(wrap) and objective.needs_logits:
            raise PareidoliaError(
                "class scores see a picture with its borders: leave out classes, or --seamless"
            )
        if side is not None and not objective.adds_over_positions:
            raise PareidoliaError(
                "only aims that add up over a layer's positions can be tiled: leave out classes, or --tile"
            )
        if self._tiles is None or self._tiles.size != size_of(picture):
            size, names = size_of(picture), tuple(sorted(objective.layers))
            self._tiles = Tiling(self.network, size, names, side or max(size), wrap)
        return self._tiles if len(self._tiles) > 1 or any(wrap) else None

    def _look_at_whole(
        self, objective: Objective, picture: Tensor, shown: Tensor, step: int
    ) -> dict[str, float]:
        """The losses of a picture; the network sees it as it is shown, at once."""
        # Channels last: on a CPU the first convolutions run up to three times as fast as in NCHW.
        shown = shown.contiguous(memory_format=torch.channels_last)
        layers = objective.layers
        activations = self.network.record(shown, layers) if layers else {}
        logits = self.network(shown) if objective.needs_logits else None
        for outputs in (*activations.values(), *(() if logits is None else (logits,))):
            self.network.check_gradient(outputs)
        if len(shown) > len(picture):  # several crops of each, in a row, as their activations are
            picture = picture.repeat_interleave(len(shown) // len(picture), dim=0)
        return self._send_back(objective, ModelOutputs(picture, activations, logits, step))

    def _look_in_tiles(
        self, objective: Objective, whole: Tensor, tiling: Tiling, step: int
    ) -> tuple[dict[str, float], Tensor]:
        """The losses of a picture and its gradient, tile by tile: one tile's activations are in memory."""
        if objective.gathers:
            gathered: Gathered = {}
            for tile, seen in tiling.seen(whole, objective.gathers):
                one = ModelOutputs(tile.cropped(whole), seen, step=step, tile=tile)
                with torch.no_grad():
                    gathered = joined(gathered, objective.gathered(one))
            objective = objective.knowing(gathered)
        gradient = torch.zeros_like(whole, memory_format=torch.contiguous_format)
        losses: dict[str, float] = {}
        for tile in tiling:
            crop = tile.cropped(whole).requires_grad_(True)
            seen = tile.activations(self.network.record(crop, objective.layers))
            parts = self._send_back(objective, ModelOutputs(crop, seen, step=step, tile=tile))
            if crop.grad is not None:
                add_wrapped(gradient, *tile.crop, crop.grad)
            losses = {name: losses.get(name, 0.0) + part for name, part in parts.items()}
        return losses, gradient

    def _send_back(self, objective: Objective, seen: ModelOutputs) -> dict[str, float]:
        """The losses of one forward pass, whose gradient is sent back to its input."""
        parts = objective.losses(seen)
        loss = torch.stack(list(parts.values())).sum()
        # Before the canvas is touched, so that the last good picture can still be saved.
        if not math.isfinite(loss.item()):
            fault = (
                "; try a smaller learning rate"
                if seen.step
                else f": what {self.network.name} gives for the first picture is not a number"
            )
            raise PareidoliaError(f"the loss became NaN or infinite at step {seen.step + 1}{fault}")
        self.network.backward(loss)
        return {name: part.item() for name, part in parts.items()}
