"""Sampled activations: the right numbers at the right places, drawn the same every time."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pareidolia.collecting import SampledActivations, read_samples
from pareidolia.collecting.sampled_activations import draw_points
from pareidolia.pictures import from_uint8, open_uint8
from pareidolia.settings import PareidoliaError

LAYERS = ("stage1.relu", "stage4.relu")


def test_vectors_are_the_layers_columns(collector, small_network) -> None:
    made = collector(SampledActivations(count=3, seed=1), LAYERS)
    list(made)
    collection = made.collection
    for layer in LAYERS:
        samples = read_samples(collection, layer)
        assert samples.vectors.shape == (60, collection.shapes[layer][0])
        assert samples.vectors.dtype == np.float32
        for number in np.unique(samples.pictures):
            picture = from_uint8([open_uint8(collection.files.path(number), (32, 32))])
            maps = small_network.record(picture, [layer])[layer][0].detach().numpy()
            for row in np.flatnonzero(samples.pictures == number):
                down, right = samples.positions[row]
                assert np.allclose(samples.vectors[row], maps[:, down, right], atol=1e-6)
                grid = np.array(maps.shape[1:])
                assert (samples.positions[row] == np.floor(samples.points[row] * grid)).all()


def test_the_same_points_in_every_layer(collector) -> None:
    made = collector(SampledActivations(count=2), LAYERS)
    list(made)
    fine, coarse = (read_samples(made.collection, layer) for layer in LAYERS)
    assert np.array_equal(fine.points, coarse.points)
    assert np.array_equal(fine.pictures, coarse.pictures)
    assert np.array_equal(fine.positions // 8, coarse.positions)  # 32 and 4 rows


def test_draws_do_not_depend_on_chunks_and_batches(collector) -> None:
    first, second = (
        collector(SampledActivations(count=2)),
        collector(SampledActivations(count=2), folder="b", chunk=21, batch=5),
    )
    list(first), list(second)
    one, other = (read_samples(each.collection, "stage2.relu") for each in (first, second))
    assert np.array_equal(one.points, other.points) and np.array_equal(one.pictures, other.pictures)
    assert np.allclose(one.vectors, other.vectors, atol=1e-6)


def test_half_precision(collector) -> None:
    whole, half = (
        collector(SampledActivations(), folder="a"),
        collector(SampledActivations(precision="float16"), folder="b"),
    )
    list(whole), list(half)
    vectors = read_samples(half.collection, "stage2.relu").vectors
    assert vectors.dtype == np.float16
    expected = read_samples(whole.collection, "stage2.relu").vectors
    assert np.allclose(vectors.astype(np.float32), expected, rtol=1e-3, atol=1e-6)


@given(
    count=st.integers(1, 30), number=st.integers(0, 10**9), rows=st.integers(1, 6), columns=st.integers(1, 6)
)
def test_points_lie_in_different_cells(count: int, number: int, rows: int, columns: int) -> None:
    points = draw_points(SampledActivations(count=count), number, (rows, columns))
    assert len(points) == min(count, rows * columns)
    assert (points >= 0).all() and (points < 1).all() and points.dtype == np.float32
    cells = np.floor(points.astype(np.float64) * (rows, columns))
    assert len(np.unique(cells, axis=0)) == len(points)
    assert np.array_equal(points, draw_points(SampledActivations(count=count), number, (rows, columns)))
    if rows * columns > 1:
        assert not np.array_equal(
            points, draw_points(SampledActivations(count=count, seed=1), number, (rows, columns))
        )


def test_points_keep_away_from_the_border_where_there_is_room() -> None:
    inside = np.concatenate(
        [draw_points(SampledActivations(border=2), number, (9, 7)) for number in range(500)]
    )
    cells = np.floor(inside * (9, 7)).astype(int)
    assert set(cells[:, 0]) == {2, 3, 4, 5, 6} and set(cells[:, 1]) == {2, 3, 4}
    crowded = draw_points(SampledActivations(count=21, border=2), 0, (9, 7))
    assert len(np.unique(np.floor(crowded * (9, 7)), axis=0)) == 21  # one ring is given back
    assert len(draw_points(SampledActivations(border=3), 0, (1, 1))) == 1


def test_points_are_uniform() -> None:
    drawn = np.concatenate([draw_points(SampledActivations(), number, (13, 13)) for number in range(2000)])
    counts = np.histogram2d(drawn[:, 0], drawn[:, 1], bins=4, range=((0, 1), (0, 1)))[0]
    # 15 degrees of freedom: beyond 37.7 once in a thousand seeds.
    assert ((counts - 125) ** 2 / 125).sum() < 37.7


def test_no_picture_at_all(collector, photos) -> None:
    for path in photos.rglob("*.png"):
        path.write_text("broken")
    made = collector(SampledActivations())
    list(made)
    assert len(made.collection.skipped()) == 21
    with pytest.raises(PareidoliaError, match="not one picture"):
        read_samples(made.collection, "stage2.relu")


def test_the_network_is_left_untouched(collector, small_network) -> None:
    before = {name: tensor.clone() for name, tensor in small_network.module.state_dict().items()}
    small_network.module.train()
    list(collector(SampledActivations()))
    assert small_network.module.training and not small_network.module[0].relu._forward_hooks
    assert all(torch.equal(before[name], each) for name, each in small_network.module.state_dict().items())
