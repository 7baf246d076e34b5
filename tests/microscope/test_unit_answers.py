"""Answers of units to photos: what the accumulator keeps, and what is read from it."""

import numpy as np
import pytest
import torch

from pareidolia.collecting import Collector, begin_accumulator
from pareidolia.microscope import LayerAnswers, read_answers
from pareidolia.microscope.answers import UnitAnswers
from pareidolia.microscope.patches import choose_examples
from pareidolia.pictures import find_pictures
from pareidolia.settings import PareidoliaError


def answers_of(values, shape=(3, 4, 5)):
    values = np.asarray(values, np.float32)
    positions = np.arange(values.size, dtype=np.int32).reshape(values.shape) % 20
    return LayerAnswers(shape, np.arange(len(values)) + 10, values, positions)


def test_the_accumulator_keeps_maxima_and_their_first_place(small_network):
    pictures = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    accumulator = begin_accumulator(UnitAnswers(), small_network, {"stage2.relu": (8, 16, 16)})
    with torch.no_grad():
        sound = accumulator.add(pictures, np.array([4, 5, 9]))
        maps = small_network.record(pictures, "stage2.relu")["stage2.relu"].flatten(2)
    kept = accumulator.arrays()
    assert sound.all() and kept["pictures"].tolist() == [4, 5, 9]
    assert np.array_equal(kept["stage2.relu/values"], maps.amax(2).numpy())
    found = maps.gather(2, torch.from_numpy(kept["stage2.relu/positions"]).long()[..., None])[..., 0]
    assert torch.equal(found, maps.amax(2))


def test_strongest_come_first_and_zeros_are_no_answers():
    answers = answers_of([[0, 1], [3, 1], [2, 1], [0, 1]])
    assert answers.strongest(0, 9).tolist() == [1, 2]
    assert answers.strongest(1, 3).tolist() == [0, 1, 2]  # of equal ones the earlier photos
    assert answers.silent.tolist() == [False, True]
    assert answers.position(1, 0) == divmod(2, 5)


@pytest.mark.parametrize("photos", [1, 2, 3, 50])
def test_percentiles_go_from_strongest_to_weakest(photos):
    answers = answers_of(np.random.default_rng(0).permutation(photos)[:, None] + 1.0)
    values = {each: answers.values[answers.around(0, each, 3), 0] for each in (100, 50, 0)}
    assert all(len(each) == min(3, photos) for each in values.values())
    assert values[100].max() == photos and values[0].min() == 1
    assert np.all(np.diff(values[50]) < 0)
    assert abs(values[50].mean() - (photos + 1) / 2) < 1


def test_likeness_is_the_correlation_and_silent_units_are_nobodys_neighbours():
    values = np.random.default_rng(1).random((40, 5)).astype(np.float32)
    values[:, 4] = 2 * values[:, 0] + 0.01 * values[:, 1]
    values[:, 3] = 7
    answers = answers_of(values)
    expected = np.corrcoef(values[:, [0, 1, 2, 4]].T)
    assert np.allclose(answers.likeness[np.ix_([0, 1, 2, 4], [0, 1, 2, 4])], expected, atol=1e-5)
    assert answers.nearest(0, 2)[0] == (4, pytest.approx(expected[0, 3], abs=1e-5))
    assert 3 not in [unit for unit, _ in answers.nearest(0, 9)] and answers.nearest(3, 9) == []


def test_lifetime_sparseness_of_one_photo_and_of_all():
    assert answers_of([[5, 1, 0], [0, 1, 0], [0, 1, 0]]).sparseness == pytest.approx([1, 0, 0])


def test_histogram_counts_every_answer():
    counts, low, high = answers_of([[-1], [0], [3]]).histogram(0, 4)
    assert counts.tolist() == [1, 1, 0, 1] and (low, high) == (-1, 3)
    assert answers_of([[0], [0]]).histogram(0, 4)[0].sum() == 2


def test_a_photo_without_an_answer_is_shown_by_its_middle():
    examples = choose_examples(answers_of([[2.0], [0], [0], [0], [0]]), 0, 3)
    assert [each.value for each in examples.strongest] == [2]
    assert {each.position for each in examples.spread[-1]} == {(2, 2)}
    assert choose_examples(answers_of([[0.0], [0]]), 0, 3).spread == ()


def test_answers_are_read_over_all_chunks(tmp_path, photos, settings):
    chosen = settings()
    collector = Collector(
        tmp_path / "answers",
        find_pictures(photos),
        ("relu1",),
        UnitAnswers(),
        chosen.model_copy(update={"chunk": 10}),
    )
    for _ in collector:
        pass
    answers = read_answers(collector.collection, "relu1")
    assert answers.values.shape == (36, 8) and len(set(answers.pictures.tolist())) == 36


def test_a_folder_of_broken_pictures_is_refused(tmp_path, settings):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    collector = Collector(
        tmp_path / "answers", find_pictures(tmp_path), ("relu1",), UnitAnswers(), settings()
    )
    for _ in collector:
        pass
    with pytest.raises(PareidoliaError, match="not one picture"):
        read_answers(collector.collection, "relu1")
