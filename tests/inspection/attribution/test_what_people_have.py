"""Attribution of what people hold in their hands, and the pictures and maps it gives."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision import models

from pareidolia.inspection import (
    ClassTarget,
    SaliencySettings,
    attribute,
    blended,
    cam_layer,
    grad_cam,
    overlay,
    project,
    saliency_picture,
)
from pareidolia.inspection.framing import frame_photo
from pareidolia.networks import Network
from pareidolia.settings import BadPicture, PareidoliaError, UnknownName


@pytest.fixture
def module() -> nn.Module:
    torch.manual_seed(0)
    return models.squeezenet1_1(weights=None, num_classes=7)


def test_a_module_a_picture_and_a_class_number(module) -> None:
    pixels = torch.randint(256, (80, 64, 3), dtype=torch.uint8).numpy()
    as_tensor = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
    network = Network.of(module)
    expected = attribute(network, as_tensor, ClassTarget((3,)), "grad-cam", layer="features.9")
    module.train()
    for picture in (pixels, Image.fromarray(pixels), as_tensor[0], [as_tensor]):
        for target in (3, torch.tensor([3]), "class:3", lambda logits: logits[:, 3]):
            found = attribute(module, picture, target, "grad-cam", layer="features.9")
            assert torch.equal(found, expected)
    assert torch.equal(grad_cam(module, pixels, 3, layer="features.9"), expected)
    assert module.training and all(parameter.requires_grad for parameter in module.parameters())
    assert project(module, pixels, "features.9", 5).units[0].channel == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (lambda m, x: (x, m, 3, "gradient"), "network=Tensor is not a network"),
        (lambda m, x: (m, x + 200, 3, "gradient"), "0-255"),
        (lambda m, x: (m, x / 0, 3, "gradient"), "NaN"),
        (lambda m, x: (m, x, 7, "gradient"), "the classes are 0 to 6"),
        (
            lambda m, x: (m, x, "3", "gradiant"),
            "there is no attribution method 'gradiant'; did you mean gradient",
        ),
        (lambda m, x: (m, x, 3.5, "gradient"), "target=float is not a target"),
    ],
)
def test_what_is_refused_is_refused_with_a_line(arguments, message: str, module) -> None:
    with pytest.raises(PareidoliaError, match=message) as caught:
        attribute(*arguments(module, torch.zeros(1, 3, 64, 64)))
    assert "\n" not in str(caught.value)


def test_a_network_in_the_place_of_settings_is_refused(module) -> None:
    with pytest.raises(PareidoliaError, match="settings=SqueezeNet is not settings: give SaliencySettings"):
        saliency_picture(torch.zeros(1, 3, 64, 64), module)


def test_an_overlay_in_the_wrong_order_is_refused() -> None:
    picture, found = torch.rand(1, 3, 8, 8), torch.randn(1, 1, 8, 8)
    with pytest.raises(BadPicture, match="the picture comes first, then the map"):
        overlay(found, picture)
    with pytest.raises(BadPicture, match="outside"):
        overlay(torch.full((1, 1, 8, 8), -2.0), torch.rand(1, 1, 8, 8))
    with pytest.raises(BadPicture, match="does not lie over"):
        overlay(picture, found[..., :4])


def test_a_map_over_the_photo_itself() -> None:
    picture, found = torch.rand(1, 3, 40, 60), torch.zeros(1, 1, 4, 6)
    assert torch.equal(blended(picture, found, signed=True), picture), "zero leaves the photo as it is"
    found[..., 0, 0], found[..., 3, 5] = 1.0, -1.0
    laid = blended(picture, found, signed=True, alpha=1.0)
    assert laid.shape == picture.shape and laid[0, 0, 0, 0] > laid[0, 2, 0, 0]
    assert laid[0, 2, -1, -1] > laid[0, 0, -1, -1]
    assert torch.equal(laid[..., :5, 40:], picture[..., :5, 40:])
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    mapped = blended(picture, found, signed=False, colormap="viridis", alpha=1.0)
    yellow, violet = torch.tensor([0.99325, 0.90616, 0.14394]), torch.tensor([0.26700, 0.00487, 0.32942])
    torch.testing.assert_close(mapped[0, :, 0, 0], yellow, atol=1e-4, rtol=0)
    torch.testing.assert_close(mapped[0, :, -1, -1], violet, atol=1e-4, rtol=0)
    with pytest.raises(UnknownName, match="did you mean viridis"):
        blended(picture, found, signed=False, colormap="viridi")


def test_several_photos_give_a_row_each_and_their_maps(network, tmp_path) -> None:
    photos = [torch.rand(1, 3, 40, 60), torch.rand(1, 3, 60, 40)]
    found = saliency_picture(photos, SaliencySettings(methods=("gradient", "grad-cam")), network)
    assert [list(maps) for maps in found.maps] == [["gradient", "grad-cam"]] * 2
    assert found.maps[0]["gradient"].shape == (1, 24, 36) and found.maps[1]["gradient"].shape == (1, 36, 24)
    # Pictures of 24 pixels are enlarged four times, so that a sheet of them can be read.
    assert found.picture.shape[2] > 4 * (24 + 36) and found.picture.shape[3] > 3 * 4 * 36
    found.save_maps(tmp_path / "maps.npz")
    with np.load(tmp_path / "maps.npz") as held:
        assert sorted(held) == ["0-grad-cam", "0-gradient", "1-grad-cam", "1-gradient"]
        assert np.array_equal(held["1-gradient"], found.maps[1]["gradient"].numpy())
    with pytest.raises(PareidoliaError, match=r"must end in one of \.npz"):
        found.save_maps(tmp_path / "maps.npy")
    one = saliency_picture(photos[0], SaliencySettings(method="occlusion", window=8), network)
    one.save_maps(tmp_path / "map.npy")
    assert np.array_equal(np.load(tmp_path / "map.npy"), one.maps[0]["occlusion"].numpy())
    with pytest.raises(PareidoliaError, match="exists already"):
        one.save_maps(tmp_path / "map.npy")


def test_the_part_of_the_photo_that_the_network_saw() -> None:
    module = models.VisionTransformer(32, 8, 1, 2, 16, 16, num_classes=10)
    network = Network.of(module, input_shape=(3, 32, 32))
    photo = torch.rand(1, 3, 60, 90)
    found = saliency_picture(photo, SaliencySettings(method="gradient", alpha=0.0), network)
    torch.testing.assert_close(found.picture, photo[..., 15:75])
    whole = saliency_picture(photo, SaliencySettings(method="gradient", alpha=0.0, size=32), small())
    torch.testing.assert_close(whole.picture, photo)


def small() -> Network:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return Network.of(module, input_shape=(3, 32, 32))


def test_slow_methods_say_how_far_they_are(network) -> None:
    from pareidolia.inspection import Saliency

    settings = SaliencySettings(methods=("gradient", "rise"), masks=10, batch_size=4)
    saliency = Saliency(torch.rand(1, 3, 40, 60), settings, network)
    steps = [(step.stage, step.index, step.total) for step in saliency]
    assert steps == [("gradient", 1, 1), ("rise", 4, 10), ("rise", 8, 10), ("rise", 10, 10)]
    assert "2 methods for" in saliency.result.caption
    # Between two steps nothing is held: neither a mode of autograd's nor a frozen network.
    stopped = iter(Saliency(torch.rand(1, 3, 40, 60), SaliencySettings(method="rise", masks=9), network))
    network.module.requires_grad_(True)
    next(stopped)
    assert torch.is_grad_enabled() and all(each.requires_grad for each in network.module.parameters())


@pytest.mark.parametrize("target", ["top", "pug", "3"])
@pytest.mark.parametrize("shape", [(40, 60), (40, 40)])
@pytest.mark.parametrize(
    "method", ["gradient", "grad-cam", "grad-cam++", "finer-cam", "eigen-cam", "deep-lift", "full-grad"]
)
def test_a_map_takes_two_forward_passes(method: str, shape, target: str, network) -> None:
    passes = []
    network.module.register_forward_pre_hook(lambda *_: passes.append(1))
    found = saliency_picture(
        torch.rand(1, 3, *shape), SaliencySettings(method=method, target=target), network
    )
    assert len(passes) == 2 and f"{method} for" in found.caption.replace(" (nothing reached the pixels)", "")


@pytest.mark.parametrize("method", ["attention-rollout", "gradient-rollout", "legrad"])
def test_a_map_of_attention_takes_two_forward_passes(method: str) -> None:
    network = Network.of(
        models.VisionTransformer(32, 8, 2, 2, 16, 16, num_classes=9), input_shape=(3, 32, 32)
    )
    passes = []
    network.module.register_forward_pre_hook(lambda *_: passes.append(1))
    saliency_picture(torch.rand(1, 3, 40, 40), SaliencySettings(method=method, target="3"), network)
    assert len(passes) == 2


def test_the_layer_of_grad_cam_is_that_of_the_network_whatever_the_photo() -> None:
    for name in ("resnet18", "squeezenet1_0", "vgg11"):
        network = Network.of(models.get_model(name, weights=None, num_classes=5), input_shape=(3, 64, 64))
        for shape in ((64, 64), (60, 90)):
            assert cam_layer(network, frame_photo(network, torch.rand(1, 3, *shape))) == cam_layer(network)


def test_a_unit_of_a_network_without_class_scores_is_explained() -> None:
    maps = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3))
    network = Network.of(maps, input_shape=(3, 32, 32))
    for target in ("0:2", "top"):
        found = saliency_picture(torch.rand(1, 3, 40, 60), SaliencySettings(target=target), network)
        assert found.picture.shape == (1, 3, 32, 48) and "%" not in found.caption
