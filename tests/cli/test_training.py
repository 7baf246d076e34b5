import json
import shutil
import subprocess
import sys

import pytest
import torch
from PIL import Image

from pareidolia.generative import open_run
from pareidolia.generative.capabilities import Classifies, Encodes, HasDensity, HasPrior

QUICK = ("--hidden", "8", "--epochs", "1", "--previews", "1", "--latent", "2")


def train(studio, kind, *more, data="digits", out="run", quick=QUICK):
    return studio.run("train", kind, data, "--out", out, *quick, *more)


@pytest.mark.parametrize(
    ("kind", "options", "can", "cannot"),
    [
        ("autoencoder", ("--sparsity", "1", "--noise", "0.1", "--masked", "0.1"), [Encodes], [HasPrior]),
        ("vae", ("--samples", "3"), [HasDensity], [Classifies]),
        ("aae", ("--prior", "swiss-roll", "--labels", "prior"), [HasPrior, Encodes], [HasDensity]),
        ("aae", ("--labels", "semi-supervised", "--labeled", "50"), [HasPrior, Encodes, Classifies], []),
        ("gan", ("--spectral-norm", "--loss", "hinge"), [HasPrior], [Encodes]),
        ("gan", ("--network", "convolutional", "--width", "2"), [HasPrior], [Encodes]),
    ],
)
def test_every_model_trains_is_drawn_and_opened(studio, kind, options, can, cannot):
    code, out, err = train(studio, kind, *options)
    assert code == 0, err
    assert "1497 gray pictures of 8x8 px, 15 steps" in out and "run: trained 15 steps" in out
    sheet = Image.open("run/samples/0000015.png")
    assert sheet.width > 600 and len(sheet.getcolors(1 << 24)) > 20
    run = open_run("run")
    assert run.kind == kind and run.shape == (1, 8, 8) and len(run.classes) == 10
    assert all(isinstance(run.model, each) for each in can)
    assert not any(isinstance(run.model, each) for each in cannot)
    assert not any(each.requires_grad for each in run.model.parameters()) and not run.model.training
    assert len(run.pictures("test")) == 300
    if isinstance(run.model, HasPrior):
        z = run.model.prior.sample(3, torch.Generator())
        assert run.model.decode(z).shape == (3, 1, 8, 8)
    if isinstance(run.model, Encodes):
        assert run.model.encode(run.pictures().pictures(slice(3))).shape == (3, run.model.latent)


def test_settings_come_from_a_file_then_pairs_then_options(studio):
    (studio.folder / "wanted.toml").write_text('hidden = [9, 7]\nlatent = 3\nbatch = 50\nbinarize = "no"\n')
    code, out, err = train(
        studio, "vae", "--config", "wanted.toml", "--set", "latent=4", "--set", "beta=2", "activation=tanh",
        "--latent", "5", "--epochs", "1", "--json", quick=(),
    )  # fmt: skip
    assert code == 0, err
    answer = json.loads(out)
    settings = answer["settings"]
    assert (settings["hidden"], settings["latent"], settings["batch"]) == ([9, 7], 5, 50)
    assert (settings["beta"], settings["binarize"], settings["activation"]) == (2.0, "no", "tanh")
    assert answer["rows"] == [{"step": 30, "of": 30}] and set(answer["losses"]) == {"bound"}
    assert json.loads((studio.folder / "run" / "settings.json").read_text())["settings"] == settings


def test_a_run_is_neither_overwritten_nor_forgotten(studio):
    assert train(studio, "vae")[0] == 0
    weights = (studio.folder / "run" / "model.safetensors").read_bytes()
    code, _, err = train(studio, "vae")
    assert code == 2 and "--resume goes on with it, --overwrite begins anew" in err
    assert train(studio, "vae", "--resume")[0] == 0  # nothing is left to do
    assert (studio.folder / "run" / "model.safetensors").read_bytes() == weights
    code, _, err = train(studio, "gan", "--resume")
    assert code == 2 and "model is vae there, gan now" in err
    assert train(studio, "vae", "--seed", "1", "--overwrite")[0] == 0
    assert (studio.folder / "run" / "model.safetensors").read_bytes() != weights


def test_resuming_with_other_data_is_refused(studio):
    for number in range(4):
        Image.new("L", (8, 8), 40 * number).save(studio.folder / f"{number}.png")
    assert train(studio, "vae", data=".")[0] == 0
    Image.new("L", (8, 8), 255).save(studio.folder / "0.png")
    code, _, err = train(studio, "vae", "--resume", data=".")
    assert code == 2 and "data.fingerprint" in err


