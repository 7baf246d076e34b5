import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pareidolia.settings import PareidoliaError, Settings, UnitNumbers, read_numbers


class Chosen(Settings):
    units: UnitNumbers | None = None


def test_numbers_and_ranges_in_their_order_each_once() -> None:
    assert read_numbers(["3"], 8, "relu") == (3,)
    assert read_numbers(["0-3,7", "2 - 4"], 8, "relu") == (0, 1, 2, 3, 7, 4)


@given(st.lists(st.integers(0, 99), min_size=1))
@settings(deadline=None)
def test_a_list_reads_back(numbers: list[int]) -> None:
    texts, once = [str(number) for number in numbers], tuple(dict.fromkeys(numbers))
    assert read_numbers(texts, 100, "relu") == read_numbers([",".join(texts)], 100, "relu") == once


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("8", "layer 'relu' has channels 0 to 7, there is no channel 8"),
        ("0-9", "there is no channel 9"),
        ("5-2", "first is larger"),
        ("-1", "names no channels"),
        ("a", "names no channels"),
        ("1,", "names no channels"),
        ("", "names no channels"),
    ],
)
def test_refusals(text: str, told: str) -> None:
    with pytest.raises(PareidoliaError, match=told):
        read_numbers([text], 8, "relu")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (12, ("12",)),
        ("0-15", ("0-15",)),
        ((1, 2), ("1", "2")),
        ([1, "4-6"], ("1", "4-6")),
        (range(3), ("0", "1", "2")),
        (np.arange(2), ("0", "1")),
        (torch.tensor([3]), ("3",)),
        (None, None),
    ],
)
def test_units_as_people_have_them(given: object, kept: object) -> None:
    assert Chosen.model_validate({"units": given}).units == kept


@pytest.mark.parametrize("given", [1.5, True, [None], [0.5]])
def test_what_is_not_a_unit(given: object) -> None:
    with pytest.raises(ValueError, match="is not a unit"):
        Chosen.model_validate({"units": given})
