import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pareidolia.settings import PareidoliaError
from pareidolia.settings.numbers import read_numbers


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
        ("8", "layer 'relu' has units 0 to 7, there is no 8"),
        ("0-9", "there is no 9"),
        ("5-2", "first is larger"),
        ("-1", "names no units"),
        ("a", "names no units"),
        ("1,", "names no units"),
        ("", "names no units"),
    ],
)
def test_refusals(text: str, told: str) -> None:
    with pytest.raises(PareidoliaError, match=told):
        read_numbers([text], 8, "relu")
