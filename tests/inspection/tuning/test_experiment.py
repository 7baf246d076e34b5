"""Cells whose answers are known, and where they are measured."""

import numpy as np
import pytest
import torch
from gabors import Energy, convolution, gabor, seeing, simple_cells
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from pareidolia.inspection.tuning import TuningSettings, measure_tuning
from pareidolia.inspection.tuning.measures import half_width, octaves
from pareidolia.inspection.tuning.site import find_site
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork, PareidoliaError, UnknownName

FINE = TuningSettings(orientations=36, frequencies=15, lowest_frequency=0.03, highest_frequency=0.4)
COARSE = TuningSettings(
    orientations=18, frequencies=9, lowest_frequency=0.04, highest_frequency=0.4, positions=4
)


def apart(one: float, other: float) -> float:
    return abs((one - other + 90) % 180 - 90)


@pytest.mark.parametrize("theta", [0.0, 23.0, 45.0, 90.0, 118.0, 171.0])
@pytest.mark.parametrize("bias", [0.0, 2.0])
def test_a_simple_cell(theta: float, bias: float) -> None:
    """A rectified Gabor at θ0 and f0; a bias, below or above the threshold, is not counted as a response."""
    found = measure_tuning(simple_cells([gabor(theta, 0.12)], bias), "1", [0], FINE)
    cell = found.portraits[0].tuning
    assert apart(cell.orientation.peak, theta) < 1.0
    assert cell.frequency.peak == pytest.approx(0.12, rel=0.03)
    assert cell.kind == "simple" and cell.modulation == pytest.approx(np.pi / 2, rel=0.01)
    assert apart(cell.bar_orientation.peak, theta) < 3.0
    # exp(−2π²σ²|k − k0|²) falls to half at |k − k0| = √(ln 2 / 2) / (πσ), along the circle and the ray.
    half = np.sqrt(np.log(2) / 2) / (np.pi * 4.0)
    assert half_width(cell.orientation) == pytest.approx(
        np.rad2deg(2 * np.arcsin(half / (2 * 0.12))), rel=0.06
    )
    assert octaves(cell.frequency) == pytest.approx(np.log2((0.12 + half) / (0.12 - half)), rel=0.06)


def test_before_the_rectifier_a_unit_is_read_alike() -> None:
    cell = measure_tuning(simple_cells([gabor(60, 0.1)]), "0", [0], COARSE).portraits[0].tuning
    assert apart(cell.orientation.peak, 60) < 1.5 and cell.modulation == pytest.approx(np.pi / 2, rel=0.01)


def test_a_threshold_raises_modulation_above_the_rectified_cosine() -> None:
    cell = measure_tuning(simple_cells([gabor(60, 0.1)], bias=-10.0), "1", [0], COARSE).portraits[0].tuning
    assert cell.responds and cell.modulation > 1.7


def test_a_complex_cell() -> None:
    """The energy model: tuned as its filters are, and blind to phase."""
    network = seeing(Energy(gabor(30, 0.12), gabor(30, 0.12, phase=np.pi / 2)))
    found = measure_tuning(network, "energy", [0], FINE).portraits[0]
    assert found.tuning.kind == "complex" and found.tuning.modulation < 0.02
    assert apart(found.tuning.orientation.peak, 30) < 1.0
    assert found.tuning.frequency.peak == pytest.approx(0.12, rel=0.03)
    light, dark = found.tuning.sweeps
    assert np.allclose(light, dark, rtol=1e-3)  # Hubel and Wiesel's own sign of a complex cell
    assert np.abs(found.field).max() < 0.02


