"""The strongest activations against a brute-force reference; ties, chunks, merging."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from pareidolia.collecting import TopActivations, read_ranking
from pareidolia.collecting.top_activations import NOBODY, Ranking
from pareidolia.networks import Network
from pareidolia.pictures import find_pictures, from_uint8, open_uint8
from pareidolia.settings import BadPicture


def brute_force(network, files, layer: str, top: int):
    """By unit: the `top` of (−value, picture, position) over each picture's own maximum, one by one."""
    found = []
    for number in range(len(files)):
        try:
            picture = from_uint8([open_uint8(files.path(number), (32, 32))])
        except BadPicture:
            continue
        with torch.no_grad():
            maps = network.record(picture, [layer])[layer][0].flatten(1).numpy()
        found.append([(-float(m.max()), number, int(m.argmax())) for m in maps])
    return [sorted(unit)[:top] for unit in zip(*found, strict=True)]


@pytest.mark.parametrize("layer", ["stage1.relu", "stage3.conv", "stage5.relu"])
def test_equal_to_brute_force(layer, collector, photos, small_network) -> None:
    made = collector(TopActivations(top=5), (layer,))
    steps = list(made)
    assert steps[-1].index == steps[-1].total == 21
    ranking = read_ranking(made.collection, layer)
    expected = brute_force(small_network, find_pictures(photos), layer, 5)
    assert ranking.values.shape == (len(expected), 5)
    for unit, places in enumerate(expected):
        values, pictures, positions = zip(*places, strict=True)
        assert np.allclose(ranking.values[unit], -np.array(values), atol=1e-6)
        # A unit that is off on most pictures has many equal places: the order of these is decided too.
        assert ranking.pictures[unit].tolist() == list(pictures)
        assert ranking.positions[unit].tolist() == list(positions)


def test_each_place_is_another_picture(collector) -> None:
    made = collector(TopActivations(top=9), ("stage4.relu",))
    list(made)
    for places in read_ranking(made.collection, "stage4.relu").pictures:
        assert len(set(places.tolist())) == 9


def test_chunks_and_batches_do_not_matter(collector) -> None:
    rankings = []
    for chunk, batch in ((6, 4), (21, 21), (1, 1), (5, 2)):
        made = collector(TopActivations(top=4), folder=f"c{chunk}", chunk=chunk, batch=batch)
        list(made)
        rankings.append(read_ranking(made.collection, "stage2.relu"))
    for other in rankings[1:]:
        assert np.allclose(rankings[0].values, other.values, atol=1e-6)
        assert np.array_equal(rankings[0].pictures, other.pictures)
        assert np.array_equal(rankings[0].positions, other.positions)


def test_broken_pictures_are_listed_and_skipped(collector) -> None:
    made = collector(TopActivations(top=50))
    list(made)
    (name, reason), *others = made.collection.skipped().items()
    assert name == "05a.png" and reason.startswith("'05a.png' is not a picture") and not others
    ranking = read_ranking(made.collection, "stage2.relu")
    assert (np.sum(ranking.pictures != NOBODY, axis=1) == 20).all()
    assert np.isneginf(ranking.values[ranking.pictures == NOBODY]).all()
    number = made.collection.files.names.index("05a.png")
    assert number not in ranking.pictures


def test_values_that_are_no_numbers_are_skipped(collector, photos) -> None:
    class Dividing(nn.Module):
        def forward(self, x):
            return x / (x.amax(dim=(1, 2, 3), keepdim=True) > 0.99)

    module = nn.Sequential(nn.Conv2d(3, 2, 1), Dividing())
    network = Network("odd", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))
    nn.init.ones_(module[0].weight)
    nn.init.constant_(module[0].bias, -1.5)
    made = collector(TopActivations(top=30), ("1",), network=network)
    list(made)
    skipped = made.collection.skipped()
    assert 1 < len(skipped) < 21
    assert sum("not all finite" in reason for reason in skipped.values()) == len(skipped) - 1
    ranking = read_ranking(made.collection, "1")
    assert np.isfinite(ranking.values[ranking.pictures != NOBODY]).all()
    assert (np.sum(ranking.pictures != NOBODY, axis=1) == 21 - len(skipped)).all()


def test_ties_break_by_picture_then_position(collector) -> None:
    class Constant(nn.Module):
        def forward(self, x):
            return torch.ones(len(x), 2, 4, 4)

    module = nn.Sequential(nn.Conv2d(3, 2, 1), Constant())
    network = Network("constant", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))
    made = collector(TopActivations(top=3), ("1",), network=network)
    list(made)
    ranking = read_ranking(made.collection, "1")
    assert ranking.pictures.tolist() == [[0, 1, 2]] * 2
    assert ranking.position(0, 0) == (0, 0)


def test_a_layer_without_rows_and_columns(collector) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 6))
    network = Network("flat", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))
    made = collector(TopActivations(top=2), ("3",), network=network)
    list(made)
    ranking = read_ranking(made.collection, "3")
    assert ranking.values.shape == (6, 2) and ranking.position(0, 0) is None


# Few values and many pictures, so that ties are common.
LISTS = st.lists(st.integers(-2, 2), min_size=1, max_size=12)


@settings(deadline=None)
@given(lists=st.lists(LISTS, min_size=1, max_size=4), top=st.integers(1, 5), backwards=st.booleans())
def test_merging_is_sorting(lists, top: int, backwards: bool) -> None:
    parts, everything, number = [], [], 0
    for values in lists:
        numbers = np.arange(number, number + len(values))
        number += len(values)
        part = Ranking((1,), np.array([values], np.float32), numbers[None], numbers[None].astype(np.int32))
        parts.append(Ranking.empty((1,), top).merged(part))
        everything += list(zip([-v for v in values], numbers.tolist(), strict=True))
    total = Ranking.empty((1,), top)
    for part in reversed(parts) if backwards else parts:
        total = total.merged(part)
    expected = [n for _, n in sorted(everything)][:top]
    assert total.pictures[0].tolist() == expected + [NOBODY] * (top - len(expected))
