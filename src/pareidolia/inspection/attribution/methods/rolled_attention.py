"""What vision transformers attend to: attention rollout, gradient rollout, LeGrad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.inspection.attribution.registry import MethodOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


@attribution_method(
    "attention-rollout",
    caution="is the same for every target: where the network looked, not what for",
)
def attention_rollout(network: Network, pictures: Tensor, target: Target, options: MethodOptions) -> Tensor:
    """The product of all attentions, halfway to the identity, N×1×H×W (Abnar and Zuidema 2020)."""
    from pareidolia.inspection.attribution import rollout

    return rollout.attention_rollout(network, pictures, target)


@attribution_method("gradient-rollout")
def gradient_rollout(network: Network, pictures: Tensor, target: Target, options: MethodOptions) -> Tensor:
    """The attentions that raise the score, rolled out, N×1×H×W (Chefer et al. 2021, Generic Attention)."""
    from pareidolia.inspection.attribution import rollout

    return rollout.gradient_rollout(network, pictures, target)


@attribution_method("legrad")
def legrad(network: Network, pictures: Tensor, target: Target, options: MethodOptions) -> Tensor:
    """How the class's score after each block grows with its attention, N×1×H×W (Bousselham et al. 2024)."""
    from pareidolia.inspection.attribution import legrad as blocks

    return blocks.legrad(network, pictures, target)