@given(theta=st.floats(0, 180), turn=st.floats(0, 180))
@settings(max_examples=10, deadline=None)
def test_turning_a_filter_turns_its_preference(theta: float, turn: float) -> None:
    kernels = [
        gabor(theta, 0.12),
        gabor(theta + turn, 0.12),
        np.rot90(gabor(theta, 0.12)),
        gabor(theta, 0.12)[:, ::-1],
    ]
    before, turned, quarter, mirrored = measure_tuning(simple_cells(kernels), "1", (), COARSE).units
    assert apart(turned.orientation.peak, before.orientation.peak + turn) < 2.0
    assert apart(quarter.orientation.peak, before.orientation.peak + 90) < 1e-3
    assert apart(mirrored.orientation.peak, -before.orientation.peak) < 1e-3
    assert quarter.modulation == pytest.approx(before.modulation, rel=1e-3)


def test_reverse_correlation_finds_the_filter() -> None:
    kernel = gabor(40, 0.12)
    field = measure_tuning(simple_cells([kernel]), "1", [0], FINE).portraits[0].field
    assert np.corrcoef(field.ravel(), kernel.ravel())[0, 1] > 0.95
    # A rectified cosine in eight phases, all in step: (1 + 2 · ½) / (1 + 2 · √½).
    assert 0.4 < field.max() <= 2 / (1 + np.sqrt(2)) + 0.01


def test_the_best_grating_is_the_best_one() -> None:
    network = simple_cells([gabor(70, 0.15, sigma=3.0)])
    found = measure_tuning(network, "1", [0], FINE).portraits[0]
    with torch.no_grad():
        answer = network.record(torch.tensor(0.5 + 0.5 * found.best)[None, None].float(), ["1"])["1"]
    assert float(answer) > 0.93 * found.phase_curve.max()
    assert found.diameter < 25 and found.suppression == pytest.approx(0, abs=0.02)


def test_a_surround_that_suppresses() -> None:
    """A complex cell, less 0.8 of the mean of its like around it: a large grating leaves it 0.2."""
    small = [gabor(0, 0.15, side=9, sigma=2.0, phase=phase) for phase in (0, np.pi / 2)]
    weights = np.full((17, 17), -0.8 / 17**2)
    weights[8, 8] += 1.0
    network = seeing(nn.Sequential(Energy(*small), convolution([weights]), nn.ReLU()))
    found = measure_tuning(network, "2", [0], COARSE).portraits[0]
    assert found.suppression > 0.5 and 4 < found.diameter < 15


def test_silent_units_are_told() -> None:
    network = simple_cells([gabor(0, 0.1), np.zeros((25, 25)), gabor(0, 0.1) * 1e-3], bias=-0.5)
    units = measure_tuning(network, "1", (), COARSE).units
    assert [unit.kind for unit in units] == ["simple", "no response", "no response"]
    assert units[1].selectivity == 0


def test_a_layer_is_read_where_it_sees_no_padding() -> None:
    """The crop of a padded and strided network gives what the same pixels give within a picture."""
    torch.manual_seed(1)
    module = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 5, stride=2, padding=2)
    )
    site = find_site(seeing(module), "3")
    # Fields of 12 pixels begin at −5 + 4 r: the first inside is r = 2, at 3.
    assert site.canvas.size == (15, 15) and site.position == (2, 2) and site.extent == 12 and not site.caution
    assert site.canvas.center == (8.5, 8.5)


class Context(nn.Module):
    """Looks at the whole picture in a way that shows in no receptive field: a number read out of the map."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = convolution([gabor(0, 0.2, side=9, sigma=2.0)])
        self.out = nn.Identity()

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        maps = self.conv(pictures)
        return self.out(maps + float(pictures.mean()))


class FixedSize(nn.Module):
    """Refuses other sizes, as vision transformers do."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = convolution([gabor(0, 0.2, side=9, sigma=2.0)])

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        assert pictures.shape[-1] == 48, "made for 48 pixels"
        return self.conv(pictures)


@pytest.mark.parametrize("module", [Context(), FixedSize()])
def test_where_a_crop_would_not_be_faithful_the_whole_picture_is_shown(module: nn.Module) -> None:
    network = seeing(module)
    site = find_site(network, "conv" if isinstance(module, FixedSize) else "out")
    assert site.canvas.size == (48, 48) and site.position == (20, 20) and site.extent == 9
    assert site.canvas.center == (24, 24)
    assert apart(measure_tuning(network, site.layer, (), COARSE).units[0].orientation.peak, 0) < 2


