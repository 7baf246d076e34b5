"""Score-CAM: a class activation map without gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pareidolia.inspection.attribution.methods.grad_cam import LayerOptions
from pareidolia.inspection.attribution.registry import BatchOptions, Steps, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class ScoreCamOptions(LayerOptions, BatchOptions):
    """Options of Score-CAM."""

    channels: Annotated[
        int | None,
        Field(ge=1, description="How many channels are tried, those that vary most (default: all)."),
    ] = None


@attribution_method("score-cam", options=ScoreCamOptions)
def score_cam(network: Network, pictures: Tensor, target: Target, options: ScoreCamOptions) -> Steps[Tensor]:
    """max(0, Σ_k w_k A_k), w the softmax of the scores seen through each map, N×1×H×W (Wang et al. 2020)."""
    from pareidolia.inspection.attribution.score_cam import score_cam_steps

    return score_cam_steps(
        network,
        pictures,
        target,
        layer=options.layer,
        channels=options.channels,
        batch_size=options.batch_size,
    )
