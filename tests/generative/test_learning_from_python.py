"""Training from Python on what people have, and runs that find their pictures again."""

import json
import shutil
import unicodedata
from pathlib import Path

import pytest
import torch
from PIL import Image

import pareidolia
from pareidolia.cli import main
from pareidolia.generative import open_run, train
from pareidolia.generative.looking import (
    InterpolateSettings,
    LatentSettings,
    ManifoldSettings,
    SampleSettings,
    WalkSettings,
)
from pareidolia.generative.looking import arithmetic_strip as add
from pareidolia.generative.looking import interpolation_strip as interpolate
from pareidolia.generative.looking import latent_cloud as show_codes
from pareidolia.generative.looking import manifold_grid as manifold
from pareidolia.generative.looking import reconstruction_sheet as reconstruct
from pareidolia.generative.looking import sample_sheet as sample
from pareidolia.generative.looking import walk_strip as walk
from pareidolia.generative.measuring import EvaluateSettings, evaluate
from pareidolia.generative.settings import VAESettings
from pareidolia.settings import PareidoliaError

QUICK = {"epochs": 2, "latent": 2, "hidden": (16,), "previews": 1}


def pictures(count=60, size=(6, 4)):
    """Dark and bright pictures, higher than wide."""
    generator = torch.Generator().manual_seed(4)
    labels = torch.arange(count) % 2
    grain = torch.rand(count, 1, *size, generator=generator)
    return 0.5 * grain + 0.5 * labels[:, None, None, None], labels


def write(folder, count=60, names=("bright", "dark")):
    values, labels = pictures(count)
    for number, (value, label) in enumerate(zip(values, labels, strict=True)):
        path = folder / names[int(label)] / f"{number:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((value[0] * 255).to(torch.uint8).numpy()).save(path)
    return folder


def look_in_every_way(run, label="1"):
    other = "0" if label == "1" else run.classes[0]
    for made in (
        sample(run, SampleSettings(count=4)),
        reconstruct(run, ("test:0", "train:1")),
        interpolate(run, "test:0", "random:3", InterpolateSettings(steps=3)),
        manifold(run, ManifoldSettings(side=3)),
        add(run, f"test:0 - label:{label}"),
        walk(run, "train:0", WalkSettings(towards=label, away=other, steps=3)),
    ):
        assert made.picture.shape[:2] == (1, 3)
    figures = {figure.measure for figure in evaluate(run, EvaluateSettings(split="train", pictures=20))}
    return figures


@pytest.mark.slow
def test_a_run_of_tensors_is_one_that_every_look_and_measure_opens(tmp_path):
    run = train("vae", pictures(), tmp_path / "run", **QUICK)
    assert run.kind == "vae" and run.shape == (1, 6, 4) and run.classes == ("0", "1")
    settings = VAESettings(**{**QUICK, "epochs": 2.0})
    assert run.settings == settings.model_copy(update={"previews": 1})
    assert len(list((tmp_path / "run" / "samples").glob("*.png"))) == 1
    moved = tmp_path / "elsewhere" / "run"
    shutil.copytree(tmp_path / "run", moved)
    shutil.rmtree(tmp_path / "run")
    assert {"elbo", "reconstruction", "kid"} <= look_in_every_way(open_run(moved))


@pytest.mark.parametrize(
    ("kind", "channels"), [("vae", 4), ("autoencoder", 2), ("gan", 4), ("flow", 2), ("flow", 3)]
)
def test_pictures_of_any_channels_that_are_not_square_are_learned_and_shown(kind, channels, tmp_path):
    given = torch.rand(40, channels, 9, 6, generator=torch.Generator().manual_seed(0))
    code = {"width": 4, "steps": 2} if kind == "flow" else {"latent": 2, "hidden": (8,)}
    run = train(kind, given, tmp_path / "run", epochs=1, previews=1, **code)
    assert run.shape == (channels, 9, 6)
    Image.new("RGBA", (30, 30), (255, 0, 0, 128)).save(tmp_path / "photo.png")
    made = []
    if kind != "autoencoder":
        made += [sample(run, SampleSettings(count=4)), manifold(run, ManifoldSettings(side=2))]
    if kind != "gan":
        made.append(reconstruct(run, ("test:0", str(tmp_path / "photo.png"))))
    assert all(each.picture.shape[:2] == (1, 3) for each in made)
    if channels in (2, 4):
        with pytest.raises(PareidoliaError, match="was trained on pictures with alpha"):
            run.pictures("test", str(tmp_path))


