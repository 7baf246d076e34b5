"""Measures of maps: equal to Quantus's on the same numbers, and in closed form."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from pareidolia.inspection import ClassTarget, attribute, send_back
from pareidolia.inspection.attribution.quality.disturbing import (
    blocks_covered,
    completeness,
    infidelity,
    max_sensitivity,
    sensitivity,
)
from pareidolia.inspection.attribution.quality.of_maps import complexity, pointing_game, sparseness
from pareidolia.inspection.attribution.quality.randomizing import (
    efficient_randomization,
    smooth_randomization,
)
from pareidolia.inspection.attribution.quality.removing import imputed, irof, road, superpixels
from pareidolia.networks import Network

TARGET = ClassTarget((3,))


def _linear() -> Network:
    torch.manual_seed(5)
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * 12 * 12, 5))
    return Network.of(module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 12, 12))


@pytest.fixture
def picture(pictures) -> Tensor:
    return pictures[:1]


def _imputed(picture: Tensor) -> tuple[Tensor, Tensor]:
    chance = torch.Generator().manual_seed(2)
    masks = torch.rand(3, 1, 24, 28, generator=chance) < torch.tensor([0.1, 0.5, 0.95]).view(3, 1, 1, 1)
    masks[2, 0, 5:20, 4:24] = True
    return imputed(picture, masks), masks


def test_imputation_solves_its_equations(picture) -> None:
    found, masks = _imputed(picture)
    assert torch.equal(found.where(~masks, 0), picture.expand(3, -1, -1, -1).where(~masks, 0))
    inside = found[..., 1:-1, 1:-1]
    beside = found[..., :-2, 1:-1] + found[..., 2:, 1:-1] + found[..., 1:-1, :-2] + found[..., 1:-1, 2:]
    across = found[..., :-2, :-2] + found[..., 2:, :-2] + found[..., :-2, 2:] + found[..., 2:, 2:]
    error = (inside - beside / 6 - across / 12)[masks[..., 1:-1, 1:-1].expand(-1, 3, -1, -1)]
    assert error.abs().max() < 1e-4


def test_imputation_is_quantus(import_peer, picture) -> None:
    from_peer = import_peer("quantus").functions.perturb_func.noisy_linear_imputation
    for ours, mask in zip(*_imputed(picture), strict=True):
        theirs = from_peer(picture[0].numpy(), np.flatnonzero(mask[0].numpy()), noise=0.0)
        torch.testing.assert_close(ours, torch.from_numpy(theirs).float(), rtol=0, atol=1e-4)


def test_road_tells_what_counts_from_what_does_not() -> None:
    network = _linear()
    with torch.no_grad():
        network.module[1].weight.zero_()[3].view(3, 12, 12)[:, :, :6] = 0.05
    x = torch.full((1, 3, 12, 12), 0.05)
    x[..., :6] += 0.9 * torch.rand(1, 3, 12, 6)
    left = torch.zeros(1, 1, 12, 12)
    left[..., :6] = 1
    right = road(network, x, TARGET, 1 - left, shares=(0.2, 0.4), noise=0.0)
    torch.testing.assert_close(right.values, network(x).softmax(1)[:, 3].expand(2).detach())
    assert road(network, x, TARGET, left, shares=(0.45,)).values < right.values[0]


def test_irof_is_quantus(import_peer, monkeypatch) -> None:
    """On a gray picture: of three channels Quantus 0.6 refuses its own masks."""
    pytest.importorskip("skimage", reason="scikit-image is not installed")
    quantus = import_peer("quantus")
    monkeypatch.setattr(np, "trapz", np.trapezoid, raising=False)  # which NumPy 2 has no more
    torch.manual_seed(6)
    module = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(36, 5)
    )
    network = Network.of(module, mean=(0.0,), std=(1.0,), input_shape=(1, 24, 28))
    gray, signal = torch.rand(1, 1, 24, 28), torch.rand(1, 1, 24, 28)
    metric = quantus.IROF(
        segmentation_method="slic",
        perturb_baseline=0.25,
        perturb_func_kwargs={},
        normalise=False,
        return_aggregate=False,
        disable_warnings=True,
    )
    expected = metric(module.eval(), gray.numpy(), np.array([3]), signal.numpy(), softmax=True)
    pixels = np.moveaxis(gray[0].numpy(), 0, -1).astype("double")
    segments = torch.from_numpy(quantus.helpers.utils.get_superpixel_segments(pixels, "slic"))
    found = irof(network, gray, TARGET, signal, segments=segments, fill=0.25)
    assert found.area_over == pytest.approx(float(np.ravel(expected)[0]), abs=1e-4)
    assert found.share == found.area_over / len(found.kept)


def test_irof_of_what_counts_falls_at_once(picture, network) -> None:
    pytest.importorskip("skimage", reason="scikit-image is not installed")
    parts = superpixels(picture)
    assert parts.shape == (24, 28) and parts.min() == 0
    linear, x = _linear(), torch.rand(1, 3, 12, 12)
    with torch.no_grad():
        linear.module[1].weight.zero_()[3].view(3, 12, 12)[:, :4] = 0.2
    quarters = torch.arange(3).repeat_interleave(4)[:, None].expand(12, 12)
    rows = torch.linspace(1, 0, 12).view(1, 1, 12, 1).expand(1, 1, 12, 12)
    first, last = (irof(linear, x, TARGET, each, segments=quarters, fill=0.0) for each in (rows, 1 - rows))
    assert first.share > last.share and first.kept[0] < 0.9 and last.kept[1] == pytest.approx(1)


def test_infidelity_of_the_gradient_of_a_linear_network_is_nothing() -> None:
    network, x = _linear(), torch.rand(1, 3, 12, 12)
    gradient = send_back(network, x, TARGET)
    copies = blocks_covered(x, 4)
    assert copies.shape == (9, 3, 12, 12) and int((copies[4] != x[0]).sum()) == 3 * 16
    assert infidelity(network, x, TARGET, gradient, copies) < 1e-10
    falls = (network(x) - network(copies))[:, 3]
    zero = infidelity(network, x, TARGET, torch.zeros_like(x), copies)
    assert zero == pytest.approx(float(falls.square().mean()), rel=1e-5)


def test_infidelity_is_quantus(import_peer, network, picture) -> None:
    signal = torch.randn(1, 3, 24, 28)
    seen = []
    network.module.register_forward_hook(lambda _, given, __: seen.append(given[0].clone()))
    metric = import_peer("quantus").Infidelity(
        perturb_baseline=0.0, perturb_patch_sizes=[4], n_perturb_samples=1, normalise=False, abs=False,
        return_aggregate=False, disable_warnings=True,
    )  # fmt: skip
    expected = metric(network.module, picture.numpy(), np.array([3]), signal.numpy(), softmax=False)
    copies = torch.cat(seen[-42:]).float()
    found = infidelity(network, picture, TARGET, signal, copies)
    assert found == pytest.approx(float(expected[0]), rel=1e-4)


def test_max_sensitivity_is_quantus(import_peer, network, picture) -> None:
    quantus = import_peer("quantus")
    offered = [torch.rand(1, 3, 24, 28) for _ in range(4)]
    waiting = iter(offered)

    def explain(model: nn.Module, inputs: np.ndarray, targets: np.ndarray, **_: object) -> np.ndarray:
        return send_back(network, torch.from_numpy(inputs).float(), TARGET).numpy()

    metric = quantus.MaxSensitivity(
        nr_samples=4, normalise=False, perturb_func=lambda **_: next(waiting).reshape(1, -1).numpy(),
        abs=False, return_aggregate=False, disable_warnings=True, return_nan_when_prediction_changes=False,
    )  # fmt: skip
    given, classes = picture.numpy(), np.array([3])
    original = explain(network.module, given, classes)
    expected = metric(network.module, given, classes, original, explain_func=explain)

    def method(pictures: Tensor) -> Tensor:
        return send_back(network, pictures, TARGET)

    found = sensitivity(method, picture, torch.cat(offered))
    assert found == pytest.approx(float(expected[0]), rel=1e-4)
    assert 0 < max_sensitivity(method, picture, radius=1e-3) < found


def test_completeness_of_deep_lift_and_of_chance(network, picture) -> None:
    assert completeness(network, picture, TARGET, attribute(network, picture, 3, "deep-lift")) < 1e-4
    zero = torch.zeros(1, 1, 24, 28)
    assert completeness(network, picture, TARGET, zero) == pytest.approx(1)


def test_sparseness_is_quantus(import_peer) -> None:
    quantus = import_peer("quantus")
    signal = torch.rand(3, 1, 8, 9)
    metric = quantus.Sparseness(return_aggregate=False, disable_warnings=True, normalise=False)
    expected = metric(nn.Identity(), np.zeros((3, 1, 8, 9)), np.zeros(3, int), signal.numpy())
    for one, wanted in zip(signal, expected, strict=True):
        assert sparseness(one[None]) == pytest.approx(float(wanted), abs=1e-4)


def test_sparseness_and_complexity_at_their_ends() -> None:
    one = torch.zeros(1, 1, 10, 10)
    one[0, 0, 3, 4] = 5
    assert sparseness(one) == pytest.approx(0.99, abs=1e-3) and sparseness(torch.ones(1, 1, 9, 9)) < 1e-6
    assert complexity(torch.ones(1, 1, 9, 9)) == 0
    assert complexity(torch.arange(100.0).view(1, 1, 10, 10)) == pytest.approx(math.log(100))


def test_complexity_is_quantus(import_peer) -> None:
    values = torch.randn(1, 1, 20, 20)
    expected = import_peer("quantus").functions.complexity_func.discrete_entropy(
        values.numpy(), values.numpy(), n_bins=50
    )
    assert complexity(values, 50) == pytest.approx(float(expected), abs=1e-4)


def test_the_pointing_game() -> None:
    signal, mask = torch.zeros(1, 1, 4, 4), torch.zeros(4, 4)
    signal[..., 1, 2] = 1
    assert math.isnan(pointing_game(signal, mask))
    mask[0, 0] = 1
    assert pointing_game(signal, mask) == 0
    mask[1, 2] = 1
    assert pointing_game(signal, mask) == 1


def test_randomized_parameters_find_out_what_does_not_look_at_the_network(network, picture) -> None:
    def edges(_: Network, pictures: Tensor) -> Tensor:
        return pictures.mean(1, keepdim=True).diff(dim=3).abs()

    def gradient(looking: Network, pictures: Tensor) -> Tensor:
        return send_back(looking, pictures, TARGET).abs().amax(1, keepdim=True)

    assert efficient_randomization(network, edges, picture) == 0
    assert smooth_randomization(network, edges, picture, samples=2, steps=2).tolist() == pytest.approx([1, 1])
    smooth = smooth_randomization(network, gradient, picture, samples=3, steps=3)
    assert smooth.shape == (3,) and (smooth < 0.95).all()
    before = {name: value.clone() for name, value in network.module.state_dict().items()}
    assert efficient_randomization(network, gradient, picture) != 0
    assert all(torch.equal(value, before[name]) for name, value in network.module.state_dict().items())
