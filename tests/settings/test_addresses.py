import pytest
from hypothesis import given
from hypothesis import strategies as st

from pareidolia.settings import ClassName, PareidoliaError, Unit, UnknownName, nearest, parse_address

LAYERS = st.from_regex(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+){0,3}", fullmatch=True).filter(
    lambda name: name != "class"
)
POSITIONS = st.tuples(st.integers(0, 999), st.integers(0, 999))


@given(LAYERS, st.none() | st.integers(0, 4096), st.none() | POSITIONS)
def test_addresses_round_trip(layer, channel, position):
    unit = Unit(layer, channel, position if channel is not None else None)
    assert parse_address(str(unit)) == unit


@pytest.mark.parametrize("name", ["tabby cat", "281", "a: b"])
def test_classes_round_trip(name):
    assert parse_address(f"class:{name}") == ClassName(name)
    assert str(ClassName(name)) == f"class:{name}"


@pytest.mark.parametrize("text", ["", "layer:", "layer:x", "layer:1@2", "layer@1,2", "class:", "a:b:c"])
def test_what_is_no_address_is_refused_by_name(text):
    with pytest.raises(PareidoliaError, match="is not an address"):
        parse_address(text)


def test_an_unknown_name_suggests_the_three_nearest():
    known = ["stage1.relu1", "stage1.relu2", "stage2.relu1", "pool", "fc"]
    assert nearest("stage1.rel1", known)[0] == "stage1.relu1"
    error = str(UnknownName("layer", "stage1.rel1", known))
    assert error.startswith("there is no layer 'stage1.rel1'; did you mean stage1.relu1 or ")
    assert error.count(" or ") == 2
