"""DeepLIFT, expected and blurred integrated gradients, FullGrad: equal to peers', and complete."""

import numpy as np
import pytest
import torch
from torch import nn

from pareidolia.inspection import (
    ClassTarget,
    attribute,
    blurred_integrated_gradients,
    deep_lift,
    expected_gradients,
    full_gradient,
    send_back,
)
from pareidolia.inspection.attribution.baselines import mean_path_gradient
from pareidolia.networks import Network
from pareidolia.pictures import gaussian_blur

TARGET = ClassTarget((3, 5))


def _network(*layers: nn.Module) -> Network:
    torch.manual_seed(4)
    module = nn.Sequential(*layers).eval()
    module(torch.zeros(1, 3, 12, 12))  # lazy layers find their sizes
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.4)
    return Network.of(module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 12, 12))


def _mixed() -> Network:
    """Every kind of nonlinearity; a convolution between any two, without which captum's is not complete."""
    return _network(
        nn.Conv2d(3, 6, 3),
        nn.ReLU(),
        nn.Conv2d(6, 6, 1),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 6, 2),
        nn.ELU(),
        nn.Conv2d(6, 6, 1),
        nn.Sigmoid(),
        nn.Conv2d(6, 6, 1),
        nn.Tanh(),
        nn.Conv2d(6, 6, 1),
        nn.Softplus(),
        nn.Flatten(),
        nn.Linear(96, 8),
        nn.LeakyReLU(),
        nn.Linear(8, 6),
    )


def test_equal_to_captum() -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    network, x, black = _mixed(), torch.rand(2, 3, 12, 12), torch.rand(1, 3, 12, 12)
    peer = attr.DeepLift(network.module)
    with pytest.warns(
        UserWarning, match="hooks"
    ):  # picture by picture: in batches captum mixes up max pooling
        parts = [peer.attribute(x[i : i + 1], black, target=[3, 5][i]) for i in range(2)]
    expected = torch.cat(parts).detach()
    found = deep_lift(network, x, TARGET, baseline=black)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5 * float(expected.abs().max()))


def test_class_probabilities_equal_captums() -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    network = _network(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 6), nn.Softmax(dim=1))
    with torch.no_grad():
        network.module[3].weight.mul_(0.05)
    x = torch.rand(1, 3, 12, 12)
    with pytest.warns(UserWarning, match="hooks"):
        expected = attr.DeepLift(network.module).attribute(x, target=3).detach()
    found = deep_lift(network, x, ClassTarget((3,)))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5 * float(expected.abs().max()))


@pytest.mark.parametrize("pooling", [nn.MaxPool2d(2), nn.MaxPool2d(3, 1), nn.AdaptiveMaxPool2d(4)], ids=str)
def test_the_sum_is_the_difference_of_the_scores(pooling: nn.Module) -> None:
    """Also where captum's is not: through windows that overlap, and where pooling meets a rectifier."""
    network = _network(
        nn.Conv2d(3, 6, 3), nn.Hardswish(), pooling, nn.ReLU6(), nn.Flatten(), nn.LazyLinear(6)
    )
    x, reference = torch.rand(2, 3, 12, 12), torch.rand(1, 3, 12, 12)
    rise = TARGET(network, x) - network(reference)[0, [3, 5]]
    torch.testing.assert_close(deep_lift(network, x, TARGET, baseline=reference).sum((1, 2, 3)), rise)


def test_functions_and_in_place_calls_are_met_too() -> None:
    class Written(nn.Module):
        def __init__(self, inner: nn.Sequential) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = nn.functional.max_pool2d(self.inner[0](x).clamp_(min=0), kernel_size=3, stride=1, padding=1)
            return self.inner[2](self.inner[1](torch.sigmoid(y)))

    modules = _network(nn.Conv2d(3, 6, 3, 2), nn.Flatten(), nn.LazyLinear(6))
    x = torch.rand(1, 3, 12, 12)
    written = Network.of(Written(modules.module), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 12, 12))
    found = deep_lift(written, x, 3)
    rise = written(x)[0, 3] - written(torch.zeros_like(x))[0, 3]
    torch.testing.assert_close(found.sum(), rise)
    assert not torch.allclose(found, x * send_back(written, x, 3), rtol=1e-2)


def test_expected_gradients_equal_captums_with_its_draws() -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    network, x, begin = _mixed(), torch.rand(1, 3, 12, 12), torch.rand(1, 3, 12, 12)
    np.random.seed(3)
    expected = attr.GradientShap(network.module).attribute(x, begin, n_samples=7, stdevs=0.0, target=3)
    np.random.seed(3)
    np.random.choice(1, 7)  # which baseline each sample takes
    alphas = torch.from_numpy(np.random.uniform(0, 1, 7)).float()
    found = mean_path_gradient(network, x[0], ClassTarget((3,)), begin.expand(7, -1, -1, -1), 1 - alphas, 3)
    other = mean_path_gradient(network, x[0], ClassTarget((3,)), begin.expand(7, -1, -1, -1), alphas, 3)
    scale = float(expected.abs().max())
    errors = [float((each - expected[0]).abs().max()) / scale for each in (found, other)]
    assert min(errors) < 1e-5


