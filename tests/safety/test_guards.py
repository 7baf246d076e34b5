"""What may be read, what may be printed, and how records name files."""

import os
import subprocess
import sys

import pytest

from pareidolia.cli import main
from pareidolia.networks.classes import read_classes
from pareidolia.pictures.video_reading import Video
from pareidolia.requests import Request
from pareidolia.safety import located, named_from, portable, printable, require_file
from pareidolia.settings import PareidoliaError


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    return tmp_path / "pipe.mp4"


@pytest.mark.parametrize("look", [require_file, read_classes, Video])
def test_devices_and_pipes_are_refused_before_they_are_opened(pipe, look):
    for path in (pipe, pipe.parent, pipe.parent / "absent"):
        with pytest.raises(PareidoliaError, match=path.name):
            look(path)
    if look is not Video:
        with pytest.raises(PareidoliaError, match="not an ordinary file"):
            look(type(pipe)("/dev/zero"))


def test_a_record_that_names_a_device_is_refused(pipe):
    record = {"operation": "saliency", "settings": {}}
    for path in ("/dev/zero", str(pipe)):
        inputs = {"photo": {"path": path, "sha256": "x"}}
        with pytest.raises(PareidoliaError, match="not an ordinary file"):
            Request.from_record({**record, "inputs": inputs}, pipe.parent, {})


@pytest.mark.parametrize("option", ["--config", "--classes"])
def test_options_that_name_a_device_are_refused(tmp_path, monkeypatch, capsys, option):
    monkeypatch.chdir(tmp_path)
    command = {
        "--config": ["train", "vae", "digits", "--out", "run"],
        "--classes": ["filters", "--network", "torchvision:alexnet", "--weights", "random", "--out", "x.png"],
    }[option]
    assert main([*command, option, "/dev/zero"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "/dev/zero" in error and "ordinary" in error


def test_text_is_made_fit_for_a_terminal():
    assert printable("a\x1b[31mb\x07\x9b\u202e\udcff") == r"a\x1b[31mb\x07\x9b\u202e\udcff"
    for harmless in ("plain.png", "Größe 猫 кошка", "a\tb\nc", "👨‍👩‍👧"):
        assert printable(harmless) == harmless


def test_control_characters_of_file_names_do_not_reach_the_terminal(capsys):
    assert main(["saliency", "\x1b]0;owned\x07.png", "--out", "x.png"]) == 2
    assert not set("\x1b\x07") & set(capsys.readouterr().err)


def test_a_record_whose_picture_is_a_folder_does_not_have_the_folder_looked_through(monkeypatch, tmp_path):
    monkeypatch.setattr("pareidolia.requests.find_pictures", lambda path: pytest.fail("it looks through /"))
    for operation, name in (("saliency", "photo"), ("style", "content")):
        record = {"operation": operation, "inputs": {name: {"path": "/", "sha256": "x"}}, "settings": {}}
        with pytest.raises(PareidoliaError, match="is not the file it was"):
            Request.from_record(record, tmp_path, {})


def test_records_name_no_home_folder(tmp_path, monkeypatch):
    home = tmp_path / "homes" / "alice"
    (home / "out").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    photo = home / "Private" / "me.png"
    assert named_from(tmp_path / "elsewhere", photo) == "me.png"
    assert named_from(home / "out", photo) == "../Private/me.png"
    assert named_from("/srv/out", "/home/bob/me.png") == "me.png"
    assert named_from("/home/bob/out", "/home/bob/me.png") == "../me.png"
    assert named_from("/srv/out", "/srv/photos/a.png") == "../photos/a.png"


def test_settings_are_found_from_wherever_the_record_is_read(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    for name in ("nets.py", "w.pth", "names.txt"):
        (tmp_path / "work" / name).touch()
    values = {
        "network": str(tmp_path / "work/nets.py:make"),
        "weights": "w.pth",
        "classes": str(tmp_path / "work/names.txt"),
        "size": 3,
    }
    kept = portable(values, tmp_path / "work")
    assert kept == {"network": "nets.py:make", "weights": "w.pth", "classes": "names.txt", "size": 3}
    monkeypatch.chdir("/")
    found = located(kept, tmp_path / "work")
    assert found["network"] == str(tmp_path / "work/nets.py:make")
    assert found["weights"] == str(tmp_path / "work/w.pth")
    assert portable({"weights": "published", "network": "os:abort"}, tmp_path) == {
        "weights": "published",
        "network": "os:abort",
    }


def test_the_room_can_be_imported_first():
    done = subprocess.run([sys.executable, "-c", "import pareidolia.safety"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
