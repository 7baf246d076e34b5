"""The models by name."""

from importlib import import_module
from typing import Any

import torch

from pareidolia.generative.settings import SETTINGS_OF, ModelSettings
from pareidolia.settings import UnknownName

MODELS = {
    "autoencoder": "autoencoder:Autoencoder",
    "vae": "vae:VAE",
    "aae": "aae:make_aae",
    "gan": "gan:GAN",
}


def build(kind: str, settings: ModelSettings, shape: tuple[int, int, int], classes: int) -> Any:
    """Build a new model; its weights are drawn by the settings' seed.

    Args:
        kind: "autoencoder", "vae", "aae" or "gan".
        settings: of that kind of model.
        shape: C, H, W of the pictures.
        classes: number of classes of the data.

    Returns:
        The model.

    Raises:
        UnknownName: If there is no such kind.
        PareidoliaError: If the settings do not suit the pictures.
    """
    module, name = MODELS[known_kind(kind)].split(":")
    model_class = getattr(import_module(f"pareidolia.generative.{module}"), name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return model_class(settings, shape, classes)


def settings_of(kind: str, values: dict[str, Any]) -> ModelSettings:
    """Validate settings of a kind of model.

    Args:
        kind: the kind.
        values: its options by name.

    Returns:
        The settings object.
    """
    return SETTINGS_OF[known_kind(kind)].model_validate(values)


def known_kind(kind: str) -> str:
    """Check that there is such a kind of model.

    Args:
        kind: the kind.

    Returns:
        The kind itself.

    Raises:
        UnknownName: If there is none.
    """
    if kind not in MODELS:
        raise UnknownName("model", kind, MODELS)
    return kind
