"""The page and the map: their colours, their words, what they refuse."""

import numpy as np
import pytest
import torch
from gabors import gabor, simple_cells

from pareidolia.inspection.tuning import TuningSettings, tuning_page
from pareidolia.inspection.tuning.orientation_map import orientation_colors
from pareidolia.networks import Network
from pareidolia.settings import PareidoliaError

QUICK = TuningSettings(orientations=6, frequencies=4, phases=4, positions=4, diameters=3)


def colors(orientations: list[float], selectivity: float) -> torch.Tensor:
    angles = torch.tensor([orientations])
    return orientation_colors(angles, torch.full_like(angles, selectivity))[0, :, 0].T


def test_the_colours_go_round_once_in_180_degrees() -> None:
    assert torch.allclose(colors([0.0], 1), colors([180.0], 1), atol=1e-6)
    around = colors([float(angle) for angle in range(0, 181, 10)], 1)
    steps = (around[1:] - around[:-1]).norm(dim=1)
    assert float(steps.max()) < 2.5 * float(steps.min())  # no jump, and no stretch of one colour
    apart = (colors([20.0], 1) - colors([110.0], 1)).norm()
    assert float(apart) > 0.35
    assert float(around.min()) > 0 and float(around.max()) < 1  # in gamut: nothing is clipped


def test_no_selectivity_is_grey() -> None:
    gray = colors([10.0, 77.0], 0)
    assert torch.allclose(gray, gray[0, :1].expand(2, 3), atol=1e-3)


def test_a_page_tells_of_simple_and_silent_units() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    network = simple_cells([gabor(0, 0.1), np.zeros((25, 25))])
    made = tuning_page(QUICK.model_copy(update={"layer": "1"}), network)
    assert made.caption == "1, 2 units: 1 simple, 1 without response"
    assert made.picture.shape[0:2] == (1, 3) and made.picture.shape[3] == 1760
    first, second = made.rows
    assert first["kind"] == "simple" and len(first["orientation_curve"]) == 6
    assert second["kind"] == "no response" and second["orientation"] is None and set(first) == set(second)


def test_units_are_chosen_and_refused(small_network: Network) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    made = tuning_page(QUICK.model_copy(update={"units": ("5", "0-1")}), small_network)
    assert [row["unit"] for row in made.rows] == [5, 0, 1] and made.caption.startswith("stage1.relu, 8 units")
    with pytest.raises(PareidoliaError, match="channels 0 to 7, there is no channel 8"):
        tuning_page(QUICK.model_copy(update={"units": ("0-8",)}), small_network)
