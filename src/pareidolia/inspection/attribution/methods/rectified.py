"""Guided backpropagation and the deconvnet: the score sent back under another rule for rectifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.inspection.attribution.registry import MethodOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network

#: What Adebayo et al. (2018) and Nie et al. (2018) found.
BLIND = "fails the sanity checks: it hardly changes when the network's upper layers are randomised"


@attribution_method("guided-backpropagation", signed=True, colored=True, caution=BLIND)
def guided_backpropagation(
    network: Network, pictures: Tensor, target: Target, options: MethodOptions
) -> Tensor:
    """The score sent back through positive inputs and positive signals alone, N×C×H×W (Springenberg 2015)."""
    from pareidolia.inspection.attribution.gradients import send_back

    return send_back(network, pictures, target, rule="guided")


@attribution_method("deconvnet", signed=True, colored=True, caution=BLIND)
def deconvnet(network: Network, pictures: Tensor, target: Target, options: MethodOptions) -> Tensor:
    """The score sent back through rectified signals, N×C×H×W (Zeiler and Fergus 2014)."""
    from pareidolia.inspection.attribution.gradients import send_back

    return send_back(network, pictures, target, rule="deconvnet")
