"""Class models named by a network that painted none: what it is shown, and what is said of it."""

import torch
from torch import nn

import retina_class_models
from pareidolia.inspection.visualization import ClassModelSettings
from pareidolia.networks import Network, load_network


class Darkness(nn.Module):
    """Says "dark" of dark pictures, and "bright" of others."""

    def forward(self, pictures):
        mean = pictures.mean(dim=(1, 2, 3))
        return torch.stack([0.5 - mean, mean - 0.5], dim=1)


def judge(*_):
    zero, one = (0.0,) * 3, (1.0,) * 3
    return Network("d", Darkness(), mean=zero, std=one, input_shape=(3, 8, 8), class_names=("dark", "bright"))


def test_pictures_of_any_size_are_named():
    pictures = [torch.full((1, 3, 5, 9), 0.2), torch.full((1, 3, 20, 20), 0.9)]
    assert retina_class_models.names_of(judge(), pictures) == ["dark", "bright"]


def test_what_is_named_rightly_is_counted_and_the_rest_listed():
    found = {"a": ["lion", "goose"], "b": ["lion", "lion"]}
    assert retina_class_models.in_words(found, ("lion", "goose")) == "a 2 of 2; b 1 of 2 (not goose as lion)"


def test_retina_has_all_twelve_classes_and_each_painter_paints_them(monkeypatch):
    names = load_network("retina", "random").class_names
    assert set(retina_class_models.CLASSES) <= set(names) and len(retina_class_models.CLASSES) == 12
    monkeypatch.setattr(retina_class_models, "load_network", judge)
    settings = ClassModelSettings(weights="random", size=32, steps=1)
    through = {"retina": retina_class_models.painters(settings)["retina"]}
    found = retina_class_models.recognized(through, ("lion", "goose"))
    assert len(found["retina"]) == 2 and set(found["retina"]) <= {"dark", "bright"}
    lite = retina_class_models.painters(settings)["efficientnet_lite0"]
    assert (lite.network, lite.weights, lite.size) == ("efficientnet_lite0", "published", 32)
