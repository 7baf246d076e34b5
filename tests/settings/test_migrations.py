"""Records of earlier versions: they are read under today's names, and paint the same pixels."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from pareidolia.cli import main
from pareidolia.generative.runs import open_run
from pareidolia.operations import find_operation
from pareidolia.pictures import read_record
from pareidolia.requests import Request
from pareidolia.settings import VERSION, PareidoliaError, migrate, migrate_state

RECORDS = Path(__file__).parent.parent / "fixtures" / "records"


@pytest.mark.parametrize("name", ["style", "class-model", "arithmetic"])
def test_an_old_picture_is_painted_again_alike(name, tmp_path, capsys):
    old, new = RECORDS / f"{name}.png", tmp_path / "new.png"
    assert "version" not in read_record(old)
    assert main(["again", str(old), "--out", str(new), "--quiet"]) == 0, capsys.readouterr().err
    before, after = (np.asarray(Image.open(path).convert("RGB")).astype(int) for path in (old, new))
    # On the machine that painted it the bytes are the same; others may round the last bit another way.
    assert before.shape == after.shape and np.abs(before - after).mean() < 1
    record = read_record(new)
    assert record["version"] == VERSION
    # Options that came later have their defaults.
    kind = find_operation(record["operation"]).settings_type
    expected = kind.model_validate(migrate(read_record(old))["settings"])
    assert record["settings"] == expected.model_dump(mode="json")


def test_options_have_todays_names():
    style, classes, arithmetic = (
        Request.from_record(read_record(RECORDS / f"{name}.png"), RECORDS, {})
        for name in ("style", "class-model", "arithmetic")
    )
    assert (style.settings.balance, style.settings.colors) == ("gatys", "matched")
    assert classes.settings.regularize == "robust"
    assert arithmetic.inputs["expression"] == ("+", "label:8", "-", "label:3")
    assert classes.inputs == {"names": ("catamaran",)}
    assert style.inputs == {"content": "sample:chelsea", "styles": ("sample:waves",)}


def test_values_are_renamed_in_their_own_settings_alone():
    old = {"settings": {"colour": "grey", "likelihood": "discretised-logistic", "layer": "grey", "seed": 3}}
    assert migrate(old) == {
        "version": VERSION,
        "settings": {"color": "gray", "likelihood": "discretized-logistic", "layer": "grey", "seed": 3},
    }
    assert "colour" in old["settings"], "the record itself is left as it is"


def test_the_weights_of_a_dream_stand_in_its_aims():
    def aims(**settings):
        return migrate({"operation": "dream", "settings": settings})["settings"]

    assert aims(aim=["a:1", "b"], aim_weights=[1.0, -0.5]) == {"aim": ["1.0*a:1", "-0.5*b"]}
    assert aims(aim=["a"], aim_weights=None) == {"aim": ["a"]}
    assert aims(aim=None, aim_weights=[2.0]) == {"aim": None}
    with pytest.raises(PareidoliaError, match="--aim=-LAYER"):
        aims(aim=None, aim_weights=[-1.0])


def test_settings_that_are_no_mapping_are_left_to_the_reader():
    record = {"operation": "filters", "inputs": {}, "settings": 3}
    assert migrate(record) == {**record, "version": VERSION}


def test_what_this_version_wrote_stays():
    record = {"version": VERSION, "settings": {"colour": "grey"}}
    assert migrate(record) == record


def test_a_later_version_is_refused():
    with pytest.raises(PareidoliaError, match=f"version {VERSION + 1}.*update"):
        migrate({"version": VERSION + 1})


def test_an_old_runs_state_is_read():
    assert migrate_state({"told": 1, "index": 2}) == {"metrics": 1, "index": 2}


def test_an_old_run_opens(tmp_path):
    shipped = open_run("digits-vae")
    settings = shipped.settings.model_dump(mode="json")
    settings["colour"], settings["binarise"] = settings.pop("color"), settings.pop("binarize")
    data = {"name": "digits", "shape": list(shipped.shape), "classes": list(shipped.classes)}
    (tmp_path / "settings.json").write_text(
        json.dumps({"pareidolia": "0.1.0", "model": "vae", "settings": settings, "data": data})
    )
    save_file(shipped.model.state_dict(), tmp_path / "model.safetensors")
    opened = open_run(tmp_path)
    assert opened.settings == shipped.settings
    z = shipped.model.prior.sample(2, torch.Generator().manual_seed(0))
    assert torch.equal(opened.model.decode(z), shipped.model.decode(z))
