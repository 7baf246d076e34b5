"""The sheet about one photo: views, scores, chance, random weights, what does not suit the network."""

import pytest
import torch

from pareidolia.inspection import SaliencySheet, SaliencySheetSettings, sparseness
from pareidolia.inspection.attribution.judging import views_of
from pareidolia.settings import BadNetwork

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
QUICK = {"curve_steps": 2, "views": 2}


def _made(network, **options: object) -> SaliencySheet:
    chance = torch.Generator().manual_seed(3)
    sheet = SaliencySheet(
        torch.rand(1, 3, 30, 40, generator=chance), SaliencySheetSettings(**options, **QUICK), network
    )
    steps = [(step.stage, step.index, step.total) for step in sheet]
    assert steps[:3] == [("judging chance", 1, 2), ("judging chance", 2, 2), ("judging gradient", 1, 2)]
    return sheet


def test_each_method_has_its_maps_and_its_scores(network) -> None:
    before = {name: value.clone() for name, value in network.module.state_dict().items()}
    sheet = _made(network, methods=("gradient", "guided-backpropagation"))
    chance, gradient, guided = sheet.results
    assert chance.method == "chance" and chance.picture is None
    for each in (gradient, guided):
        assert each.picture.shape == each.random.shape == (1, 3, 24, 32)
        assert not torch.equal(each.picture, each.random)
        assert list(each.scores) == ["deletion", "insertion", "road", "sparseness", "likeness"]
        assert all(mean.interval[0] <= mean.value <= mean.interval[1] for mean in each.scores.values())
    # What does not look at the network is like that of random weights; random numbers are like nothing.
    assert abs(chance.scores["likeness"].value) < 0.1 < guided.scores["likeness"].value
    assert chance.scores["sparseness"].value == pytest.approx(sparseness(torch.rand(1, 1, 24, 32)), abs=0.03)
    result = sheet.result
    assert result.picture.shape[:2] == (1, 3) and result.picture.std() > 0.05
    assert "guided-backpropagation fails the sanity checks" in result.caption
    assert result.rows[1]["method"] == "gradient" and "[" in result.rows[1]["insertion"]
    assert all(torch.equal(value, before[name]) for name, value in network.module.state_dict().items())


def test_the_same_seed_gives_the_same_scores(network) -> None:
    one, other = (_made(network, methods=("gradient",), seed=4).results[1].scores for _ in range(2))
    assert one == other


def test_what_does_not_suit_the_network(network) -> None:
    options = {"masks": 2, "samples": 2, "steps": 2, "window": 12, "stride": 12, "channels": 1}
    sheet = _made(network, methods=("all",), **options)
    assert sheet.left_out == ["attention-rollout", "gradient-rollout", "legrad"]
    assert "does not suit them: attention-rollout" in sheet.caption
    with pytest.raises(BadNetwork, match="for transformers"):
        _made(network, methods=("gradient", "legrad"))


def test_views_are_of_the_same_size_and_not_far_off() -> None:
    rows = torch.linspace(0, 1, 20).view(1, 1, 20, 1).expand(1, 3, 20, 30)
    first, *others = views_of(rows, 6)
    assert torch.equal(first, rows) and all(each.shape == rows.shape for each in others)
    assert all((each - rows).abs().max() < 0.1 for each in others)
    assert len({float(each.sum()) for each in others}) > 2
    columns = rows.transpose(2, 3)[..., :20]
    assert list(views_of(columns, 2))[1][0, 0, 3].diff().mean() < 0  # mirrored
