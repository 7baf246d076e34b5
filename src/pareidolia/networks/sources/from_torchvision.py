"""torchvision's classification networks, with the weights that torchvision publishes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from pareidolia.settings.errors import BadNetwork, UnknownName
from pareidolia.settings.network_sources import network_source

if TYPE_CHECKING:
    from torch import Tensor, nn

    from pareidolia.networks.sources.origin import Origin

# DenseNet's published weights were saved when dots were allowed in attribute names.
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")


def _names() -> list[str]:
    from torchvision import models

    return [f"torchvision:{each}" for each in models.list_models(module=models)]


@network_source(
    "torchvision", help="torchvision's classifiers, with the weights that it publishes.", names=_names
)
def build(name: str, weights: str, class_count: int | None) -> Origin:
    """`models.get_model(name)` with its default published, random, or the user's weights.

    Normalisation, input size and class names are those of the default published weights. These are read from
    torch's cache, or downloaded into it with a progress bar.

    Args:
        name: torchvision's name of the network.
        weights: "published", "random", or the path of a file.
        class_count: number of outputs if the user's own weights and classes change it.

    Returns:
        The network.

    Raises:
        UnknownName: If torchvision has no such network.
        BadNetwork: If its weights are not there, or do not fit; the error says which file to put where.
    """
    from torchvision import models

    from pareidolia.networks.sources.origin import PUBLISHED, Origin, always_the_same, weights_file
    from pareidolia.networks.weights import fit_state_dict, read_state_dict

    known = _names()
    if f"torchvision:{name}" not in known:
        raise UnknownName("network", f"torchvision:{name}", known)
    published = models.get_model_weights(name).DEFAULT
    path = _published_file(name, published.url) if weights == PUBLISHED else weights_file(weights)
    tensors = None if path is None else _renamed(name, read_state_dict(path))
    with always_the_same():
        module = _make(name, published, class_count if weights != PUBLISHED else None)
    if path is not None and tensors is not None:
        fit_state_dict(module, tensors, path, f"torchvision:{name}")
    transforms = published.transforms()
    height = width = transforms.crop_size[0]
    categories = tuple(published.meta["categories"])
    return Origin(
        module,
        tuple(transforms.mean),
        tuple(transforms.std),
        (3, height, width),
        categories if class_count in (None, len(categories)) else None,
    )


def _make(name: str, published: Any, class_count: int | None) -> nn.Module:
    """The module as torchvision builds it for its published weights, still with random ones."""
    from torchvision import models

    arguments: dict[str, Any] = {} if class_count is None else {"num_classes": class_count}
    if name in ("googlenet", "inception_v3"):
        arguments |= {"transform_input": True, "init_weights": False}
    if name.startswith("vit_"):
        arguments["image_size"] = published.transforms().crop_size[0]
    module: nn.Module = models.get_model(name, weights=None, **arguments)
    return module


def _published_file(name: str, url: str) -> Path:
    """Where torch keeps the published weights; they are downloaded if they are not there."""
    import torch

    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(url).path).name
    if path.is_file():
        return path
    hash_prefix = path.stem.rpartition("-")[2]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(path), hash_prefix)
    except (OSError, RuntimeError) as error:  # URLError is an OSError; a wrong hash a RuntimeError
        raise BadNetwork(
            f"the weights of torchvision:{name} could not be fetched ({error}): download {url} elsewhere and "
            f"put it at {path}, or take --network retina, which needs no download"
        ) from error
    return path


def _renamed(name: str, tensors: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    if not name.startswith("densenet"):
        return tensors
    return {_OLD_DENSENET.sub(r"\1\2", key): value for key, value in tensors.items()}