def test_expected_gradients_of_a_linear_network() -> None:
    """Everywhere the same gradient w: w ⊙ (x − mean baseline), whatever is drawn."""
    network = _network(nn.Flatten(), nn.Linear(432, 6))
    x, begins = torch.rand(2, 3, 12, 12), torch.rand(1, 3, 12, 12)
    weights = network.module[1].weight[[3, 5]].view(2, 3, 12, 12).detach()
    found = expected_gradients(network, x, TARGET, baselines=begins, samples=9)
    torch.testing.assert_close(found, weights * (x - begins))
    total = expected_gradients(network, x, TARGET, samples=4000).sum((1, 2, 3))
    gray = TARGET(network, torch.full_like(x, 0.5))
    torch.testing.assert_close(total, TARGET(network, x) - gray, rtol=0.1, atol=0.1)
    assert torch.equal(*(expected_gradients(network, x, TARGET, samples=5, seed=8) for _ in range(2)))


def test_blurred_integrated_gradients_of_a_linear_network() -> None:
    network = _network(nn.Flatten(), nn.Linear(432, 6))
    x = torch.rand(2, 3, 12, 12)
    weights = network.module[1].weight[[3, 5]].view(2, 3, 12, 12).detach()
    for steps, batch_size in ((2, None), (9, 2)):
        found = blurred_integrated_gradients(
            network, x, TARGET, sigma=2.5, steps=steps, batch_size=batch_size
        )
        torch.testing.assert_close(
            found, weights * (x - gaussian_blur(x, 2.5, border="reflect")), rtol=1e-4, atol=1e-5
        )


def test_blurred_integrated_gradients_sum_to_what_sharpness_adds() -> None:
    network, x = _mixed(), torch.rand(1, 3, 12, 12)
    rise = network(x)[0, 3] - network(gaussian_blur(x, 2.0, border="reflect"))[0, 3]
    few, many = (
        abs(float(blurred_integrated_gradients(network, x, 3, steps=steps).sum() - rise))
        for steps in (8, 200)
    )
    assert many < 0.01 * abs(float(rise)) and many < few


def test_the_full_gradient_is_the_score() -> None:
    """Completeness (Srinivas and Fleuret 2019, proposition 1), with convolutions, batch norms and a head."""
    network = _network(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 4, 3, bias=False), nn.BatchNorm2d(4),
        nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 6),
    )  # fmt: skip
    for each in network.module:
        if isinstance(each, nn.BatchNorm2d):
            each.running_mean.normal_()
            each.running_var.uniform_(0.5, 2)
    network = Network.of(network.module, mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.2), input_shape=(3, 12, 12))
    x = torch.rand(2, 3, 12, 12)
    found = full_gradient(network, x, TARGET)
    assert [tuple(each.shape) for each in found.biases] == [(2, 6, 10, 10)] * 2 + [(2, 4, 8, 8)]
    total = found.picture.sum((1, 2, 3)) + sum(each.sum((1, 2, 3)) for each in found.biases) + found.rest
    torch.testing.assert_close(total, TARGET(network, x))


def test_the_parts_are_pytorch_grad_cams(import_peer) -> None:
    peers = import_peer("pytorch_grad_cam")
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    network = _network(
        nn.Conv2d(3, 6, 3),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.Conv2d(6, 4, 3),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(256, 6),
    )
    network.module[1].running_mean.normal_()
    x = torch.rand(1, 3, 12, 12)
    with peers.FullGrad(network.module, []) as cam:
        cam(x, [ClassifierOutputTarget(3)])
        expected = [
            torch.from_numpy(bias)[:, None, None] * grad
            for bias, grad in zip(cam.bias_data, cam.activations_and_grads.gradients, strict=True)
        ]
    found = full_gradient(network, x, ClassTarget((3,)))
    for ours, theirs in zip(found.biases, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)


def test_full_grad_scales_each_layer_to_one() -> None:
    network = _network(nn.Conv2d(3, 1, 3), nn.ReLU(), nn.Flatten(), nn.Linear(100, 6))
    x = torch.rand(1, 3, 12, 12)
    parts = full_gradient(network, x, ClassTarget((3,)))
    (bias,) = parts.biases
    magnitudes = [each.abs() - each.abs().min() for each in (parts.picture, bias)]
    pictured, biased = (each / each.max() for each in magnitudes)
    expected = pictured.sum(1, keepdim=True) + nn.functional.interpolate(biased, (12, 12), mode="bilinear")
    torch.testing.assert_close(attribute(network, x, 3, "full-grad"), expected, rtol=1e-3, atol=1e-3)
