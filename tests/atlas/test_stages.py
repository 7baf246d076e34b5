import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pareidolia.atlas.stages import StageCache, key_of

JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda of: st.lists(of, max_size=3), max_leaves=6
)


@given(JSON, JSON)
def test_keys_differ_where_what_they_depend_on_does(one, other):
    assert (key_of("stage", one) == key_of("stage", other)) == (one == other)
    assert key_of("stage", one) != key_of("another", one)


def test_a_key_does_not_depend_on_the_order_of_names():
    assert key_of("stage", {"a": 1, "b": 2}) == key_of("stage", {"b": 2, "a": 1})


def test_what_is_kept_is_found_under_its_key_alone(tmp_path):
    stages = StageCache(tmp_path)
    stages.keep("layer/step", "k1", {"values": np.arange(3)})
    np.testing.assert_array_equal(stages.kept("layer/step", "k1")["values"], np.arange(3))
    assert stages.has("layer/step", "k1") and not stages.has("layer/step", "k2")
    assert stages.kept("layer/step", "k2") is None and stages.kept("other", "k1") is None
    stages.keep("layer/step", "k2", {})
    assert stages.kept("layer/step", "k1") is None and stages.kept("layer/step", "k2") == {}


def test_a_broken_file_counts_as_missing(tmp_path):
    stages = StageCache(tmp_path)
    stages.keep("step", "k", {"values": np.arange(3)})
    (tmp_path / "step.safetensors").write_bytes(b"half of it")
    assert stages.kept("step", "k") is None and not stages.has("step", "k")
