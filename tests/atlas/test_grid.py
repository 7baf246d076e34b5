from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pareidolia.atlas.grid import SIDES, grid_over, suiting_sides
from pareidolia.atlas.sheets import ICON_BLOCK, plan_icons, write_icons


def places_of(seed, count=200):
    return np.random.default_rng(seed).random((count, 2))


@given(st.integers(0, 50), st.integers(2, 60), st.integers(1, 8))
def test_cells_are_those_that_hold_enough(seed, side, fewest):
    places = places_of(seed)
    places[0] = (1.0, 1.0)  # the border itself lies in the last cell
    grid = grid_over(places, side, fewest)
    found = Counter((min(int(y * side), side - 1), min(int(x * side), side - 1)) for x, y in places)
    expected = {place: count for place, count in found.items() if count >= fewest}
    told = zip(grid.rows.tolist(), grid.columns.tolist(), grid.counts.tolist(), strict=True)
    assert {(row, column): count for row, column, count in told} == expected
    for point, cell in enumerate(grid.cell_of):
        x, y = places[point]
        place = (min(int(y * side), side - 1), min(int(x * side), side - 1))
        assert (cell >= 0) == (place in expected)
        if cell >= 0:
            assert (grid.rows[cell], grid.columns[cell]) == place


@given(st.integers(0, 50), st.lists(st.integers(0, 60), max_size=4))
def test_means_are_those_of_the_members_whatever_the_pieces(seed, cuts):
    places = places_of(seed)
    values = np.random.default_rng(seed).normal(size=(200, 3)).astype(np.float32)
    grid = grid_over(places, 4, 5)
    means = grid.means_of_pieces(np.split(values, np.cumsum(cuts)))
    for cell in range(len(grid)):
        np.testing.assert_allclose(
            means[cell], values[grid.cell_of == cell].mean(axis=0), rtol=1e-4, atol=1e-5
        )


def test_chosen_activations_belong_to_their_cell_and_are_nested():
    grid = grid_over(places_of(3), 3, 2)
    few, many = grid.chosen(4, 0), grid.chosen(9, 0)
    for cell, (some, more) in enumerate(zip(few, many, strict=True)):
        assert len(some) == min(4, grid.counts[cell]) and set(some) <= set(more)
        assert (grid.cell_of[more] == cell).all() and len(set(more)) == len(more)


def test_coarse_and_fine_grids_choose_the_same_activations():
    """So that few are looked at again: what a coarse cell chooses is chosen by the fine cell it lies in."""
    places = places_of(3, 2000)
    coarse, fine = grid_over(places, 3, 1), grid_over(places, 12, 1)
    chosen = set(np.concatenate(fine.chosen(5, 0)))
    assert set(np.concatenate(coarse.chosen(5, 0))) <= chosen


def test_cells_of_a_block_of_icons_are_in_a_row():
    grid = grid_over(places_of(0, 20_000), 60, 1)
    blocks = list(zip(grid.rows // ICON_BLOCK, grid.columns // ICON_BLOCK, strict=True))
    changes = sum(before != after for before, after in pairwise(blocks))
    assert changes == len(set(blocks)) - 1


@pytest.mark.parametrize(("count", "finest"), [(20, SIDES[0]), (3_000, 20), (40_000, 80)])
def test_grids_suit_the_number_of_activations(count, finest):
    assert suiting_sides(places_of(0, count), 6)[-1] == finest


def test_small_icons_are_the_icons_averaged(tmp_path):
    rows, columns = np.array([0, 0, 1]), np.array([0, 1, 0])
    levels = np.random.default_rng(0).integers(0, 256, (3, 10, 10, 1)).repeat(3, axis=3)
    icons = levels.repeat(4, axis=1).repeat(4, axis=2).astype(np.uint8)
    planned = plan_icons(rows, columns, 40)
    write_icons(tmp_path, planned, lambda cells: icons[cells])
    assert planned.small.size == 20
    assert [sheet.file for sheet in planned.small.sheets] == ["icons-small-0.webp"]
    small = np.asarray(Image.open(tmp_path / "icons-small-0.webp").convert("RGB"))
    assert small.shape == (40, 40, 3)
    halves = icons.reshape(3, 20, 2, 20, 2, 3).mean(axis=(2, 4))
    wanted = np.zeros((40, 40, 3))
    for cell, (top, left) in enumerate([(0, 0), (0, 20), (20, 0)]):
        wanted[top : top + 20, left : left + 20] = halves[cell]
    assert np.corrcoef(small.ravel(), wanted.ravel())[0, 1] > 0.99
    assert plan_icons(rows, columns, 16).small.size == 16
