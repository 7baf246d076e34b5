"""How activations change the class scores: h · ∇logit, for all classes from one forward pass."""

import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module

import torch
import torch.autograd.forward_ad as forward_ad
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from pareidolia.networks import Network, preserve_state
from pareidolia.networks.attached_concepts import concepts_at
from pareidolia.settings import BadNetwork, PareidoliaError, one_line


@cache
def _load_rules() -> None:
    """Load torch's rules of forward derivatives, which else come at first use, with a warning of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import_module("torch._decomp.decompositions_for_jvp")


def class_names(network: Network) -> tuple[str, ...]:
    """The network's class names, or numbers if they have no names; empty if it has no classes."""
    with preserve_state(network.module), torch.no_grad():
        try:
            logits = network(torch.full((1, *network.input_shape), 0.5))
        except BadNetwork:
            return ()
    return network.class_names or tuple(f"class {k}" for k in range(logits.shape[1]))


def class_attribution(
    network: Network, layer: str, pictures: Tensor, positions: Tensor, channels: Tensor | None = None
) -> Tensor:
    """h · ∂logit_k/∂h for the activation vector h at one position of each picture (Carter et al. 2019).

    It is the derivative of the logits as h alone grows in proportion. Forward-mode differentiation gives it
    for every class in one pass, where a gradient takes a pass a class (Olah et al., "The Building Blocks of
    Interpretability", 2018).

    Args:
        network: a network with K classes.
        layer: name of the layer that h is taken from.
        pictures: N×3×H×W in [0, 1].
        positions: N×2, row and column in the layer's map; ignored if it has none.
        channels: N, of h the one number that counts in each picture; None lets all of them count.

    Returns:
        N×K. Of a layer of concepts h is their codes, and what grows is the part of the activations that they
            stand for.

    Raises:
        PareidoliaError: If a module after the layer has no forward derivative.
    """
    own, concepts = concepts_at(network, layer) or (layer, None)
    module = network.module.get_submodule(own)
    calls, wanted = 0, network.layer(own).calls

    def grow(_module: nn.Module, _inputs: object, output: object) -> object:
        nonlocal calls
        calls += 1
        if calls < wanted:
            return None
        if not isinstance(output, Tensor):
            raise PareidoliaError(f"{own} gives several tensors: class attribution needs a layer of one")
        given = output if concepts is None else concepts(output.clone())
        kept = _only_at(given, positions, channels, lambda each: network.as_maps(layer, each, pictures))
        if concepts is not None:
            kept = concepts.part(kept)
        dual: Tensor = forward_ad.make_dual(output, kept)  # type: ignore[no-untyped-call]
        return dual

    # Of torch's ways to compute attention only the plain one has a forward derivative.
    plain = sdpa_kernel(SDPBackend.MATH)
    _load_rules()
    with preserve_state(network.module), torch.no_grad(), forward_ad.dual_level(), plain:
        module.register_forward_hook(grow)
        try:
            dual = forward_ad.unpack_dual(network(pictures))  # type: ignore[no-untyped-call]
        except BadNetwork as error:
            if not isinstance(error.__cause__, NotImplementedError):
                raise
            first = one_line(error.__cause__)
            raise PareidoliaError(f"no class attribution at {layer} of {network.name}: {first}") from error
        tangent: Tensor | None = dual.tangent
        if tangent is None:
            raise PareidoliaError(f"the classes of {network.name} do not depend on {layer}")
        return tangent.clone()


def _only_at(
    output: Tensor, positions: Tensor, channels: Tensor | None, as_maps: Callable[[Tensor], Tensor]
) -> Tensor:
    """A layer's output where each picture's position and channel are, zero elsewhere."""
    with torch.enable_grad():
        leaf = output.detach().requires_grad_()
        maps = as_maps(leaf)
        chosen = torch.ones_like(maps)
        pictures = torch.arange(len(maps), device=maps.device)
        if maps.ndim == 4:
            rows, columns = positions.to(maps.device).unbind(1)
            chosen.zero_()[pictures, :, rows, columns] = 1
        if channels is not None:
            own = torch.zeros(maps.shape[:2], device=maps.device)
            own[pictures, channels.to(maps.device)] = 1
            chosen *= own.view(*own.shape, *[1] * (maps.ndim - 2))
        # Laying out is linear, and what comes back through it marks the numbers that stand at the position.
        (marked,) = torch.autograd.grad(maps, leaf, chosen)
    return output * marked
