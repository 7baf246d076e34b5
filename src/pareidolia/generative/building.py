"""Models by the names of their kinds."""

from typing import Any

import torch

from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.registry import MODELS
from pareidolia.generative.settings import ModelSettings
from pareidolia.settings import PareidoliaError


def build(
    kind: str, settings: ModelSettings, shape: tuple[int, int, int], classes: int
) -> GenerativeModel[Any]:
    """A new model of that kind for pictures of `shape`, its weights drawn by the settings' seed.

    Args:
        kind: the name of a registered model.
        settings: of that kind of model.
        shape: of one picture, (C, H, W).
        classes: how many classes the pictures have; 0 without labels.

    Returns:
        The model; the CPU's global random numbers are left as they were.

    Raises:
        UnknownName: If there is no such kind.
        PareidoliaError: If the settings do not suit the pictures, or the registered function does not give a
            `GenerativeModel`.
    """
    make = MODELS[kind].find()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        model = make(settings, shape, classes)
    if not isinstance(model, GenerativeModel):
        raise PareidoliaError(f"the model '{kind}' gave a {type(model).__name__}, not a GenerativeModel")
    return model


def settings_of(kind: str, values: dict[str, Any]) -> ModelSettings:
    """The settings object of that kind of model with these values, validated.

    Args:
        kind: the name of a registered model.
        values: by field; the others have their defaults.

    Returns:
        The validated settings.

    Raises:
        UnknownName: If there is no such kind.
        ValidationError: If a value does not suit its field.
    """
    return MODELS[kind].settings.model_validate(values)
