import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pareidolia.settings import PareidoliaError
from pareidolia.settings.numbers import NUMBERS, read_numbers


def test_numbers_and_ranges_in_their_order_each_once() -> None:
    assert read_numbers("3", 8) == (3,)
    assert read_numbers("0-3,7, 2-4", 8) == (0, 1, 2, 3, 7, 4)


@given(st.lists(st.integers(0, 99), min_size=1))
def test_a_list_reads_back(numbers: list[int]) -> None:
    text = ",".join(map(str, numbers))
    assert re.match(NUMBERS, text) and read_numbers(text, 100) == tuple(dict.fromkeys(numbers))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("8", "there is no unit 8: they are 0 to 7"),
        ("0-9", "there is no unit 9"),
        ("5-2", "write 2-5"),
        ("-1", "lists no units"),
        ("a", "lists no units"),
        ("1,", "lists no units"),
        ("", "lists no units"),
    ],
)
def test_refusals(text: str, told: str) -> None:
    with pytest.raises(PareidoliaError, match=told):
        read_numbers(text, 8)
