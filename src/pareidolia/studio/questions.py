"""Small questions that the page asks while something is dragged, clicked or dropped: answered within moments.

Each is a function of what it is about; the answer is JSON, pictures in it are PNG in Base64. This runs in the
worker beside its jobs.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pareidolia.generative.capabilities import Encodes
from pareidolia.generative.looking import LatentSpace, Plane
from pareidolia.generative.looking.latent_space import fit_picture
from pareidolia.generative.looking.showing import tiled
from pareidolia.generative.runs import open_run
from pareidolia.inspection.framing import frame
from pareidolia.networks import Network, load_network
from pareidolia.pictures import Video, open_picture, read_record
from pareidolia.pictures.files import encode_picture, to_image
from pareidolia.requests import Request
from pareidolia.safety import distrusting
from pareidolia.settings import PareidoliaError, migrate
from pareidolia.studio.uploads import thumbnail

_EDGE = 0.005
_BACKGROUND = 14
_TOP = 8
Question = Callable[[Mapping[str, Any]], dict[str, Any]]


def answer(question: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a question of the page.

    Args:
        question: its name, one of `QUESTIONS`.
        about: what it is about; pictures and runs are paths.

    Returns:
        The answer, as JSON has it.

    Raises:
        PareidoliaError: If there is no such question, or it cannot be answered.
    """
    if question not in QUESTIONS:
        raise PareidoliaError(f"there is no question '{question[:40]}'")
    return QUESTIONS[question](about)


def layers(about: Mapping[str, Any]) -> dict[str, Any]:
    """The layers of a network that have rows and columns, with their channels."""
    network = _network(str(about["network"]))
    found = [
        {"name": name, "channels": layer.shape[0], "rows": layer.shape[1], "columns": layer.shape[2]}
        for name, layer in network.layers.items()
        if len(layer.shape) == 3
    ]
    return {"layers": found}


def names(about: Mapping[str, Any]) -> dict[str, Any]:
    """The names of a network's classes."""
    return {"names": list(_network(str(about["network"])).class_names or ())}


def classes(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a network takes a photo for: its likeliest classes with their probabilities."""
    network = _network(str(about["network"]))
    with torch.no_grad():
        shares = network(_seen(network.name, str(about["picture"]))).softmax(1)[0]
    top = shares.topk(min(_TOP, len(shares)))
    names = network.class_names or tuple(map(str, range(len(shares))))
    found = [
        {"name": names[int(index)], "share": float(share)}
        for share, index in zip(top.values, top.indices, strict=True)
    ]
    return {"classes": found}


def units(about: Mapping[str, Any]) -> dict[str, Any]:
    """Which units of a layer answer most at a place of a photo, against their mean over the photo."""
    network, layer = _network(str(about["network"])), str(about["layer"])
    seen = _seen(network.name, str(about["picture"]))
    with torch.no_grad():
        maps = network.record(seen, layer)[layer][0]
    if maps.ndim != 3:
        raise PareidoliaError(f"layer '{layer}' has no rows and columns")
    row, column = (
        min(length - 1, int(_share(about[name]) * length))
        for name, length in (("y", maps.shape[1]), ("x", maps.shape[2]))
    )
    here = maps[:, row, column]
    top = here.topk(min(_TOP, len(here)))
    found = [
        {
            "unit": int(unit),
            "value": float(value),
            "mean": float(maps[int(unit)].mean()),
            "map": _png(_gray(maps[int(unit)])),
        }
        for value, unit in zip(top.values, top.indices, strict=True)
    ]
    return {"row": row, "column": column, "units": found}


def plane(about: Mapping[str, Any]) -> dict[str, Any]:
    """A plane of a trained model's latent space: its background, and what it shows."""
    space, laid = _plane(str(about["run"]))
    middles = (torch.arange(_BACKGROUND) + 0.5) / _BACKGROUND
    up, right = torch.meshgrid(middles.flip(0), middles, indexing="ij")
    pictures = space.decode(laid.codes(right.flatten(), up.flatten()))
    return {
        "picture": _png(tiled(pictures, _BACKGROUND)),
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
        x, y = (min(max(_share(about[name]), _EDGE), 1 - _EDGE) for name in ("x", "y"))
        code = laid.codes(torch.tensor([x]), torch.tensor([y]))
    return {"picture": _png(space.decode(code)), "code": [float(number) for number in code[0]]}


def encode(about: Mapping[str, Any]) -> dict[str, Any]:
    """The code of a picture, the picture as the model sees it, and what it makes of it."""
    space, _ = _plane(str(about["run"]))
    fitted, _ = fit_picture(str(about["picture"]), space.run.shape)
    code = space.encode(fitted)
    return {
        "code": [float(number) for number in code[0].cpu()],
        "seen": _png(fitted),
        "picture": _png(space.decode(code)),
    }


def record(about: Mapping[str, Any]) -> dict[str, Any]:
    """The operation, settings and inputs of a picture that Pareidolia made; inputs by their SHA-256."""
    path = str(about["picture"])
    found = migrate(read_record(path))
    inputs = found["inputs"]
    with distrusting(f"the picture {path}"):
        # Without its inputs: they are found by what they hold.
        request = Request.from_record(
            {**found, "inputs": {}}, Path("/nonexistent"), {}, dict.fromkeys(inputs, "?")
        )
    return {
        "operation": request.operation.name,
        "settings": request.settings.model_dump(mode="json"),
        "inputs": inputs,
    }


def video(about: Mapping[str, Any]) -> dict[str, Any]:
    """Width, height and number of frames of a video, whose first frame becomes a thumbnail."""
    found = Video(str(about["path"]))
    image = to_image(next(found.frames()))
    thumbnail(image, Path(str(about["thumbnail"])))
    return {"width": image.width, "height": image.height, "frames": found.count}


QUESTIONS: Mapping[str, Question] = {
    "layers": layers,
    "names": names,
    "classes": classes,
    "units": units,
    "plane": plane,
    "decode": decode,
    "encode": encode,
    "record": record,
    "video": video,
}
"""The questions by name."""


@lru_cache(maxsize=2)
def _network(name: str) -> Network:
    return load_network(name)


@lru_cache(maxsize=2)
def _plane(run: str) -> tuple[LatentSpace, Plane]:
    space = LatentSpace(open_run(run))
    return space, Plane(space)


@lru_cache(maxsize=4)
def _seen(network: str, picture: str) -> Tensor:
    """A photo as a network sees it, 1×3×H×W."""
    looking = _network(network)
    return frame(looking, open_picture(picture).to(looking.device))


def _share(value: Any) -> float:
    return min(max(float(value), 0.0), 1.0)


def _gray(values: Tensor) -> Tensor:
    """A map as a picture, 1×1×H×W, black where it is lowest and white where it is highest."""
    low, high = values.min(), values.max()
    return ((values - low) / (high - low).clamp_min(1e-9))[None, None]


def _png(picture: Tensor) -> str:
    return b64encode(encode_picture(picture, "PNG")).decode()
