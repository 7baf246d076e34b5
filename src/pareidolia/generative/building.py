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
    """A new model of that kind for pictures of `shape` (C, H, W), its weights drawn by the settings' seed.

    Raises UnknownName, and PareidoliaError where the settings do not suit the pictures.
    """
    module, name = MODELS[known_kind(kind)].split(":")
    model_class = getattr(import_module(f"pareidolia.generative.{module}"), name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return model_class(settings, shape, classes)


def settings_of(kind: str, values: dict[str, Any]) -> ModelSettings:
    """The settings object of that kind of model with these values, validated."""
    return SETTINGS_OF[known_kind(kind)].model_validate(values)


def known_kind(kind: str) -> str:
    """The kind itself; UnknownName where there is no such model."""
    if kind not in MODELS:
        raise UnknownName("model", kind, MODELS)
    return kind
