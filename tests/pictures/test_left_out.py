"""What of a folder, or of a file, is left out is told by name, and why."""

import json
import sys
from types import SimpleNamespace

import pytest
import torch
from PIL import Image, ImageFile

from pareidolia.cli import main
from pareidolia.pictures import find_pictures, open_picture
from pareidolia.settings import BadPicture

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)


@pytest.fixture
def mixed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    folder = tmp_path / "mixed"
    (folder / "more").mkdir(parents=True)
    for number in range(3):
        Image.new("RGB", (32, 32), (80 * number, 90, 30)).save(folder / f"{number}.png")
    (folder / "more" / "IMG_3.HEIC").write_bytes(HEIC)
    return folder


def test_what_is_left_out_of_a_folder_is_named(mixed):
    found = find_pictures(mixed)
    assert found.names == ("0.png", "1.png", "2.png")
    assert found.notes == (
        "1 of 4 left out: more/IMG_3.HEIC (HEIC: export as JPEG, or pip install 'pareidolia-nn[heic]')",
    )
    for number in range(6):
        (mixed / f"film{number}.mp4").write_bytes(b"")
    (mixed / "notes.txt").write_text("no picture")
    assert find_pictures(mixed).notes[0].startswith("7 of 10 left out: film0.mp4, film1.mp4,")
    assert " and 2 more (HEIC" in find_pictures(mixed).notes[0]


def test_a_folder_of_nothing_else_says_what_there_is(mixed):
    with pytest.raises(
        BadPicture, match=r"there is no picture in .*; there is IMG_3\.HEIC \(HEIC: export as"
    ):
        find_pictures(mixed / "more")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HEIC, "is HEIC, what an iPhone takes: export it as JPEG"),
        (b"\0\0\0\x18ftypisom" + bytes(90), "is a video"),
        (b"%PDF-1.4 " + bytes(90), "is a PDF"),
        (b"8BPS" + bytes(90), "Photoshop"),
        (b"<svg xmlns='x'>", "no pixels"),
        (b"neither of these", "not a picture that can be read"),
    ],
)
def test_a_file_of_another_kind_is_named_whatever_its_suffix(tmp_path, monkeypatch, content, words):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(BadPicture, match=words):
        open_picture(path)


class HeicImageFile(ImageFile.ImageFile):
    """Stands for the opener of an installed package: a red picture of 4 by 3 pixels."""

    format = "HEIF"

    def _open(self):
        self.fp.read()
        self._size, self._mode, self.tile = (4, 3), "RGB", []

    def load(self):
        if getattr(self, "_im", None) is None:
            self.im = Image.new("RGB", (4, 3), (255, 0, 0)).im
        return Image.Image.load(self)


def test_an_opener_that_is_registered_is_asked(mixed, monkeypatch):
    def register():
        Image.register_open("HEIF", HeicImageFile, lambda prefix: prefix[4:12] == b"ftypheic")

    monkeypatch.setattr(Image, "OPEN", dict(Image.OPEN))
    monkeypatch.setattr(Image, "ID", list(Image.ID))
    monkeypatch.setitem(sys.modules, "pillow_heif", SimpleNamespace(register_heif_opener=register))
    assert open_picture(mixed / "more" / "IMG_3.HEIC")[0, :, 1, 1].tolist() == [1, 0, 0]
    found = find_pictures(mixed)
    assert found.names[-1] == "more/IMG_3.HEIC" and not found.notes


def test_commands_say_what_is_left_out(mixed, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["style", str(mixed), "sample:waves", "--method", "one-pass", "--out", str(out)]) == 0
    assert "1 of 4 left out: more/IMG_3.HEIC" in capsys.readouterr().out
    run = ["train", "vae", str(mixed), "--size", "8", "--epochs", "1", "--previews", "0"]
    assert main([*run, "--out", str(tmp_path / "run")]) == 0
    assert "1 of 4 left out: more/IMG_3.HEIC" in capsys.readouterr().out
    assert "left out" in str(json.loads((tmp_path / "run" / "settings.json").read_text())["data"]["skipped"])


def test_the_first_frame_of_a_moving_picture_is_told(tmp_path, capsys):
    frames = [Image.linear_gradient("L").resize((32, 32)).rotate(90 * number) for number in range(4)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100)
    command = ["style", str(tmp_path / "a.gif"), "sample:waves", "--method", "one-pass"]
    assert main([*command, "--out", str(tmp_path / "a.png")]) == 0
    assert "a.gif': the first of 4 frames" in capsys.readouterr().out
    assert main([*command, "--persistence", "0", "--out", str(tmp_path / "b.gif")]) == 0
    with Image.open(tmp_path / "b.gif") as gif:
        assert (gif.n_frames, gif.info["duration"]) == (4, 100)


def test_the_same_names_and_sizes_of_other_pictures_are_other_pictures(tmp_path):
    generator = torch.Generator().manual_seed(0)
    digests = []
    for _ in range(2):
        for number in range(2):
            levels = torch.randint(0, 256, (40, 40, 3), dtype=torch.uint8, generator=generator)
            Image.fromarray(levels.numpy()).save(tmp_path / f"{number}.bmp")
        digests.append(find_pictures(tmp_path).digest)
    assert digests[0] != digests[1]
    moved = tmp_path.with_name("moved")
    tmp_path.rename(moved)
    assert find_pictures(moved).digest == digests[1]


def test_links_that_lead_round_are_told_and_the_rest_is_found(mixed):
    for name in ("round.png", "folder"):
        (mixed / name).symlink_to(mixed / name)
    found = find_pictures(mixed)
    assert set(found.names) == {"0.png", "1.png", "2.png", "round.png"}
    with pytest.raises(BadPicture, match=r"round\.png"):
        open_picture(found.path(found.names.index("round.png")))