def test_a_field_larger_than_the_picture_is_told() -> None:
    module = nn.Sequential(nn.Conv2d(1, 2, 9, padding=4), nn.ReLU(), nn.Conv2d(2, 3, 31, padding=15))
    found = measure_tuning(seeing(module, side=24), "2", (), COARSE)
    assert "39x39" in found.site.caution and "24x24" in found.site.caution
    assert found.site.canvas.size == (24, 24)


def test_fully_connected_units_see_the_whole_picture() -> None:
    kernel = gabor(75, 0.15, side=24, sigma=3.0)
    linear = nn.Linear(24 * 24, 1, bias=False)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(kernel.reshape(1, -1)))
    found = measure_tuning(seeing(nn.Sequential(nn.Flatten(), linear), side=24), "1", [0], COARSE)
    assert found.site.position is None and apart(found.units[0].orientation.peak, 75) < 1.5


def test_colours() -> None:
    """A unit that compares red with green is silent in grey, and answers in its own colours."""
    plain = torch.tensor(gabor(20, 0.12), dtype=torch.float32)
    conv = nn.Conv2d(3, 1, 25, bias=False)
    with torch.no_grad():
        conv.weight.copy_(torch.stack([plain, -plain, torch.zeros_like(plain)])[None])
    network = seeing(nn.Sequential(conv, nn.ReLU()), channels=3)
    colored = COARSE.model_copy(update={"color": "red-green"})
    other = COARSE.model_copy(update={"color": "blue-yellow"})
    assert apart(measure_tuning(network, "1", (), colored).units[0].orientation.peak, 20) < 1.5
    waves = [
        measure_tuning(network, "1", (), each).units[0].orientation_curve.max()
        for each in (colored, COARSE, other)
    ]
    assert waves[1] < 1e-5 * waves[0] and waves[2] < 1e-5 * waves[0]


def test_measuring_twice_gives_the_same_and_leaves_the_network_alone(small_network: Network) -> None:
    before = {name: value.clone() for name, value in small_network.module.state_dict().items()}
    small_network.module.train()
    one, two = (measure_tuning(small_network, "stage2.relu", [0, 3], COARSE) for _ in range(2))
    assert small_network.module.training
    assert all(torch.equal(value, before[name]) for name, value in small_network.module.state_dict().items())
    assert [each.numbers() for each in one.portraits] == [each.numbers() for each in two.portraits]
    assert len(one.units) == 8


class Mixed(nn.Module):
    """Each channel's positions mixed into seven numbers, which stand nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.mixed = nn.LazyLinear(7)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.mixed(pictures.flatten(2))


def test_refusals(small_network: Network) -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        measure_tuning(small_network, "stage2.rely")
    with pytest.raises(PareidoliaError, match="channels 0 to 7, there is no channel 8"):
        measure_tuning(small_network, "stage1.relu", [8])
    mixed = Mixed()
    mixed(torch.rand(1, *small_network.input_shape))
    with pytest.raises(BadNetwork, match="neither"):
        measure_tuning(Network.of(mixed, input_shape=small_network.input_shape), "mixed")
    with pytest.raises(PareidoliaError, match="sees no colours"):
        measure_tuning(simple_cells([gabor(0, 0.1)]), "1", (), TuningSettings(color="red-green"))
    for wrong in ({"orientations": 5}, {"phases": 3}, {"frequencies": 2}, {"positions": 3}, {"diameters": 2}):
        with pytest.raises(PareidoliaError, match="greater than or equal"):
            TuningSettings(**wrong)
    with pytest.raises(PareidoliaError, match="below the highest"):
        TuningSettings(lowest_frequency=0.4, highest_frequency=0.3)
