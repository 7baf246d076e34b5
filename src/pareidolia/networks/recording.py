"""Recording: activations at named layers, from a forward pass that stops when the last of them is known."""

from collections.abc import Callable, Mapping, Sequence

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from pareidolia.networks.layers import Layer, first_tensor


class _ReachedDeepest(BaseException):
    """Nothing further down is asked for. Not an Exception, so that no network's own `except` stops it."""


def record_layers(
    run: Callable[[], object], modules: Mapping[str, nn.Module], layers: Sequence[Layer]
) -> dict[str, Tensor]:
    """Record the outputs of layers during a forward pass.

    The pass is stopped by an exception from a hook on the deepest layer, after its last call. What a later
    operation could overwrite in place is copied; gradients flow through the copies. The hooks are removed in
    every case.

    Args:
        run: starts the forward pass.
        modules: the network's modules by name.
        layers: what to record.

    Returns:
        The outputs by name, in the order of `layers`.
    """
    recorded: dict[str, Tensor] = {}
    deepest = max(layers, key=lambda layer: layer.finish)
    handles = [_keep(modules[layer.name], layer, recorded, stop=layer is deepest) for layer in layers]
    try:
        run()
    except _ReachedDeepest:
        pass
    finally:
        for handle in handles:
            handle.remove()
    return {layer.name: recorded[layer.name] for layer in layers if layer.name in recorded}


def _keep(module: nn.Module, layer: Layer, recorded: dict[str, Tensor], *, stop: bool) -> RemovableHandle:
    calls = 0

    def hook(_module: nn.Module, _inputs: object, output: object) -> None:
        nonlocal calls
        calls += 1
        tensor = first_tensor(output)
        if tensor is None:
            return
        if stop and calls == layer.calls:
            recorded[layer.name] = tensor
            raise _ReachedDeepest
        recorded[layer.name] = tensor.clone()

    return module.register_forward_hook(hook)