def test_pictures_for_the_test_have_as_many_channels(tmp_path):
    with pytest.raises(PareidoliaError, match="for the test have 1 channels, those to learn from 2"):
        train("vae", torch.rand(30, 2, 5, 5), tmp_path / "run", test=torch.rand(9, 1, 5, 5), **QUICK)


def test_the_command_line_opens_it_too(tmp_path, monkeypatch, capsys):
    train("vae", pictures()[0], tmp_path / "run", **QUICK)
    monkeypatch.chdir(tmp_path)
    assert main(["sample", "run", "--count", "4", "--out", "s.png"]) == 0
    assert main(["reconstruct", "run", "test:0", "--out", "r.png"]) == 0
    assert main(["walk", "run", "test:0", "--towards", "1", "--out", "w.png"]) == 2
    assert "has no labels" in capsys.readouterr().err


def test_a_test_set_of_one_s_own_is_kept_beside(tmp_path):
    values, labels = pictures()
    run = train("autoencoder", (values, labels), tmp_path / "run", test=(values[:7], labels[:7]), **QUICK)
    assert len(run.pictures("train")) == 60 and len(run.pictures("test")) == 7


def test_a_run_goes_on_only_when_asked_and_only_with_the_same_pictures(tmp_path):
    values, _ = pictures()
    first = train("autoencoder", values, tmp_path / "run", **QUICK)
    with pytest.raises(PareidoliaError, match="--resume goes on with it, --overwrite begins anew"):
        train("autoencoder", values, tmp_path / "run", **QUICK)
    train("autoencoder", values, tmp_path / "run", resume=True, **{**QUICK, "epochs": 4})
    whole = train("autoencoder", values, tmp_path / "whole", **{**QUICK, "epochs": 4})
    weights = (tmp_path / "run" / "model.safetensors").read_bytes()
    assert weights == (tmp_path / "whole" / "model.safetensors").read_bytes()
    assert not all(
        torch.equal(a, b) for a, b in zip(first.model.parameters(), whole.model.parameters(), strict=True)
    )
    with pytest.raises(PareidoliaError, match=r"another run .*fingerprint"):
        train("autoencoder", values.flip(0), tmp_path / "run", resume=True, **QUICK)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("vaee", {}, "there is no generative model 'vaee'; did you mean vae"),
        ("vae", {"settings": VAESettings(), "out": "run"}, None),
    ],
)
def test_what_is_asked_wrongly_is_refused_before_anything_is_written(
    tmp_path, monkeypatch, model, options, message
):
    monkeypatch.chdir(tmp_path)
    if message is None:
        assert train(model, pictures()[0], **options, epochs=1).settings.epochs == 1
    else:
        with pytest.raises(PareidoliaError, match=message):
            train(model, pictures()[0], **options)
        assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_pictures_that_are_not_square_keep_their_shape_in_every_look(tmp_path):
    folder = write(tmp_path / "photos")
    run = train("vae", folder, tmp_path / "run", **QUICK)
    assert run.shape == run.pictures("train").shape == run.pictures("test").shape == (1, 6, 4)
    assert {"elbo", "reconstruction"} <= look_in_every_way(run, "dark")
    pytest.importorskip("matplotlib")
    assert show_codes(run, LatentSettings(split="train", count=10, size=300)).picture.ndim == 4


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["autoencoder", "aae", "gan"])
def test_evaluate_takes_shapes_that_are_not_square(tmp_path, kind):
    run = train(kind, pictures(), tmp_path / "run", network="convolutional", width=2, **QUICK)
    assert run.shape == (1, 6, 4)
    assert list(evaluate(run, EvaluateSettings(split="train", pictures=12)))


def record(run):
    return json.loads((run / "settings.json").read_text())["data"]


def test_the_same_pictures_go_on_under_another_name(tmp_path, monkeypatch):
    folder = write(tmp_path / "photos")
    monkeypatch.chdir(tmp_path)
    train("autoencoder", "photos", "run", **QUICK)
    for number, name in enumerate(("photos/", "./photos", str(folder), "../" + tmp_path.name + "/photos")):
        epochs = QUICK["epochs"] + number + 1
        train("autoencoder", name, "run", resume=True, **{**QUICK, "epochs": epochs})
    folder.rename(tmp_path / "moved")
    train("autoencoder", "moved", "run", resume=True, **{**QUICK, "epochs": 8})
    (tmp_path / "moved" / "dark" / "001.png").unlink()
    with pytest.raises(PareidoliaError, match="another run"):
        train("autoencoder", "moved", "run", resume=True, **{**QUICK, "epochs": 9})


