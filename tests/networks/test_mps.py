"""What runs on Apple's MPS, read from a device of our own that refuses what MPS refuses."""

import math
from collections.abc import Iterator

import pytest
import torch
from tests.fake_mps import MPS, FakeMPS, on_mps
from torch import Tensor, nn

from pareidolia.generative.measuring.distances import (
    Moments,
    frechet_distance,
    kernel_distance,
    precision_and_recall,
)
from pareidolia.generative.measuring.importance import _Weights
from pareidolia.generative.measuring.parzen import parzen_log_density
from pareidolia.inspection import ClassTarget, attribute
from pareidolia.inspection.attribution.faithfulness import rank_correlation
from pareidolia.inspection.attribution.quality.disturbing import completeness
from pareidolia.inspection.attribution.quality.of_maps import complexity, sparseness
from pareidolia.inspection.attribution.quality.removing import imputed, superpixels
from pareidolia.inspection.concepts.importance import sobol_indices
from pareidolia.inspection.invariance import InvarianceSettings, measure_invariance
from pareidolia.inspection.tuning import TuningSettings, measure_tuning
from pareidolia.networks import Network
from pareidolia.networks.devices import in_double
from pareidolia.painting.statistics import STYLE_STATISTICS
from pareidolia.style.colors import match_colors


@pytest.fixture
def network() -> Network:
    """A small classifier on the device."""
    torch.manual_seed(0)
    layers = nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    made = Network("small", nn.Sequential(*layers), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 16, 16))
    for each in (*made.module.parameters(), *made.module.buffers()):
        each._on_mps = True
    made.device = MPS
    return made


@pytest.fixture
def mps() -> Iterator[None]:
    with FakeMPS():
        yield


def there(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(1)).to(MPS)


def test_the_device_refuses_what_mps_refuses(mps: None) -> None:
    numbers = there(2, 3)
    assert on_mps(numbers) and on_mps(numbers + 1) and numbers.device.type == "mps"
    assert not on_mps(numbers.cpu()) and not on_mps(torch.zeros(2))
    for wrong in (
        lambda: numbers.double(),
        lambda: numbers.to(torch.float64),
        lambda: torch.zeros(2, dtype=torch.float64, device=numbers.device),
        lambda: torch.zeros_like(numbers, dtype=torch.float64),
    ):
        with pytest.raises(TypeError, match="no float64"):
            wrong()
    with pytest.raises(RuntimeError, match="on mps and on the cpu"):
        numbers + torch.zeros(2, 3)
    assert in_double(numbers).dtype == torch.float64


METHODS = ["gradient", "integrated-gradients", "smoothgrad", "vargrad", "grad-cam", "guided-backpropagation"]


@pytest.mark.parametrize("method", METHODS)
def test_attribution_needs_no_doubles_on_the_device(network: Network, mps: None, method: str) -> None:
    options = {"samples": 3} if method in ("smoothgrad", "vargrad") else {}
    found = attribute(network, there(1, 3, 16, 16), ClassTarget((1,)), method, **options)
    assert found.shape[-2:] == (16, 16) and bool(found.isfinite().all())
    assert rank_correlation(found, found) == pytest.approx(1)


def test_experiments_need_no_doubles_on_the_device(network: Network, mps: None) -> None:
    settings = TuningSettings(orientations=8, frequencies=3, phases=4)
    assert len(measure_tuning(network, "1", settings=settings).units) == 4
    courses = measure_invariance(network, there(1, 3, 16, 16), ("1",), InvarianceSettings(steps=4))
    assert len(courses) == 3 and all(max(each.distances["1"]) < 1 for each in courses)


def test_measures_need_no_doubles_on_the_device(mps: None) -> None:
    weights = _Weights(3, MPS)
    weights.add(there(5, 3))
    value, error, effective = weights.evidence()
    assert value.shape == error.shape == effective.shape == (3,) and bool(value.isfinite().all())
    assert parzen_log_density(there(4, 2), there(5, 2), (0.1, 1.0)).shape == (2, 4)


@pytest.mark.parametrize("name", sorted(STYLE_STATISTICS))
def test_style_statistics_need_no_doubles_on_the_device(mps: None, name: str) -> None:
    kind = STYLE_STATISTICS[name]
    maps, others = there(1, 5, 6, 6).requires_grad_(), there(1, 5, 4, 4).flip(3)
    masked = kind.of(maps, torch.ones(1, 1, 6, 6).tril().to(MPS))
    for ours in (kind.of(maps), masked):
        apart = ours.distance(kind.of(others))
        assert on_mps(apart) and apart.dtype == torch.float32 and bool(apart.detach().isfinite().all())


@pytest.mark.parametrize("method", ["eigen-cam", "road", "irof"])
def test_decompositions_need_no_doubles_on_the_device(network: Network, mps: None, method: str) -> None:
    picture = there(1, 3, 16, 16)
    if method == "eigen-cam":
        assert attribute(network, picture, ClassTarget((1,)), method, layer="1").shape[-2:] == (16, 16)
    elif method == "road":
        masks = torch.zeros(2, 1, 16, 16, dtype=torch.bool)
        masks[:, :, 3:6, 3:6] = True
        assert bool(imputed(picture, masks.to(MPS)).isfinite().all())
    else:
        assert superpixels(picture, about=4).shape == (16, 16)


def test_measures_of_maps_need_no_doubles_on_the_device(network: Network, mps: None) -> None:
    picture = there(1, 3, 16, 16)
    assert 0 <= sparseness(picture) <= 1 and complexity(picture) > 0
    assert completeness(network, picture, ClassTarget((1,)), picture) >= 0


def test_concepts_need_no_doubles_on_the_device(mps: None) -> None:
    weights = there(4)
    indices = sobol_indices(lambda masks: (masks.to(MPS) * weights).sum(dim=1), 4, 16, seed=0)
    assert indices.shape == (4,) and indices.dtype == torch.float64


def test_distances_need_no_doubles_on_the_device(mps: None) -> None:
    real, made = there(12, 3), there(12, 3).flip(0) + 0.1
    assert frechet_distance(Moments.of(real), Moments.of(made)) >= 0
    assert math.isfinite(kernel_distance(real, made))
    assert precision_and_recall(real, made)[0].value >= 0


def test_colors_need_no_doubles_on_the_device(mps: None) -> None:
    assert match_colors(there(1, 3, 8, 8), there(1, 3, 8, 8)).shape == (1, 3, 8, 8)
