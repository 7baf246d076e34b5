import pytest
from hypothesis import given
from hypothesis import strategies as st

from pareidolia.settings import (
    ClassName,
    PareidoliaError,
    Unit,
    UnknownName,
    nearest,
    parse_address,
    parse_unit,
)

LAYERS = st.from_regex(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+){0,3}", fullmatch=True).filter(
    lambda name: name != "class"
)
WORDS = st.sampled_from(["middle", "strongest"])
POSITIONS = st.tuples(st.integers(0, 999), st.integers(0, 999)) | WORDS


@given(LAYERS, st.none() | st.integers(0, 4096), st.none() | POSITIONS)
def test_addresses_round_trip(layer, channel, position):
    unit = Unit(layer, channel, position if channel is not None or isinstance(position, str) else None)
    assert parse_address(str(unit)) == unit


@pytest.mark.parametrize("name", ["tabby cat", "281", "a: b"])
def test_classes_round_trip(name):
    assert parse_address(f"class:{name}") == ClassName(name)
    assert str(ClassName(name)) == f"class:{name}"


@pytest.mark.parametrize("text", ["", "layer:", "layer:x", "layer:1@2", "layer@1,2", "class:", "a:b:c"])
def test_what_is_no_address_is_refused_by_name(text):
    with pytest.raises(PareidoliaError, match="is not an address"):
        parse_address(text)


@given(LAYERS, st.integers(0, 4096), st.none() | POSITIONS)
def test_within_a_layer_the_same_addresses_do_without_it(layer, channel, position):
    unit = Unit(layer, channel, position)
    assert parse_unit(str(unit).removeprefix(f"{layer}:"), layer) == unit
    assert parse_unit(unit, layer) is unit


def test_units_of_a_layer():
    assert parse_unit(12, "relu") == Unit("relu", 12)
    assert parse_unit("strongest", "relu") == Unit("relu", None, "strongest")
    for wrong in ("", "x", "3@1", "-1", -1, "1-2"):
        with pytest.raises(PareidoliaError, match="is not a unit"):
            parse_unit(wrong, "relu")
    with pytest.raises(PareidoliaError, match="pool:3 is not a unit of layer 'relu'"):
        parse_unit(Unit("pool", 3), "relu")


@pytest.mark.parametrize(
    ("unit", "shape", "message"),
    [
        (Unit("relu", 8), (8, 4, 5), "layer 'relu' has channels 0 to 7, there is no channel 8"),
        (Unit("relu", 7, (4, 0)), (8, 4, 5), "4 rows and 5 columns here, there is no position 4,0"),
        (Unit("fc", 7, (0, 0)), (8,), "has no rows and columns"),
        (Unit("relu", 0), (), "has no channels"),
    ],
)
def test_a_unit_outside_its_layer(unit, shape, message):
    with pytest.raises(PareidoliaError, match=message):
        unit.check(shape)


def test_a_unit_inside_its_layer():
    Unit("relu", 7, (3, 4)).check((8, 4, 5))
    Unit("relu").check((8,))
    Unit("relu", 0, "strongest").check((8, 4, 5))


def test_an_unknown_name_suggests_the_three_nearest():
    known = ["stage1.relu1", "stage1.relu2", "stage2.relu1", "pool", "fc"]
    assert nearest("stage1.rel1", known)[0] == "stage1.relu1"
    error = str(UnknownName("layer", "stage1.rel1", known))
    assert error.startswith("there is no layer 'stage1.rel1'; did you mean stage1.relu1 or ")
    assert error.count(" or ") == 2
