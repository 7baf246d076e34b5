import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pareidolia.atlas.patches import by_photo, cut, patch_windows
from pareidolia.networks import Layer
from pareidolia.networks.fields.receptive import ReceptiveField


def layer(field):
    return Layer("layer", "Conv2d", (4, 7, 7), field, 1, 1)


@given(
    st.integers(1, 300),
    st.integers(1, 32),
    st.integers(-100, 20),
    st.tuples(st.integers(0, 6), st.integers(0, 6)),
)
def test_windows_are_squares_within_the_photo(size, stride, start, position):
    field = ReceptiveField((size, size), (stride, stride), (start, start))
    ((top, left, side),) = patch_windows(layer(field), np.array([position]), (120, 90))
    assert 0 <= top <= 120 - side and 0 <= left <= 90 - side and 16 <= side <= 90


def test_a_window_lies_around_the_middle_of_the_field():
    field = ReceptiveField((60, 60), (8, 8), (-10, -10))
    ((top, left, side),) = patch_windows(layer(field), np.array([[5, 7]]), (200, 200))
    assert (top + side / 2, left + side / 2, side) == (-10 + 40 + 30, -10 + 56 + 30, 30)


def test_what_sees_everything_is_the_middle_square():
    np.testing.assert_array_equal(patch_windows(layer(None), np.array([[0, 0]]), (100, 60)), [[20, 0, 60]])


def test_layers_of_a_network_give_windows(small_network):
    windows = patch_windows(small_network.layer("stage4.relu"), np.array([[0, 0], [5, 7]]), (64, 64))
    assert windows.shape == (2, 3) and (windows[:, 2] == windows[0, 2]).all()


def test_patches_are_pieces_of_the_photo():
    photo = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    (piece,) = cut(photo, [(4, 6, 16)], 16)
    np.testing.assert_array_equal(piece, photo[4:20, 6:22])
    assert cut(photo, [(0, 0, 40), (1, 2, 20)], 8).shape == (2, 8, 8, 3)


def test_points_are_gathered_by_photo():
    points, pictures = np.array([5, 2, 9, 7]), np.array([0, 0, 3, 0, 0, 1, 0, 3, 0, 1])
    found = by_photo(points, pictures)
    assert {photo: sorted(places.tolist()) for photo, places in found.items()} == {1: [0, 2], 3: [1, 3]}
