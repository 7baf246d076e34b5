"""Importance of concepts: Sobol indices and gradients in closed form, deletion curves, the operation."""

import numpy as np
import pytest
import torch
from tests.inspection.concepts.test_concept_finding import network

from pareidolia.inspection.concepts import concept_importance, sobol_indices
from pareidolia.inspection.concepts.importance import area, measure_importance
from pareidolia.inspection.concepts.settings import ImportanceSettings
from pareidolia.networks.concepts import Concepts
from pareidolia.pictures import save_picture
from pareidolia.settings import PareidoliaError


def test_sobol_indices_of_a_sum_are_the_shares_of_its_variance():
    weights = torch.tensor([3.0, 2.0, 1.0, 0.0])
    found = sobol_indices(lambda masks: masks @ weights, 4, 1024, 0)
    assert found.numpy() == pytest.approx((weights**2 / weights.square().sum()).numpy(), abs=0.02)


def test_sobol_indices_of_a_product_count_what_parts_do_together():
    found = sobol_indices(lambda masks: masks[:, 0] * masks[:, 1], 3, 2048, 0)
    assert found[:2].numpy() == pytest.approx([4 / 7, 4 / 7], abs=0.03) and found[2] == 0
    assert sobol_indices(lambda masks: masks[:, 0] * 0 + 2, 3, 8, 0).tolist() == [0, 0, 0]


@pytest.fixture
def exact():
    """Concepts of the layer before the head that are its units: 6 of them, in another order."""
    return Concepts.nonnegative("3", "", 1, np.eye(6, dtype=np.float32)[[3, 1, 0, 2, 5, 4]])


@pytest.fixture
def pictures():
    return [torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(seed)) for seed in range(3)]


def test_in_a_linear_head_codes_times_gradient_are_parts_of_the_logit(exact, pictures):
    seen = network()
    found = measure_importance(seen, exact, pictures, "2", 8, 0)
    means = torch.stack([seen.record(each, "3")["3"].mean(dim=(2, 3))[0] for each in pictures])
    expected = (means * seen.module[6].weight[2]).detach().mean(0)[[3, 1, 0, 2, 5, 4]]
    assert found.gradient == pytest.approx(expected.numpy(), abs=1e-5)


def test_concepts_that_are_units_give_the_curve_of_units(exact, pictures):
    found = measure_importance(network(), exact, pictures, "2", 4, 0)
    assert found.concepts == pytest.approx(found.units, abs=1e-4)
    assert found.concepts[0] == pytest.approx(1) and found.concepts[-1] == pytest.approx(0)
    assert area(found.concepts) <= area(found.random) + 1e-9


def test_the_operation_gives_a_figure_and_a_row_a_concept(exact, tmp_path):
    pytest.importorskip("matplotlib")
    for number in range(2):
        save_picture(torch.rand(1, 3, 32, 32), tmp_path / f"{number}.png")
    (tmp_path / "broken.png").write_bytes(b"nothing")
    exact.save(tmp_path / "concepts.safetensors")
    settings = ImportanceSettings(concepts=tmp_path / "concepts.safetensors", network="net", designs=2)
    result = concept_importance(tmp_path, settings, network())
    assert len(result.rows) == 6 and result.picture.shape[0] == 1 and "2 photos" in result.caption
    with pytest.raises(PareidoliaError, match="--concepts"):
        concept_importance(tmp_path, ImportanceSettings(), network())
    with pytest.raises(PareidoliaError, match="no class 9"):
        changed = settings.model_copy(update={"target": "9"})
        concept_importance(tmp_path, changed, network())