def test_skipped_files_are_told_and_kept_in_the_settings(studio):
    pictures = studio.folder / "pictures"
    pictures.mkdir()
    for number in range(6):
        (pictures / f"bad{number}.png").write_bytes(b"no picture")
        Image.new("RGB", (8, 8), (40 * number, 0, 0)).save(pictures / f"good{number}.png")
    code, out, _ = train(studio, "vae", data="pictures")
    assert code == 0 and "6 color pictures" in out
    assert out.count("skipped: 'pictures/bad") == 5 and "and 1 more" in out
    record = json.loads((studio.folder / "run" / "settings.json").read_text())
    assert len(record["data"]["skipped"]) == 6


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("vae", ("--set", "latnt=3"), "there is no setting 'latnt'; did you mean latent"),
        ("vae", ("--set", "latent"), "--set takes key=value, not 'latent'"),
        ("vae", ("--set", "latent=many"), "--latent: input should be a valid integer"),
        ("vae", ("--config", "broken.toml"), "broken.toml is not a TOML file"),
        ("vae", ("--config", "none.toml"), "there is no file 'none.toml'"),
        ("vae", ("--config", "unknown.toml"), "there is no setting 'batchsize'; did you mean batch"),
        ("aae", ("--prior", "swissroll"), "there is no prior 'swissroll'; did you mean swiss-roll"),
        ("aae", ("--prior", "mixture", "--latent", "3"), "it needs --latent 2, not 3"),
        ("aae", ("--labels", "prior"), "--labels prior needs --prior mixture or swiss-roll, not normal"),
        ("aae", ("--labels", "semi-supervised", "--labeled", "3"), "3 labels cannot be taken evenly"),
        ("gan", ("--learning-rate", "0"), "--learning-rate: input should be greater than 0"),
    ],
)
def test_bad_settings_are_refused_in_one_line(studio, kind, options, message):
    (studio.folder / "broken.toml").write_text("latent = = 3")
    (studio.folder / "unknown.toml").write_text("batchsize = 3")
    code, _, err = train(studio, kind, *options, quick=())
    assert code == 2 and message in err and err.count("\n") == 1
    assert not (studio.folder / "run").exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [("empty", "no pictures"), ("one", "only one picture"), ("mnst", "did you mean mnist")],
)
def test_bad_data_are_refused_in_one_line(studio, data, message):
    (studio.folder / "empty").mkdir()
    (studio.folder / "one").mkdir()
    shutil.copy("photo.png", "one")
    code, _, err = train(studio, "vae", data=data)
    assert code == 2 and message in err and err.count("\n") == 1
    assert not (studio.folder / "run").exists()


def test_a_loss_that_is_no_number_keeps_the_last_checkpoint_and_says_what_to_try(studio):
    code, _, err = train(
        studio, "vae", "--learning-rate", "1e20", "--checkpoint-seconds", "0", "--likelihood", "gaussian"
    )
    assert code == 2 and "became NaN or infinite" in err and "--learning-rate" in err
    assert not list(studio.folder.glob("run/.pareidolia*"))


def test_a_file_in_the_runs_place_is_refused(studio):
    code, _, err = train(studio, "vae", out="photo.png")
    assert code == 2 and "is a file" in err


def test_what_is_no_run_is_not_opened(studio):
    from pareidolia.settings import PareidoliaError

    assert train(studio, "vae")[0] == 0
    with pytest.raises(PareidoliaError, match="not a run of pareidolia train"):
        open_run(studio.folder)
    (studio.folder / "run" / "model.safetensors").unlink()
    with pytest.raises(PareidoliaError, match=r"no model\.safetensors yet"):
        open_run("run")
    (studio.folder / "run" / "settings.json").write_text('{"model": "vae"}')
    with pytest.raises(PareidoliaError, match="not of a generative model"):
        open_run("run")
    with pytest.raises(PareidoliaError, match="there is no run or shipped model 'digits-va'"):
        open_run("digits-va")


def test_a_config_that_notepad_wrote_is_read(studio):
    (studio.folder / "vae.toml").write_bytes(b"\xef\xbb\xbflatent = 3\r\n")
    code, _, err = train(studio, "vae", "--config", "vae.toml", quick=QUICK[:-2])
    assert code == 0, err
    assert open_run(studio.folder / "run").settings.latent == 3


def test_a_user_s_folder_is_refused_and_left_as_it_was(studio):
    sheet = studio.folder / "art" / "samples" / "0001.png"
    sheet.parent.mkdir(parents=True)
    sheet.write_bytes(b"mine")
    for more in ((), ("--overwrite",), ("--resume",)):
        code, _, err = studio.run("train", "vae", "digits", "--out", "art", *more)
        assert code == 2 and "art holds other things than a run" in err and err.count("\n") == 1
    assert [path for path in (studio.folder / "art").rglob("*") if path.is_file()] == [sheet]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--epochs", "inf"), "--epochs: input should be a finite number"),
        (("--hidden", "-3"), "--hidden: widths are whole numbers from 1 on"),
        (("--free-bits", "1e300"), "--free-bits: input should be less than"),
        (("--config", "deep.toml"), "deep.toml is not a TOML file"),
    ],
)
def test_numbers_that_cannot_be_are_refused(studio, option, message):
    (studio.folder / "deep.toml").write_text("a = " + "[" * 100_000)
    code, _, err = studio.run("train", "vae", "digits", "--out", "run", *option)
    assert code == 2 and message in err and err.count("\n") == 1, err
    assert not (studio.folder / "run").exists()


def test_help_of_training_imports_no_torch():
    code = (
        "import sys\nfrom pareidolia.cli import main\nmain(['train', '--help'])\n"
        "main(['train', 'gan', '--help'])\nprint('LOADED', 'torch' in sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "LOADED False" in loaded.stdout and "--r1-every" in loaded.stdout
