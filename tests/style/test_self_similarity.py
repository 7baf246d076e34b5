"""Self-similarity as content, beside its formula."""

import pytest
import torch

from pareidolia.painting import ModelOutputs
from pareidolia.settings import BadSetting
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.self_similarity import SelfSimilarityLoss


def maps(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def seen(features):
    return ModelOutputs(torch.zeros(1), {"a": features})


def shares(features):
    flat = features[0].flatten(1).T
    table = 1 - torch.nn.functional.cosine_similarity(flat[:, None], flat[None], dim=2)
    return table / table.sum(0)


def test_it_is_the_difference_of_two_tables_of_cosines():
    f, c = maps(1, 4, 5, 6), maps(1, 4, 5, 6, seed=1)
    loss = SelfSimilarityLoss({"a": c}, [2.0], "gatys").loss(seen(f))
    torch.testing.assert_close(loss, 2 * (shares(f) - shares(c)).abs().mean() * 30)


def test_other_features_that_are_alike_in_the_same_places_cost_nothing():
    c = maps(1, 4, 5, 6)
    turned = torch.einsum("nchw,cd->ndhw", 3 * c, torch.linalg.qr(maps(4, 4, seed=2)).Q)
    assert float(SelfSimilarityLoss({"a": c}, [1.0], "relative").loss(seen(turned))) < 1e-12


def test_relative_balance_makes_an_empty_map_cost_its_weight():
    c = maps(1, 4, 5, 6)
    loss = SelfSimilarityLoss({"a": c}, [0.25], "relative").loss(seen(torch.zeros_like(c)))
    assert loss == pytest.approx(0.25)


def test_large_maps_are_compared_to_some_of_their_positions(monkeypatch):
    f, c = maps(1, 4, 5, 6), maps(1, 4, 5, 6, seed=1)
    monkeypatch.setattr("pareidolia.style.self_similarity._MOST_ANCHORS", 9)
    loss = SelfSimilarityLoss({"a": c}, [1.0], "gatys").loss(seen(f))
    whole = (shares(f) - shares(c)).abs().mean() * 30
    assert loss == pytest.approx(float(whole), rel=0.5) and loss != pytest.approx(float(whole))


def test_a_photo_is_painted_by_it(small_network, photo, painting_picture):
    settings = StyleSettings(
        size=96,
        coarse_to_fine=False,
        steps=4,
        content_match="self-similarity",
        match=("transport",),
        content_weight=1,
        smoothness=0,
        color_smoothness=0,
    )
    steps = list(StyleTransfer(photo, [painting_picture], settings, small_network))
    assert set(steps[0].losses) == {"content", "style"} and steps[-1].loss < steps[0].loss


def test_focus_is_refused_where_all_places_are_compared():
    with pytest.raises(BadSetting, match="content_focus weighs features"):
        StyleSettings(content_match="self-similarity", content_focus=1.0)