def test_a_run_finds_its_pictures_from_anywhere_or_names_the_option(tmp_path, monkeypatch):
    home = tmp_path / "home"
    write(home / "photos")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    train("autoencoder", "photos", "runs/one", **QUICK)
    monkeypatch.chdir(tmp_path)
    found = open_run(home / "runs" / "one").pictures("train")
    assert found.shape == (1, 6, 4) and found.classes == ("bright", "dark")
    together = tmp_path / "together"
    together.mkdir()
    (home / "photos").rename(together / "photos")
    (home / "runs").rename(together / "runs")
    run = together / "runs" / "one"
    assert len(open_run(run).pictures("train")) == len(found)
    (together / "photos").rename(together / "renamed")
    with pytest.raises(PareidoliaError, match=r"photos.*is not there: name the folder with --data"):
        reconstruct(str(run))
    for data, code in ((together / "renamed", 0), (tmp_path / "nowhere", 2)):
        words = ["reconstruct", str(run), "test:0", "--data", str(data), "--out", str(tmp_path / "r.png")]
        assert main(words) == code
    write(together / "photos", count=44)
    with pytest.raises(PareidoliaError, match="holds other pictures now"):
        open_run(run).pictures("train")


def test_a_record_names_no_home(tmp_path, monkeypatch):
    home = tmp_path / "home" / "alice"
    write(home / "photos")
    monkeypatch.setenv("HOME", str(home))
    train("autoencoder", home / "photos", tmp_path / "out" / "run", **QUICK)
    noted = record(tmp_path / "out" / "run")
    assert noted["name"] == "~/photos" and "alice" not in json.dumps(noted)
    assert len(open_run(tmp_path / "out" / "run").pictures("train")) == noted["pictures"]


def test_labels_spelled_as_a_mac_spells_them_are_found(tmp_path):
    decomposed = unicodedata.normalize("NFD", "йод")
    assert decomposed != "йод"
    write(tmp_path / "photos", names=(decomposed, "кот"))
    run = train("autoencoder", tmp_path / "photos", tmp_path / "run", **QUICK)
    assert add(run, "label:йод - label:кот").picture is not None
    with pytest.raises(PareidoliaError, match="there is no label 'ёж'"):
        add(run, "label:ёж")


def test_the_short_way_trains_on_tensors_too(tmp_path):
    made = pareidolia.train(pictures(), "autoencoder", out=tmp_path / "run", progress=False, **QUICK)
    assert Path(made.path) == tmp_path / "run" and open_run(made.path).classes == ("0", "1")
    assert pareidolia.reconstruct(made.path, progress=False).picture.shape[:2] == (1, 3)


class Killed(BaseException):
    """What a test raises where a process might die."""


@pytest.mark.slow
def test_wherever_a_training_dies_it_goes_on_to_the_same_files(tmp_path, monkeypatch):
    """At every rename, removal and new folder: the pictures given, sheets, weights and record are whole."""
    options = {**QUICK, "checkpoint_seconds": 0, "batch": 30, "average": 0.9}

    def go(name, **more):
        train("vae", pictures(), tmp_path / name, **options, **more)
        files = {
            path.relative_to(tmp_path / name).as_posix(): path for path in (tmp_path / name).rglob("*.*")
        }
        timed = ("log.jsonl", "checkpoint.pt", "checkpoint.previous.pt")
        return {name: path.read_bytes() for name, path in files.items() if name not in timed}

    whole, survived, dead = go("whole"), 0, True
    real = {name: getattr(Path, name) for name in ("replace", "unlink", "mkdir")}
    while dead:
        left = [survived]

        def dying(name, left=left):
            def change(self, *more, **how):
                left[0] -= "run" in self.parts
                if left[0] < 0:
                    raise Killed
                return real[name](self, *more, **how)

            return change

        with monkeypatch.context() as killing:
            for name in real:
                killing.setattr(Path, name, dying(name))
            try:
                go("run")
                dead = False
            except Killed:
                survived += 1
        assert go("run", resume=True) == whole
        shutil.rmtree(tmp_path / "run")
    assert survived > 15
