"""Forms are the operations' own settings: every one is there, none is stated again."""

import sys

import pytest

from pareidolia.operations import OPERATIONS
from pareidolia.studio.forms import ROOMS, form, forms, is_hidden, networks, offered

#: What the page cannot give: a folder of checkpoints of a training.
NOT_OFFERED = {
    "evolution",
    "atlas build",
    "atlas find",
    "microscope",
    "quiz",
    "concepts",
    "concept-importance",
}


def test_every_operation_is_in_a_room():
    assert set(OPERATIONS.own) - set(offered()) == NOT_OFFERED
    assert {name for names in ROOMS.values() for name in names} <= set(offered())


@pytest.mark.parametrize("name", sorted(set(OPERATIONS.own) - NOT_OFFERED))
def test_a_form_has_every_setting_with_its_words_and_bounds(name):
    kind = OPERATIONS[name].settings_type
    declared = kind.model_json_schema()["properties"]
    shown = form(OPERATIONS[name])["schema"]["properties"]
    assert set(shown) == {each for each in declared if not is_hidden(each, declared[each])}
    for each, property in shown.items():
        for part in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            assert property.get(part) == declared[each].get(part)
        if each != "network":
            assert property["description"] == declared[each]["description"]
            assert property.get("default") == declared[each].get("default")
        assert property["group"] in ("What", "How it looks", "Network", "Output", "Advanced")


def test_no_form_asks_for_a_file_of_this_machine():
    for each in forms():
        text = str(each["schema"])
        assert "'format': 'path'" not in str(each["schema"]["properties"]), each["name"]
        assert "weights" not in each["schema"]["properties"], each["name"]
        assert text


def test_networks_are_those_that_are_here():
    assert "retina" in networks()
    assert not any(":" in name or name.endswith(".py") for name in networks())


def test_attribution_methods_are_listed():
    property = form(OPERATIONS["saliency"])["schema"]["properties"]["method"]
    assert {"grad-cam", "gradient"} <= set(property["enum"])


def test_forms_need_no_torch():
    import subprocess

    code = "import sys; from pareidolia.studio.forms import forms; forms(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
