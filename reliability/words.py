"""Settings, addresses and other words that people type, made up by Hypothesis."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given
from hypothesis import seed as seeded
from hypothesis import settings as configured
from hypothesis import strategies as st
from pydantic import ValidationError

from pareidolia.networks import load_network
from pareidolia.operations import OPERATIONS
from pareidolia.operations.sums import split_sum
from pareidolia.painting.aims import read_objective
from pareidolia.safety import distrusting
from pareidolia.settings import parse_address, parse_unit, read_numbers
from reliability.mutating import ODD
from reliability.outcome import Outcome, tried

_EXAMPLES = 2_000
_LETTERS = st.text("abcdeLlayer0123456789.:@,-+*=/ ~\x00\x1bé猫", max_size=30)
_WORDS = st.one_of(
    _LETTERS, st.text(max_size=20), st.sampled_from([each for each in ODD if isinstance(each, str)])
)
_VALUES = st.one_of(st.sampled_from(ODD), _WORDS, st.integers(), st.floats(), st.lists(_WORDS, max_size=3))


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Read made-up addresses, sums, numbers and aims, and make settings of every operation of odd values.

    Args:
        seed: of Hypothesis.
        share: how much is tried of 2,000 words for each reader, and settings of each operation.
        folder: not needed.

    Yields:
        A case for each.
    """
    network = load_network("retina")
    readers: dict[str, Callable[[str], Any]] = {
        "unit": lambda word: parse_unit(word, "layer4"),
        "address": parse_address,
        "sum": split_sum,
        "numbers": lambda word: read_numbers((word,), 12, "layer4"),
        "aim": lambda word: read_objective(word, network),
    }
    count = max(5, round(share * _EXAMPLES))
    for name, read in readers.items():
        for word in _drawn(_WORDS, seed, count):
            with distrusting("a word made up", ()):
                yield tried(f"{name} {word!r}"[:300], lambda read=read, word=word: read(word))
    for operation in OPERATIONS.values():
        fields = sorted(operation.settings_type.model_fields)
        some = (
            st.dictionaries(st.sampled_from(fields), _VALUES, min_size=1, max_size=3)
            if fields
            else st.just({})
        )
        for given_values in _drawn(some, seed, max(2, count // 20)):
            yield tried(
                f"settings of {operation.name}: {given_values!r}"[:300],
                lambda kind=operation.settings_type, values=given_values: kind.model_validate(values),
                (ValidationError,),
            )


def _drawn(strategy: st.SearchStrategy[Any], seed: int, count: int) -> list[Any]:
    """Values of a strategy, the same for the same seed."""
    found: list[Any] = []

    @seeded(seed)
    @configured(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found
