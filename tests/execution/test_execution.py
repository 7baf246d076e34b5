"""One executor for every operation: its progress, its stop, its result."""

import pytest
import torch
from tests.inspection.conftest import classifier

from pareidolia.execution import Execution, Target
from pareidolia.inspection.attribution.settings import SaliencySettings
from pareidolia.operations import find_operation
from pareidolia.pictures import read_record
from pareidolia.pictures.files import encode_picture
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError

STEPS = {"size": 64, "coarsest": 32, "coarse_steps": 2, "steps": 3}
PHOTO = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(0))


def style(**changes) -> Request:
    operation = find_operation("style")
    settings = operation.settings_type(**STEPS, **changes)
    inputs = {"content": PHOTO, "styles": [PHOTO]}
    return Request(operation, inputs, settings, network=classifier())


def test_nothing_happens_before_it_is_iterated():
    execution = Execution(Request(find_operation("saliency"), {"photo": "nowhere.png"}, None))
    with pytest.raises(PareidoliaError, match="no result yet"):
        execution.result  # noqa: B018


def test_progress_is_one_kind_of_event():
    seen = list(Execution(style()))
    assert [step.index for step in seen] == [1, 2, 3, 4, 5] and seen[0].total == 5
    assert [step.stage for step in seen] == ["size 1 of 2"] * 2 + ["size 2 of 2"] * 3
    shares = [step.share for step in seen]
    assert shares == sorted(shares) and shares[-1] == 1 and shares[1] < 0.25, "two of five steps, small ones"
    assert seen[-1].preview().shape == (1, 3, 48, 64)


def test_a_stopped_run_keeps_its_picture_and_goes_on_to_the_same_bytes(tmp_path):
    whole = Execution(style(), Target(tmp_path / "whole.png"))
    assert whole.run().path == tmp_path / "whole.png" and whole.finished
    stopped = Execution(style(), Target(tmp_path / "part.png"))
    for step in stopped:
        if step.index == 3:
            stopped.stop()
    assert not stopped.finished and "step 3 of 5" in stopped.result.caption
    assert read_record(tmp_path / "part.png")["unfinished"] == {"step": 3, "of": 5}
    resumed = Execution(style(), Target(tmp_path / "part.png", resume=True))
    first = next(iter(resumed))
    assert first.notes == ("going on from step 3 of 5",)
    resumed.run()
    assert (tmp_path / "part.png").read_bytes() == (tmp_path / "whole.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["part.png", "whole.png"]


def test_what_was_an_object_in_python_is_named_before_it_is_done_again(tmp_path):
    Execution(style(), Target(tmp_path / "a.png")).run()
    record = read_record(tmp_path / "a.png")
    with pytest.raises(PareidoliaError, match=r"network of this picture was given from Python.*--network"):
        Request.from_record(record, tmp_path, {})
    with pytest.raises(PareidoliaError, match=r"content of this picture was a Tensor in Python.*--content"):
        Request.from_record(record, tmp_path, {"network": "retina"})
    named = {"content": "sample:chelsea", "styles": ("sample:waves",)}
    request = Request.from_record(record, tmp_path, {"network": "retina"}, named)
    assert request.settings.steps == 3 and request.inputs["styles"] == ("sample:waves",)


def test_an_input_that_moved_is_found_by_what_it_holds(tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "p.png").write_bytes(b"some bytes")
    operation = find_operation("invert")
    request = Request(operation, {"photo": str(tmp_path / "p.png")}, operation.settings_type())
    record = request.record(tmp_path / "made")
    assert record["inputs"]["photo"]["path"] == "../p.png"
    (tmp_path / "p.png").rename(tmp_path / "made" / "another name.png")
    found = Request.from_record(record, tmp_path / "made", {})
    assert found.inputs["photo"].endswith("another name.png")
    (tmp_path / "made" / "another name.png").write_bytes(b"other bytes")
    with pytest.raises(PareidoliaError, match=r"no longer there.*--photo"):
        Request.from_record(record, tmp_path / "made", {})


@pytest.mark.parametrize(
    ("name", "inputs", "message"),
    [
        ("style", {"content": "a.png"}, "style needs at least one style"),
        ("saliency", {"photo": "a.png", "painting": "b.png"}, "saliency takes no painting; it takes photo"),
        ("arithmetic", {"run": "digits-vae", "expression": "a - - b"}, "is not a sum"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_before_the_work(name, inputs, message):
    operation = find_operation(name)
    with pytest.raises(PareidoliaError, match=message):
        Request(operation, inputs, operation.settings_type())


@pytest.mark.parametrize(
    ("name", "odd"),
    [("settings", "../../../etc/passwd"), ("settings", [1]), ("inputs", {"photo": {"path": 0.5}})],
)
def test_a_record_of_another_shape_is_a_line(tmp_path, name, odd):
    operation = find_operation("invert")
    record = Request(operation, {"photo": "sample:chelsea"}, operation.settings_type()).record(tmp_path)
    with pytest.raises(PareidoliaError, match=r"cannot be read|is no path"):
        Request.from_record({**record, name: odd}, tmp_path, {})


@pytest.mark.parametrize("changed", ["weights", "network", "classes"])
def test_weights_code_and_names_that_changed_are_told(tmp_path, changed):
    layers = "nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(72, 2)"
    code = f"from torch import nn\n\n\ndef small():\n    return nn.Sequential({layers})\n"
    (tmp_path / "nets.py").write_text(code)
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    torch.save({"0.weight": torch.zeros(2, 3, 3, 3)}, tmp_path / "w.pth")
    paths = {"network": "nets.py", "weights": "w.pth", "classes": "classes.txt"}
    settings = SaliencySettings(
        network=f"{tmp_path}/nets.py:small", weights=f"{tmp_path}/w.pth", classes=tmp_path / "classes.txt"
    )
    (tmp_path / "photo.png").write_bytes(encode_picture(torch.rand(1, 3, 8, 8), "PNG"))
    request = Request(find_operation("saliency"), {"photo": str(tmp_path / "photo.png")}, settings)
    record = request.record(tmp_path)
    assert Request.from_record(record, tmp_path, {}).settings.weights.endswith("w.pth")
    path = tmp_path / paths[changed]
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(PareidoliaError, match=f"{path.name} is not the file it was .*--{changed}"):
        Request.from_record(record, tmp_path, {})
    named = Request.from_record(record, tmp_path, {changed: getattr(settings, changed)})
    assert getattr(named.settings, changed) == getattr(settings, changed)
