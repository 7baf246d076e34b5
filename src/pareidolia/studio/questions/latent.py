"""A trained model's latent space: its plane, the picture of a code and back, the decoder itself."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from pareidolia.generative.capabilities import Encodes
from pareidolia.generative.looking import LatentSpace, Plane
from pareidolia.generative.looking.latent_space import fit_picture
from pareidolia.generative.looking.showing import tiled
from pareidolia.generative.runs import open_run
from pareidolia.settings import PareidoliaError
from pareidolia.studio.questions.encoding import floats, png, share

_EDGE = 0.005
_BACKGROUND = 14
_AXIS = 257
_MOST_WEIGHTS = 4_000_000
_EXACT = 1e-4
_ACTIVATIONS: Mapping[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.LeakyReLU: "leaky-relu",
    nn.Tanh: "tanh",
    nn.SiLU: "silu",
}
_OUTPUTS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "clamp": lambda raw: raw.clamp(0, 1),
}


def plane(about: Mapping[str, Any]) -> dict[str, Any]:
    """A plane of a trained model's latent space: its background, and what it shows."""
    space, laid = _plane(str(about["run"]))
    middles = (torch.arange(_BACKGROUND) + 0.5) / _BACKGROUND
    up, right = torch.meshgrid(middles.flip(0), middles, indexing="ij")
    pictures = space.decode(laid.codes(right.flatten(), up.flatten()))
    return {
        "picture": png(tiled(pictures, _BACKGROUND)),
        "caption": laid.caption,
        "units": list(laid.units),
        "latent": int(space.model.latent),
        "encodes": isinstance(space.model, Encodes),
    }


def decode(about: Mapping[str, Any]) -> dict[str, Any]:
    """The picture of a code: at a place of the plane, or the numbers themselves."""
    space, laid = _plane(str(about["run"]))
    if "code" in about:
        code = torch.tensor([[float(number) for number in about["code"]]])
        if code.shape[1] != space.model.latent or not bool(code.isfinite().all()):
            raise PareidoliaError(f"a code of this model is {space.model.latent} finite numbers")
    else:
        x, y = (min(max(share(about[name]), _EDGE), 1 - _EDGE) for name in ("x", "y"))
        code = laid.codes(torch.tensor([x]), torch.tensor([y]))
    return {"picture": png(space.decode(code)), "code": [float(number) for number in code[0]]}


def encode(about: Mapping[str, Any]) -> dict[str, Any]:
    """The code of a picture, the picture as the model sees it, and what it makes of it."""
    space, _ = _plane(str(about["run"]))
    fitted, _ = fit_picture(str(about["picture"]), space.run.shape)
    code = space.encode(fitted)
    return {
        "code": [float(number) for number in code[0].cpu()],
        "seen": png(fitted),
        "picture": png(space.decode(code)),
    }


def decoder(about: Mapping[str, Any]) -> dict[str, Any]:
    """A decoder of fully connected layers, for the page to decode with while the plane is dragged.

    It is tried on codes of the plane first: `layers` is empty where the decoder is of another kind, or the
    layers give other pictures than the model does.
    """
    space, laid = _plane(str(about["run"]))
    found = _fully_connected(space.model)
    shares = torch.linspace(_EDGE, 1 - _EDGE, _AXIS)
    across, upward = laid.codes(shares, shares)[:, list(laid.units)].T
    output = "" if found is None else _output_of(found, space, laid.codes(shares[::32], shares[::32].flip(0)))
    return {
        "shape": list(space.run.shape),
        "latent": int(space.model.latent),
        "units": list(laid.units),
        "axes": [floats(across), floats(upward)],
        "output": output,
        "layers": [] if found is None or not output else [_layer(each) for each in found],
    }


def _fully_connected(model: Any) -> list[nn.Module] | None:
    """The layers of a decoder that is a chain of fully connected ones; None where it is something else."""
    network = getattr(model, "decoder", None) or getattr(model, "generator", None)
    if not isinstance(network, nn.Module):
        return None
    chain = [each for each in network.modules() if not isinstance(each, nn.Sequential | nn.Unflatten)]
    known = all(isinstance(each, nn.Linear) or type(each) in _ACTIVATIONS for each in chain)
    weights = sum(each.numel() for each in network.parameters())
    return chain if known and weights <= _MOST_WEIGHTS else None


@torch.no_grad()
def _output_of(chain: list[nn.Module], space: LatentSpace, codes: Tensor) -> str:
    """The function behind the last layer with which the chain decodes as the model does; empty if none."""
    raw = codes.to(space.device)
    if next(each for each in chain if isinstance(each, nn.Linear)).in_features != raw.shape[1]:
        return ""
    for each in chain:
        raw = each(raw)
    pictures = space.decode(codes).flatten(1)
    for name, function in _OUTPUTS.items():
        made = function(raw).cpu()
        if made.shape == pictures.shape and bool((made - pictures).abs().max() < _EXACT):
            return name
    return ""


def _layer(module: nn.Module) -> dict[str, Any]:
    """A layer as JSON has it: weights row by row, an output a row."""
    if not isinstance(module, nn.Linear):
        return {"activation": _ACTIVATIONS[type(module)]}
    bias = torch.zeros(module.out_features) if module.bias is None else module.bias
    return {"outputs": module.out_features, "weight": floats(module.weight), "bias": floats(bias)}


@lru_cache(maxsize=2)
def _plane(run: str) -> tuple[LatentSpace, Plane]:
    space = LatentSpace(open_run(run))
    return space, Plane(space)
