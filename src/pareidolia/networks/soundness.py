"""What is asked of a module before a network is made of it, and what is put right."""

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import is_lazy

from pareidolia.networks.guarding import guarded
from pareidolia.networks.sources.origin import always_the_same
from pareidolia.settings import BadNetwork, PareidoliaError

_HALVES = (torch.float16, torch.bfloat16)


def refuse_scripted(module: nn.Module, name: str) -> None:
    """Raise BadNetwork for a scripted module: no hook reaches into it."""
    if isinstance(module, torch.jit.ScriptModule):
        raise BadNetwork(f"{name} is a scripted module, into which nobody can look: give the Python module")


def refuse_lazy(module: nn.Module, name: str) -> None:
    """Raise BadNetwork for layers whose sizes are not known yet."""
    for key, tensor in (*module.named_parameters(), *module.named_buffers()):
        if is_lazy(tensor):
            raise BadNetwork(
                f"{name} has lazy layers, such as {key.rpartition('.')[0]}: call it once before you give it"
            )


def widen(module: nn.Module) -> None:
    """Bring half precision to float32, in place: squares of activations, as in styles, leave its range."""
    tensors = [*module.parameters(), *module.buffers()]
    if any(each.dtype in _HALVES for each in tensors):
        module._apply(  # type: ignore[no-untyped-call]
            lambda tensor: tensor.float() if tensor.dtype in _HALVES else tensor
        )


def check_weights(module: nn.Module, name: str) -> None:
    """Refuse weights that are not numbers: pictures and figures made with them would be of nothing.

    Args:
        module: whose parameters and buffers are looked at.
        name: the network's, for errors.

    Raises:
        BadNetwork: some are NaN or infinite, or are not there (meta tensors, lazy layers).
    """
    refuse_lazy(module, name)
    for key, parameter in module.named_parameters():
        if parameter.is_meta:
            raise BadNetwork(f"the weights of {name} are not there: {key} lies on the meta device")
        _check_finite(parameter, key, name, infinite=True)
    for key, buffer in module.named_buffers():
        _check_finite(buffer, key, name, infinite=False)


def _check_finite(tensor: Tensor, key: str, name: str, *, infinite: bool) -> None:
    """Refuse NaN, and infinity where that is asked for: masks of attention hold it rightly."""
    if not tensor.is_floating_point() or tensor.layout is not torch.strided or tensor.is_meta:
        return
    with torch.no_grad():
        # The sum of finite numbers is finite but for the rarest; it costs a third of looking at each.
        if bool(tensor.sum().isfinite()):
            return
        if bool(tensor.isnan().any()):
            raise BadNetwork(f"the weights of {name} are NaN, e.g. in {key}: its training went wrong")
        if infinite and bool(tensor.isinf().any()):
            raise BadNetwork(f"the weights of {name} are infinite, e.g. in {key}: its training went wrong")


def check_numbers(found: Tensor, name: str, where: str = "") -> Tensor:
    """Refuse what a network gives where it is NaN: pictures and figures made of it would be of nothing.

    Args:
        found: class scores or activations.
        name: the network's, for errors.
        where: in the network, e.g. " at layer1".

    Returns:
        `found`.

    Raises:
        PareidoliaError: some of it is NaN.
    """
    if bool(found.detach().isnan().any()):
        raise PareidoliaError(
            f"{name} gives NaN{where} for this picture: its training went wrong, or it divides by zero"
        )
    return found


def settle_lazy_layers(module: nn.Module, input_shape: tuple[int, int, int], name: str) -> None:
    """Let lazy layers find their sizes by one look at a grey picture, in place.

    Args:
        module: with lazy layers or without.
        input_shape: channels, height and width of the picture.
        name: the network's, for errors.

    Raises:
        BadNetwork: the module cannot look at one.
    """
    # A lazy layer whose weights came from a file still finds its own sizes when it is first called.
    if not any(isinstance(each, LazyModuleMixin) for each in module.modules()):
        return
    shape = "x".join(map(str, input_shape))
    training = module.training
    with (
        guarded(
            f"{name} has lazy layers, which cannot be sized by a {shape} picture ({{reason}}); "
            "say what it takes with --input CxHxW"
        ),
        always_the_same(),
        torch.no_grad(),
    ):
        module.eval()(torch.full((1, *input_shape), 0.5))
    module.train(training)
    for each in module.modules():
        _note_sizes(each)


def _note_sizes(module: nn.Module) -> None:
    """Let a layer that was lazy say the sizes of weights from a file, which torch leaves at 0."""
    weight = getattr(module, "weight", None)
    if not isinstance(weight, Tensor):
        return
    if getattr(module, "in_channels", None) == 0:
        transposed = bool(getattr(module, "transposed", False))
        groups = int(getattr(module, "groups", 1))
        setattr(module, "in_channels", weight.shape[0] if transposed else weight.shape[1] * groups)  # noqa: B010
    for name, axis in (("in_features", 1), ("num_features", 0)):
        if getattr(module, name, None) == 0:
            setattr(module, name, weight.shape[axis])
