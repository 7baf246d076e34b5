"""Occlusion: how much the score falls when a part of the picture is covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pareidolia.inspection.attribution.registry import BatchOptions, Steps, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class OcclusionOptions(BatchOptions):
    """Options of occlusion."""

    window: Annotated[
        int | None, Field(ge=1, description="Side of the occluding window (default: a seventh of the photo).")
    ] = None
    stride: Annotated[
        int | None, Field(ge=1, description="How far the window moves (default: half of it).")
    ] = None
    fill: Annotated[float, Field(ge=0, le=1, description="Grey value of the occluding window.")] = 0.5


@attribution_method("occlusion", options=OcclusionOptions, signed=True)
def occluded(network: Network, pictures: Tensor, target: Target, options: OcclusionOptions) -> Steps[Tensor]:
    """The mean fall of the score over the windows that cover a pixel, N×1×H×W (Zeiler and Fergus 2014)."""
    from pareidolia.inspection.attribution.masking import occlusion_steps

    window = options.window or max(2, round(min(pictures.shape[-2:]) / 7))
    stride = options.stride or max(1, window // 2)
    return occlusion_steps(
        network,
        pictures,
        target,
        window=window,
        stride=stride,
        fill=options.fill,
        batch_size=options.batch_size,
    )
