"""Framing, overlays, and the pictures that the operations make."""

import torch
from torchvision import models

from pareidolia.inspection import (
    METHODS,
    DeconvnetSettings,
    SaliencySettings,
    colored,
    deconvnet_sheet,
    frame,
    overlay,
    saliency_picture,
)
from pareidolia.inspection.attribution.overlays import shown
from pareidolia.networks import Network


def test_zero_is_neutral_and_signs_share_one_scale() -> None:
    picture = torch.full((1, 3, 8, 8), 0.5)
    signed = torch.zeros(1, 1, 8, 8)
    signed[..., 0, 0], signed[..., 0, 1] = 1.0, -0.5
    laid = overlay(picture, signed)
    neutral = laid[..., 4, 4]
    assert torch.allclose(neutral, neutral[0, 0].expand_as(neutral))
    red, blue = laid[0, :, 0, 0], laid[0, :, 0, 1]
    assert red[0] > red[2] and blue[2] > blue[0]
    assert (neutral[0] - red).abs().max() > (neutral[0] - blue).abs().max()
    assert torch.equal(overlay(picture, torch.zeros(1, 1, 8, 8)), overlay(picture, signed * 0))


def test_signals_lie_around_grey() -> None:
    signal = torch.zeros(1, 3, 8, 8)
    assert torch.equal(colored(signal), torch.full_like(signal, 0.5))
    signal[0, 0, 0, 0], signal[0, 1, 0, 0] = 2.0, -2.0
    assert colored(signal)[0, :, 0, 0].tolist() == [1.0, 0.0, 0.5]
    assert (colored(signal)[0, :, 1:] == 0.5).all()


def test_a_floor_is_taken_off_unsigned_maps() -> None:
    picture = torch.full((1, 3, 8, 8), 0.5)
    ramp = torch.linspace(0, 1, 64).view(1, 1, 8, 8)
    assert torch.allclose(
        shown(METHODS["rise"], picture, ramp + 5), shown(METHODS["rise"], picture, ramp), atol=1e-5
    )


def test_framing(network) -> None:
    photo = torch.rand(1, 3, 60, 90)
    assert frame(network, photo).shape == (1, 3, 24, 36)
    assert frame(network, photo, 48).shape == (1, 3, 32, 48)
    assert frame(network, torch.rand(1, 4, 60, 90)).shape == (1, 3, 24, 36)
    fixed = models.VisionTransformer(32, 8, 1, 2, 16, 16, num_classes=10)
    transformer = Network("vit", fixed, mean=(0.5,) * 3, std=(0.5,) * 3, input_shape=(3, 32, 32))
    ramp = torch.linspace(0, 1, 90).expand(1, 3, 60, 90)
    middle = frame(transformer, ramp)
    assert middle.shape == (1, 3, 32, 32)
    assert abs(float(middle.mean()) - 0.5) < 0.02 and middle.min() > 0.1
    assert frame(transformer, photo, 48).shape == (1, 3, 32, 48)  # through windows


def test_one_map_and_a_sheet(network) -> None:
    photo = torch.rand(1, 3, 40, 60)
    one = saliency_picture(photo, SaliencySettings(method="gradient", target="pug"), network)
    assert one.picture.shape == (1, 3, 24, 36) and "gradient for pug" in one.caption
    asked = SaliencySettings(methods=("all",), samples=3, steps=3, masks=4)
    every = saliency_picture(photo, asked, network)
    assert every.picture.shape[-1] > 4 * 36 and every.caption.startswith("21 methods")
    assert every.picture.min() >= 0 and every.picture.max() <= 1


def test_projections_on_a_sheet(network) -> None:
    photo = torch.rand(1, 3, 40, 60)
    found = deconvnet_sheet(photo, DeconvnetSettings(layer="relu2", unit=("strongest", "3")), network)
    assert "relu2:3 =" in found.caption and found.caption.count("=") == 2
    assert found.picture.shape[0] == 1
