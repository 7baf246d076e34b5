"""What the user had stays: only what carries our own mark is replaced, cleared away or passed over."""

import json

import pytest
from PIL import Image

from pareidolia.pictures import find_pictures, save_picture
from pareidolia.pictures.ownership import (
    ATLAS,
    COLLECTION,
    FRAMES,
    KEY,
    RUN,
    check_own,
    claim,
    claim_beside,
    clear,
)
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError


def picture(path, color="gray"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (24, 24), color).save(path)


def result(path, *sources):
    """A picture at `path` with the record of a style transfer of `sources`."""
    import torch

    from pareidolia.operations import find_operation

    path.parent.mkdir(parents=True, exist_ok=True)
    operation = find_operation("style")
    content, *styles = (str(each) for each in sources)
    inputs = {"content": content, "styles": tuple(styles) or ("sample:waves",)}
    request = Request(operation, inputs, operation.settings_type())
    save_picture(torch.rand(1, 3, 24, 24), path, record=request.record(path.parent))


def held(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "files",
    [
        ("notes.txt",),
        ("checkpoint.pt",),
        ("samples/0001.png", "log.jsonl", "model.safetensors"),
        (".hidden",),
        ("sub/deep/x",),
    ],
)
def test_a_folder_of_other_things_is_not_claimed(tmp_path, files):
    for name in files:
        (tmp_path / "art" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "art" / name).write_text("mine")
    before = held(tmp_path)
    for kind in (RUN, COLLECTION, FRAMES):
        with pytest.raises(PareidoliaError, match="art holds other things than"):
            claim(tmp_path / "art", kind)
        clear(tmp_path / "art", kind)
    assert held(tmp_path) == before


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '{"model": "gpt", "settings": {}}', '{"pareidolia": 3}', "{", "\xff"]
)
def test_settings_of_other_programs_are_no_mark(tmp_path, text):
    (tmp_path / "settings.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(PareidoliaError, match="holds other things than a run"):
        claim(tmp_path, RUN)


def test_what_systems_leave_is_nobodys(tmp_path):
    for name in (".DS_Store", "Thumbs.db", "._x", ".pareidolia-settings.json-abc.part"):
        (tmp_path / name).touch()
    claim(tmp_path, RUN)
    claim(tmp_path / "absent", RUN)
    (tmp_path / "file").touch()
    with pytest.raises(PareidoliaError, match="is a file"):
        claim(tmp_path / "file", RUN)


def test_of_a_run_only_what_a_run_writes_is_cleared(tmp_path):
    (tmp_path / "samples").mkdir()
    (tmp_path / "settings.json").write_text(json.dumps({KEY: "0.1.0", "model": "vae"}))
    ours = (
        "checkpoint.pt",
        "checkpoint.previous.pt",
        "model.safetensors",
        "log.jsonl",
        "samples/0000030.png",
    )
    theirs = ("notes.txt", "samples/cat.png", "samples/0001.png", "checkpoint.old.pt", "sub/checkpoint.pt")
    (tmp_path / "sub").mkdir()
    for name in (*ours, *theirs):
        (tmp_path / name).write_text(name)
    clear(tmp_path, RUN, keep=("settings.json",))
    assert {path.relative_to(tmp_path).as_posix() for path in held(tmp_path)} == {"settings.json", *theirs}
    clear(tmp_path, RUN)
    assert not (tmp_path / "settings.json").exists()


def test_links_are_not_followed(tmp_path):
    picture(tmp_path / "photos/0000001.png")
    (tmp_path / "run").mkdir()
    (tmp_path / "run/settings.json").write_text(json.dumps({KEY: "0.1.0"}))
    (tmp_path / "run/samples").symlink_to(tmp_path / "photos")
    (tmp_path / "linked").symlink_to(tmp_path / "run")
    clear(tmp_path / "linked", RUN)
    clear(tmp_path / "run", RUN)
    assert (tmp_path / "photos/0000001.png").exists()


def test_a_file_whose_name_nobody_chose_is_replaced_only_if_it_is_ours(tmp_path):
    picture(tmp_path / "a.png")
    result(tmp_path / "b.png", tmp_path / "a.png")
    check_own(tmp_path / "b.png")
    check_own(tmp_path / "absent.png")
    with pytest.raises(PareidoliaError, match="was not made by pareidolia"):
        check_own(tmp_path / "a.png")
    with pytest.raises(PareidoliaError, match="is not of a run"):
        claim_beside(tmp_path, RUN, ("a.png",))
    claim_beside(tmp_path, RUN, ("c.png",))


def names(folder):
    return list(find_pictures(folder).names)


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tif"])
def test_results_among_the_photos_are_no_photos(tmp_path, ending):
    photos = tmp_path / "photos"
    for name in ("a.png", "cats/b.jpg"):
        picture(photos / name)
    result(photos / f"out/a.{ending}", photos / "a.png", "sample:waves")
    result(photos / f"painted.{ending}", photos / "cats/b.jpg")
    result(photos / f"like.{ending}", tmp_path / "absent.png", photos / "a.png")
    assert names(photos) == ["a.png", "cats/b.jpg"]
    # The folder of results, named itself, is worked on.
    assert names(photos / "out") == [f"a.{ending}"]


def test_a_sheet_of_the_folder_itself_is_no_photo_and_results_from_elsewhere_are(tmp_path):
    photos = tmp_path / "photos"
    picture(photos / "a.png")
    picture(tmp_path / "other.png")
    result(photos / "sheet.png", photos)
    result(photos / "of-other.png", tmp_path / "other.png")
    result(photos / "of-sample.png", "sample:waves")
    result(tmp_path / "made/put.png", photos / "a.png")
    (tmp_path / "made/put.png").rename(photos / "put.png")
    assert names(photos) == ["a.png", "of-other.png", "of-sample.png", "put.png"]


@pytest.mark.parametrize(
    ("mark", "held"),
    [
        ("settings.json", {KEY: "0.1.0", "model": "vae"}),
        ("atlas.json", {"format": "pareidolia-atlas", "version": 2}),
        ("stages/settings.json", {"photos": "..", "settings": {"layer": [], "positions": 1}}),
        ("manifest.json", {KEY: "0.1.0", "format": 1, "layers": {}, "pictures": {}}),
        ("numbers.json", {KEY: "0.1.0"}),
    ],
)
def test_folders_that_are_results_are_passed_over(tmp_path, mark, held):
    picture(tmp_path / "a.png")
    picture(tmp_path / "run/samples/0000001.png")
    assert len(names(tmp_path)) == 2
    (tmp_path / "run" / mark).parent.mkdir(exist_ok=True)
    (tmp_path / "run" / mark).write_text(json.dumps(held))
    assert names(tmp_path) == ["a.png"]
    assert names(tmp_path / "run") == ["samples/0000001.png"]


def test_frames_are_cleared_one_by_one_and_what_else_lies_there_stays(tmp_path):
    picture(tmp_path / "a.png")
    frames = tmp_path / "x.mp4.frames"
    result(frames / "000000.png", tmp_path / "a.png")
    result(frames / "000001.png", tmp_path / "a.png")
    picture(frames / "000002.png")
    (frames / "notes.txt").write_text("mine")
    claim(frames, FRAMES)
    clear(frames, FRAMES)
    assert sorted(path.name for path in frames.iterdir()) == ["000002.png", "notes.txt"]
    with pytest.raises(PareidoliaError, match="holds other things than the frames of a video"):
        claim(frames, FRAMES)


def test_a_folder_in_which_a_kill_left_only_folders_is_free(tmp_path):
    stages = tmp_path / "atlas" / "stages"
    stages.mkdir(parents=True)
    (stages / ".pareidolia-settings.json-0f.part").write_text("{")
    claim(tmp_path / "atlas", ATLAS)
    (tmp_path / "linked").symlink_to(stages)
    (tmp_path / "atlas" / "link").symlink_to(tmp_path / "linked")
    with pytest.raises(PareidoliaError, match="holds other things than an atlas"):
        claim(tmp_path / "atlas", ATLAS)


def test_the_folder_that_a_kill_left_empty_is_cleared_away(tmp_path):
    (tmp_path / "x.mp4.frames").mkdir()
    clear(tmp_path / "x.mp4.frames", FRAMES)
    assert list(tmp_path.iterdir()) == []
