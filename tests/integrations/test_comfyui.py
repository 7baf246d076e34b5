"""The ComfyUI nodes: one an operation, with its inputs and settings; batches go in and come out."""

import asyncio
import importlib.util
import json
from pathlib import Path

import pytest
import torch
from tests.integrations import comfy

from pareidolia.operations import OPERATIONS
from pareidolia.settings import PareidoliaError
from pareidolia.studio.forms import form, offered

FOLDER = Path(__file__).parents[2] / "integrations" / "comfyui"


@pytest.fixture
def nodes(monkeypatch):
    comfy.install(monkeypatch)
    monkeypatch.setattr(comfy.stop, "now", False)
    place = importlib.util.spec_from_file_location("comfyui_nodes", FOLDER / "nodes.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


def listed(nodes):
    extension = asyncio.run(nodes.comfy_entrypoint())
    return {each.define_schema().display_name: each for each in asyncio.run(extension.get_node_list())}


def execute(node, **given):
    """As ComfyUI does it: in inference mode, in which the pictures were made too."""
    with torch.inference_mode():
        mine = {name: each.clone() if torch.is_tensor(each) else each for name, each in given.items()}
        return node.execute(**mine).values


def photo(count=1, height=48, width=64):
    return torch.rand(count, height, width, 3, generator=torch.Generator().manual_seed(0))


def test_every_operation_that_gives_a_picture_or_numbers_is_a_node(nodes):
    names = {each.name for each in nodes.offered_as_nodes()}
    assert {"brush", "style", "dream", "saliency", "features", "class-model", "sample", "networks"} <= names
    assert {"train vae", "atlas build", "tour-section"}.isdisjoint(names)
    schemas = [each.define_schema() for each in listed(nodes).values()]
    assert len({each.node_id for each in schemas}) == len(schemas) == len(names)


def test_a_node_has_the_inputs_and_settings_of_its_operation_with_their_ranges_and_help(nodes):
    for operation in nodes.offered_as_nodes():
        stated = form(operation)
        fields = {each.name: each for each in nodes.node_of(operation).define_schema().inputs}
        given = {each["name"] for each in stated["inputs"]}
        assert set(fields) == given | set(stated["schema"]["properties"])
        for each in stated["inputs"]:
            assert fields[each["name"]].tooltip == each["help"]
            assert fields[each["name"]].optional is not each["required"]
        for name, declared in stated["schema"]["properties"].items():
            field = fields[name]
            if name in given or field.kind not in ("Int", "Float"):
                continue
            assert field.min <= field.default <= field.max
            assert field.max == declared.get("maximum", declared.get("exclusiveMaximum", field.max))
            assert field.tooltip == declared["description"]


def test_brush_paints_every_picture_of_a_batch_with_a_mask(nodes):
    node = listed(nodes)["Brush"]
    pictures, mask = photo(2), torch.zeros(1, 48, 64)
    mask[:, :, :32] = 1
    painted, numbers = execute(node, content=pictures, styles=photo(1, 64, 64), mask=mask, size=64)
    assert painted.shape == (2, 48, 64, 3) and painted.dtype == torch.float32
    assert painted.min() >= 0 and painted.max() <= 1 and json.loads(numbers) == []
    alone, _ = execute(node, content=pictures[1:], styles=photo(1, 64, 64), mask=mask, size=64)
    assert torch.allclose(painted[1:], alone, atol=1e-5)
    assert (painted[:, :, -8:] - pictures[:, :, -8:]).abs().mean() < 0.02
    assert (painted[:, :, :8] - pictures[:, :, :8]).abs().mean() > 0.02


def test_an_empty_text_is_left_to_the_operation_and_numbers_in_texts_are_numbers(nodes):
    operation = OPERATIONS["style"]
    parsed = nodes._parsed(operation, {"style_layers": "", "tile": "256", "style_layer_weights": "1 2.5"})
    assert parsed == {"tile": 256, "style_layer_weights": [1, 2.5]}
    chosen = {each.name: each for each in nodes.node_of(operation).define_schema().inputs}["seamless"]
    assert (chosen.kind, chosen.options[0], chosen.default) == ("Combo", "automatic", "automatic")
    assert nodes._parsed(operation, {"seamless": "automatic"}) == {}
    with pytest.raises(PareidoliaError, match="'many' is not a number"):
        nodes._parsed(operation, {"tile": "many"})


def test_work_moves_the_bar_and_stops_when_comfyui_stops(nodes, monkeypatch):
    node = listed(nodes)["Dream"]
    asked = {"photo": photo(), "network": "retina", "size": 64, "octaves": 1, "steps": 3}
    painted, _ = execute(node, **asked)
    assert painted.shape == (1, 48, 64, 3)
    assert comfy.Bar.seen[-1] == 1 and comfy.Bar.seen == sorted(comfy.Bar.seen)
    monkeypatch.setattr(comfy.stop, "now", True)
    with pytest.raises(comfy.Interrupted):
        execute(node, **asked)


def test_models_are_named_and_numbers_come_as_json(nodes):
    pictures, _ = execute(listed(nodes)["Sample"], run="digits-vae", count=4)
    assert pictures.shape[0] == 1 and pictures.shape[-1] == 3
    (numbers,) = execute(listed(nodes)["Networks"], name="retina")
    assert len(json.loads(numbers)) > 10


def test_the_requirements_never_name_torch():
    for name in ("requirements.txt", "pyproject.toml"):
        text = (FOLDER / name).read_text()
        assert "torch" not in text and "pareidolia" in text
    assert offered()
