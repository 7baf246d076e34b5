"""timm's networks, with the weights that timm publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pareidolia.safety.trust import require_trust
from pareidolia.settings.errors import BadNetwork, UnknownName, one_line
from pareidolia.settings.extras import require
from pareidolia.settings.installing import with_extra
from pareidolia.settings.network_sources import network_source

if TYPE_CHECKING:
    from torch import nn

    from pareidolia.networks.sources.origin import Origin


HUB = "hf-hub:"
# Where timm finds networks that are not its own: on the Hugging Face hub, in a folder downloaded from there.
_FOLDER = "local-dir:"
_ELSEWHERE = (HUB, _FOLDER)


@network_source(
    "timm", help=f"timm's networks, with the weights that it publishes; {with_extra('timm')} installs it."
)
def build(name: str, weights: str, class_count: int | None) -> Origin:
    """`timm.create_model(name)` with its published, random, or the user's weights.

    Normalisation and input size come from timm's data configuration. timm downloads published weights
    into the Hugging Face cache with a progress bar.

    Args:
        name: timm's name of the network; "hf-hub:OWNER/NAME" of one on the hub, "local-dir:FOLDER" of one
            that was downloaded from there.
        weights: "published", "random", or the path of a file.
        class_count: number of outputs if the user's own weights and classes change it.

    Returns:
        The network.

    Raises:
        UnknownName: If timm has no such network.
        BadNetwork: If its weights are not there, or do not fit; the error names what to do.
        PareidoliaError: If only a file that nobody trusts names a network of the hub.
        MissingExtra: If timm is not installed.
    """
    from pareidolia.networks.sources.origin import PUBLISHED, Origin, always_the_same, weights_file
    from pareidolia.networks.weights import load_weights

    timm = require("timm", extra="timm")
    if ":" in name and not name.startswith(_FOLDER):
        require_trust(f"timm:{name}", what="a network of a hub", done="fetched")
    if not name.startswith(_ELSEWHERE) and not timm.is_model(name):
        known = timm.list_models() + timm.list_pretrained()
        raise UnknownName("network", f"timm:{name}", [f"timm:{each}" for each in known])
    with always_the_same():
        module = _make(timm, name, weights == PUBLISHED, class_count if weights != PUBLISHED else None)
    path = weights_file(weights)
    if path is not None:
        load_weights(module, path, f"timm:{name}")
    published: dict[str, Any] = getattr(module, "pretrained_cfg", {})
    data = timm.data.resolve_model_data_config(module)
    channels, height, width = data["input_size"]
    names = _class_names(timm, module)
    return Origin(
        module,
        tuple(data["mean"]),
        tuple(data["std"]),
        (channels, height, width),
        names if names is not None and class_count in (None, len(names)) else None,
        one_size=bool(published.get("fixed_input_size")),
    )


def _make(timm: Any, name: str, pretrained: bool, class_count: int | None) -> nn.Module:
    from pareidolia.networks.sources.hub_client import hub_client

    arguments = {} if class_count is None else {"num_classes": class_count}
    try:
        with hub_client():
            module = _any_size(timm, name, pretrained=pretrained, **arguments)
    except Exception as error:  # the hub's client raises its own kinds, its transport's, and OSError
        if name.startswith(HUB):
            raise BadNetwork(_not_from_hub(name.removeprefix(HUB), error)) from error
        if not pretrained or name.startswith(_ELSEWHERE):
            raise BadNetwork(f"timm cannot build {name}: {one_line(error)}") from error
        repository = timm.get_pretrained_cfg(name).hf_hub_id or "timm's model page"
        raise BadNetwork(
            f"the weights of timm:{name} could not be fetched ({one_line(error)}): download "
            f"model.safetensors of {repository} on huggingface.co elsewhere and give its path as --weights, "
            "or take --network retina, which needs no download"
        ) from error
    return module


def _any_size(timm: Any, name: str, **arguments: Any) -> nn.Module:
    """The module, made to take pictures of any size where timm can: positions are then interpolated."""
    module: nn.Module
    try:
        module = timm.create_model(name, dynamic_img_size=True, dynamic_img_pad=True, **arguments)
    except TypeError as error:
        if "dynamic_img_" not in str(error):
            raise
        module = timm.create_model(name, **arguments)
    return module


def _not_from_hub(repository: str, error: Exception) -> str:
    """Why a network of the hub is not there, and what to do."""
    return (
        f"{repository} could not be had from the Hugging Face hub ({one_line(error)}): is it a network of "
        "timm? Download its config.json and model.safetensors elsewhere and name their folder as "
        "timm:local-dir:FOLDER, or take --network retina, which needs no download"
    )


def _class_names(timm: Any, module: nn.Module) -> tuple[str, ...] | None:
    """The network's own, torchvision's for ImageNet's thousand classes, timm's for its other subsets."""
    published: dict[str, Any] = getattr(module, "pretrained_cfg", {})
    if own := published.get("label_names"):
        return tuple(map(str, own))
    subset = timm.data.infer_imagenet_subset(module)
    if subset is None:
        return None
    if subset == "imagenet-1k":
        from torchvision import models

        return tuple(models.ResNet50_Weights.DEFAULT.meta["categories"])
    information = timm.data.ImageNetInfo(subset)
    return tuple(information.index_to_description(index) for index in range(information.num_classes()))
