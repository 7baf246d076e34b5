"""Models by the names of their kinds."""

from typing import Any

import torch

from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.registry import MODELS
from pareidolia.generative.settings import ModelSettings
from pareidolia.randomness import seed_torch
from pareidolia.settings import PareidoliaError


def build(
    kind: str, settings: ModelSettings, shape: tuple[int, int, int], classes: int
) -> GenerativeModel[Any]:
    """A new model of that kind for pictures of `shape` (C, H, W), its weights drawn by the settings' seed.

    Args:
        kind: name of the kind.
        settings: of that kind.
        shape: C, H, W of the pictures.
        classes: number of labels of the data; 0 if they have none.

    Returns:
        The model.

    Raises:
        UnknownName: there is no such kind.
        PareidoliaError: the settings do not suit the pictures.
    """
    make = MODELS[kind].find()
    with torch.random.fork_rng(devices=[]):
        seed_torch(settings.seed)
        model = make(settings, shape, classes)
    if not isinstance(model, GenerativeModel):
        raise PareidoliaError(f"the model '{kind}' gave a {type(model).__name__}, not a GenerativeModel")
    return model


def settings_of(kind: str, values: dict[str, Any]) -> ModelSettings:
    """The settings object of that kind of model with these values, validated.

    Args:
        kind: name of the kind.
        values: of the fields.

    Returns:
        The settings.

    Raises:
        UnknownName: there is no such kind.
    """
    return MODELS[kind].settings.model_validate(values)
