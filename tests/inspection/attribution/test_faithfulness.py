"""Deletion, insertion, randomisation: closed forms, and what they are made to tell apart."""

import pytest
import torch
from torch import nn

from pareidolia.inspection import (
    ClassTarget,
    Comparison,
    attribute,
    bootstrap,
    compare_methods,
    deletion,
    insertion,
    randomization,
    rank_correlation,
)
from pareidolia.inspection.attribution.faithfulness import blurred, randomized, weighted_layers
from pareidolia.inspection.attribution.quality.removing import irof, road, superpixels
from pareidolia.inspection.attribution.settings import FaithfulnessSettings
from pareidolia.inspection.framing import frame_photo
from pareidolia.networks import Network
from pareidolia.settings import PareidoliaError


class Corner(nn.Module):
    """A score that is the mean of the left half; probability 1/2 where that is black."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        score = 4 * x[..., : x.shape[-1] // 2].mean((1, 2, 3))
        return torch.stack([torch.zeros_like(score), score], 1)


@pytest.fixture
def corner() -> Network:
    return Network("corner", Corner(), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 10, 10))


TARGET = ClassTarget((1,))


def test_deletion_in_closed_form(corner) -> None:
    x = torch.ones(1, 3, 10, 10)
    right = torch.zeros(1, 1, 10, 10)
    right[..., :5] = 1.0  # the pixels that count
    curve = deletion(corner, x, TARGET, right, steps=10)
    shares = torch.linspace(0, 1, 11)
    torch.testing.assert_close(curve.shares, shares)
    torch.testing.assert_close(curve.values, torch.sigmoid(4 * (1 - 2 * shares).clamp(min=0)))
    wrong = deletion(corner, x, TARGET, 1 - right, steps=10)
    torch.testing.assert_close(wrong.values, torch.sigmoid(4 * (2 - 2 * shares).clamp(max=1)))
    assert curve.area < wrong.area


def test_insertion_ends_with_the_picture(corner) -> None:
    x = torch.rand(1, 3, 10, 10)
    attribution = torch.rand(1, 1, 10, 10)
    curve = insertion(corner, x, TARGET, attribution, steps=7)
    torch.testing.assert_close(curve.values[-1:], corner(x).softmax(1)[:, 1])
    torch.testing.assert_close(curve.values[:1], corner(blurred(x)).softmax(1)[:, 1])


def test_blurring_keeps_the_mean_of_flat_pictures() -> None:
    flat = torch.full((1, 3, 30, 40), 0.3)
    torch.testing.assert_close(blurred(flat), flat)
    noise = torch.rand(1, 3, 40, 40)
    assert blurred(noise).std() < 0.35 * noise.std()


def test_rank_correlation() -> None:
    one = torch.arange(12.0).view(1, 1, 3, 4)
    assert rank_correlation(one, one**3) == pytest.approx(1)
    assert rank_correlation(one, 1 / (one + 1)) == pytest.approx(-1)
    assert rank_correlation(one, torch.ones_like(one)) == 0
    ties = torch.tensor([[[[0.0, 1.0, 1.0, 2.0]]]])
    other = torch.tensor([[[[0.0, 1.0, 2.0, 3.0]]]])
    assert rank_correlation(ties, other) == pytest.approx(0.9486833)  # scipy.stats.spearmanr


def test_randomisation_shuffles_a_copy(network) -> None:
    before = {name: value.clone() for name, value in network.module.state_dict().items()}
    names = weighted_layers(network)
    assert names == ["head", "conv2", "conv1"]
    for count in range(4):
        after = randomized(network, names[:count]).module.state_dict()
        changed = {name.rsplit(".", 1)[0] for name in before if not after[name].equal(before[name])}
        assert changed == set(names[:count])
        assert all(after[name].flatten().sort()[0].equal(before[name].flatten().sort()[0]) for name in after)
    assert all(value.equal(before[name]) for name, value in network.module.state_dict().items())


def test_a_method_that_does_not_look_at_the_network_is_found_out(network, pictures) -> None:
    edges = torch.rand(1, 1, 24, 28)
    assert randomization(network, lambda copy: edges) == (pytest.approx(1), pytest.approx(1))

    def gradient(copy: Network) -> torch.Tensor:
        return attribute(copy, pictures[:1], ClassTarget((3,)), "gradient")

    last, half = randomization(network, gradient)
    assert half < 0.9 and last < 1


def test_bootstrap() -> None:
    mean = bootstrap([1.0, 2.0, 3.0, 4.0])
    assert mean.value == 2.5 and mean.interval is not None
    assert 1.0 <= mean.interval[0] < 2.5 < mean.interval[1] <= 4.0
    assert bootstrap([1.0]).interval is None
    assert str(bootstrap([1.0])) == "1.000"


def test_the_comparison_and_its_figure(network) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    photos = [torch.rand(1, 3, 30, 40), torch.rand(1, 3, 40, 30)]
    settings = FaithfulnessSettings(methods=("gradient", "guided-backpropagation"), curve_steps=4)
    comparison = compare_methods(photos, settings, network)
    results = comparison.results
    assert [result.method for result in results] == ["chance", "gradient", "guided-backpropagation"]
    assert results[0].upper_half.value == 0 and not results[1].caution
    assert "fails the sanity checks" in results[2].caution
    rows = comparison.table()
    assert rows[1]["deletion"] == results[1].deletion.value
    assert 0 <= rows[1]["road_low"] <= rows[1]["road"] <= rows[1]["road_high"] and "irof" not in rows[1]
    assert rows[1]["deletion_low"] <= rows[1]["deletion"] <= rows[1]["deletion_high"]
    figure = comparison.figure()
    assert figure.shape[:2] == (1, 3) and figure.min() >= 0 and figure.max() <= 1 and figure.std() > 0.05
    result = comparison.result
    assert torch.equal(result.picture, figure) and "fails the sanity checks" in result.caption
    assert result.rows[1]["numbers"]["deletion"]["mean"] == rows[1]["deletion"]


def test_figures_of_a_network_that_knows_nothing_are_doubted(network) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    photo, quick = torch.rand(1, 3, 30, 40), FaithfulnessSettings(methods=("gradient",), curve_steps=4)
    told = "hardly more than chance among 10 classes"
    last = list(network.module.modules())[-1]
    with torch.no_grad():
        last.weight.zero_()
        last.bias.zero_()
        assert told in compare_methods([photo], quick, network).caption
        last.bias[3] = 5.0
        assert "chance among" not in compare_methods([photo], quick, network).caption


def test_the_comparison_reports_every_photo_of_every_method(network) -> None:
    photos = [torch.rand(1, 3, 30, 40), torch.rand(1, 3, 30, 40)]
    comparison = Comparison(photos, FaithfulnessSettings(methods=("grad-cam",), curve_steps=2), network)
    steps = [(step.stage, step.index, step.total) for step in comparison]
    assert steps == [(f"measuring {name}", photo, 2) for name in ("chance", "grad-cam") for photo in (1, 2)]
    with pytest.raises(PareidoliaError, match="photos holds no pictures"):
        Comparison([], network=network)


def test_the_comparison_removes_pixels_and_parts_as_their_measures_do(network) -> None:
    pytest.importorskip("skimage", reason="scikit-image is not installed")
    photos = [torch.rand(1, 3, 30, 40), torch.rand(1, 3, 30, 40)]
    settings = FaithfulnessSettings(methods=("gradient",), curve_steps=2, superpixels=6, target="2")
    comparison = Comparison(photos, settings, network)
    for _ in comparison:
        pass
    row, wanted = comparison.table()[1], {"road": 0.0, "irof": 0.0}
    for photo in photos:
        framed = frame_photo(network, photo, None).picture
        found, target = attribute(network, framed, 2, "gradient"), ClassTarget((2,))
        wanted["road"] += float(road(network, framed, target, found).values.mean()) / 2
        parts = superpixels(framed, 6)
        wanted["irof"] += irof(network, framed, target, found, segments=parts).share / 2
    assert {name: row[name] for name in wanted} == pytest.approx(wanted, rel=1e-4)
