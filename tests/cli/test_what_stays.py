"""Commands leave what the user had: folders, frames, photos, whatever they are told to overwrite."""

import pytest
from PIL import Image

VAE = (
    "train",
    "vae",
    "--hidden",
    "8",
    "--previews",
    "1",
    "--latent",
    "2",
    "--size",
    "16",
    "--epochs",
    "1",
)
STYLIZER = ("stylizer", "train", "sample:waves")


def held(folder):
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def photos(folder, count=4):
    folder.mkdir(parents=True)
    for number in range(count):
        Image.effect_noise((40, 40), 40 + number).convert("RGB").save(folder / f"{number}.png")


@pytest.mark.parametrize("words", [(), ("--resume",), ("--overwrite",), ("--tensorboard",)])
@pytest.mark.parametrize(
    ("kind", "out"), [("vae", "."), ("vae", "art"), ("vae", "data"), ("stylizer", "art")]
)
def test_no_training_begins_among_other_things(studio, kind, out, words):
    photos(studio.folder / "data")
    photos(studio.folder / "art/samples")
    for name in ("art/log.jsonl", "art/model.safetensors", "art/checkpoint.pt"):
        (studio.folder / name).write_text("mine")
    (studio.folder / "art/settings.json").write_text('{"editor.fontSize": 12, "model": "mine"}')
    before = held(studio.folder)
    command = (
        (*VAE, "data") if kind == "vae" else (*STYLIZER, "--photos", "data", "--network", "net.py:build")
    )
    code, _, err = studio.run(*command, "--out", out, *words)
    assert code == 2 and err.count("\n") == 1, err
    assert f"{out} holds other things than a run: name another folder" in err
    assert held(studio.folder) == before


def test_a_run_is_overwritten_and_what_else_lies_there_stays(studio):
    photos(studio.folder / "data")
    code, _, err = studio.run(*VAE, "data", "--out", "run")
    assert code == 0, err
    (studio.folder / "run/notes.txt").write_text("mine")
    (studio.folder / "run/samples/cat.png").write_text("mine")
    assert studio.run(*VAE, "data", "--out", "run")[0] == 2
    code, _, err = studio.run(*VAE, "data", "--out", "run", "--overwrite")
    assert code == 0, err
    after = held(studio.folder / "run")
    assert after["notes.txt"] == after["samples/cat.png"] == b"mine"
    assert sum(name.startswith("samples/") for name in after) == 2


def test_a_run_among_the_photos_is_no_data(studio):
    photos(studio.folder / "data", 6)
    words = (*VAE, "data", "--out", "data/run")
    code, _, err = studio.run(*words)
    assert code == 0, err
    code, out, err = studio.run(*words, "--resume")
    assert code == 0 and "6 color pictures" in out, err


def test_photos_of_one_name_in_nested_folders_are_all_painted(studio):
    for name in ("train/cat", "train/dog", "val/cat", "val/dog"):
        photos(studio.folder / "photos" / name, 2)
    words = {"pictures": ("photos", "painting.png"), "out": "photos/out"}
    code, out, _ = studio.style("--steps", "1", "--coarse-steps", "1", **words)
    assert code == 0, out
    assert len(list((studio.folder / "photos/out").iterdir())) == 8
    code, out, _ = studio.style("--steps", "1", "--coarse-steps", "1", **words)
    assert code == 0 and out.count("made already") == 8
    assert len(list((studio.folder / "photos/out").iterdir())) == 8


def test_one_bad_job_does_not_end_the_rest(studio, monkeypatch):
    from pareidolia.cli import running

    photos(studio.folder / "photos", 2)
    run = running.run_one

    def failing(request, output):
        if output.out.name.startswith("0"):
            raise OSError(36, "File name too long", str(output.out))
        return run(request, output)

    monkeypatch.setattr(running, "run_one", failing)
    code, _, err = studio.style(pictures=("photos", "painting.png"), out="out")
    assert code == 1 and "File name too long" in err and "1 of 2 could not be made" in err
    assert [path.name for path in (studio.folder / "out").iterdir()] == ["1.png"]


def test_a_folder_of_photos_is_not_painted_over(studio):
    photos(studio.folder / "photos", 2)
    before = held(studio.folder / "photos")
    words = {"pictures": ("photos", "painting.png"), "out": "photos"}
    code, _, err = studio.style("--overwrite", **words)
    assert code == 1 and err.count("was not made by pareidolia") == 2
    assert held(studio.folder / "photos") == before


@pytest.fixture
def video(studio):
    pytest.importorskip("av", reason="videos need PyAV")
    from pareidolia.pictures import write_video

    Image.new("RGB", (64, 48), "gray").save("f.png")
    write_video([studio.folder / "f.png"] * 2, studio.folder / "video.mp4", 10)
    (studio.folder / "f.png").unlink()
    return studio


@pytest.mark.parametrize("word", ["--resume", "--overwrite"])
def test_a_folder_called_like_the_frames_is_the_users(video, word):
    photos(video.folder / "out.mp4.frames", 2)
    before = held(video.folder)
    one_pass = ("--method", "one-pass", "--size", "64", "--persistence", "0")
    code, _, err = video.run("style", "video.mp4", "painting.png", *one_pass, "--out", "out.mp4", word)
    assert code == 2 and "out.mp4.frames holds other things than the frames of a video" in err
    assert held(video.folder) == before


def test_a_note_among_the_frames_outlives_the_film(video):
    (video.folder / "out.mp4.frames").mkdir()
    one_pass = ("--method", "one-pass", "--size", "64", "--persistence", "0")
    (video.folder / "out.mp4.frames/.DS_Store").write_text("a system's own")
    code, _, err = video.run(
        "style", "video.mp4", "painting.png", *one_pass, "--out", "out.mp4", "--overwrite"
    )
    assert code == 0, err
    assert [path.name for path in (video.folder / "out.mp4.frames").iterdir()] == [".DS_Store"]


def test_an_explanation_and_a_tour_leave_files_of_their_names(studio):
    (studio.folder / "mine").mkdir()
    for name in ("numbers.json", "index.html"):
        (studio.folder / "mine" / name).write_text("mine")
    before = held(studio.folder)
    network = ("--network", "net.py:build", "--size", "64")
    for words in ((), ("--overwrite",)):
        code, _, err = studio.run("explain-dreams", "photo.png", *network, "--out", "mine", *words)
        assert code == 2 and "numbers.json is not of an explanation" in err
    code, _, err = studio.run("tour", "--out", "mine", "--overwrite")
    assert code == 2 and "index.html is not of a tour" in err
    assert held(studio.folder) == before
