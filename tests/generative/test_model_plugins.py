"""A generative model that another package brings is trained and looked at from the command line."""

import json
import re
from pathlib import Path

import pytest
from tests.plugin_packages import install_plugin, run_with_plugins

ROOT = Path(__file__).parents[2]
WGAN = (Path(__file__).parent / "wgan.py").read_text(encoding="utf-8")


def documented():
    """The file that the contributing page shows."""
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    model = page[page.index("## A model") :]
    return re.search(r"```python\n(.*?)```", model, re.DOTALL)[1]


SAMPLER = '''
"""A model without codes: it draws each pixel by itself."""

import torch
from torch import nn
from pareidolia.generative import GenerativeModel, ModelSettings, generative_model
from pareidolia.training import Losses, Phase


class PixelsSettings(ModelSettings):
    """Independent pixels."""


@generative_model("pixels", PixelsSettings)
class Pixels(GenerativeModel[PixelsSettings]):
    def __init__(self, settings, shape, classes=0):
        super().__init__(settings, shape, classes)
        self.logits = nn.Parameter(torch.zeros(shape))

    def phases(self):
        return [Phase("likelihood", [self.logits], self.loss)]

    def loss(self, batch, moment):
        logits = self.logits.expand_as(batch.pictures)
        return Losses(nn.functional.binary_cross_entropy_with_logits(logits, batch.pictures))

    def sample(self, count, generator):
        chances = torch.rand(count, *self.shape, generator=generator, device=generator.device)
        return (chances.to(self.logits) < self.logits.sigmoid()).float()
'''


DRIVER = """
import contextlib, io, json, shlex, sys
from pareidolia.cli import main

answers = []
for command in sys.argv[1:]:
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        code = main(shlex.split(command))
    answers.append((code, out.getvalue(), error.getvalue()))
print(json.dumps(answers))
"""


class Packages:
    """A folder of installed packages, and a command line that sees them."""

    def __init__(self, folder):
        self.folder, self.site = folder, folder / "site"

    def install(self, name, code):
        """As pip lays out a package with one module, which is a plug-in."""
        install_plugin(self.site, name, code)

    def run(self, *commands):
        """Exit code, standard output and standard error of each command, all in one process of their own."""
        done = run_with_plugins(self.folder, *commands, site=self.site, program=("-c", DRIVER))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def packages(tmp_path):
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    return Packages(tmp_path)


def refused(answer, *parts):
    """Whether a command ended with exit code 2 and one line that has these parts."""
    code, _, error = answer
    return code == 2 and error.count("\n") == 1 and all(part in error for part in parts)


def test_a_wgan_is_one_short_file_that_trains_and_samples(packages):
    assert len(WGAN.splitlines()) < 60
    packages.install("pareidolia_wgan", WGAN)
    help_, trained, sampled, reconstructed = packages.run(
        "train wgan --help",
        "train wgan digits --epochs 1 --critic-steps 2 --previews 2 --out run",
        "sample run --out samples.png",
        "reconstruct run --out no.png",
    )
    assert help_[0] == 0 and "Train a Wasserstein GAN" in help_[1] and "--critic-steps" in help_[1]
    assert trained[0] == 0, trained
    record = json.loads((packages.folder / "run" / "settings.json").read_text())
    assert record["model"] == "wgan" and record["settings"]["critic_steps"] == 2
    assert len(list((packages.folder / "run" / "samples").glob("*.png"))) == 2
    logged = json.loads((packages.folder / "run" / "log.jsonl").read_text().splitlines()[-1])
    assert {"critic/loss", "critic/distance", "generator/loss"} <= set(logged)
    assert sampled[0] == 0 and (packages.folder / "samples.png").exists(), sampled
    assert reconstructed[0] == 0 and "mean squared error" in reconstructed[1], reconstructed


def test_the_contributing_page_s_model_trains_as_it_stands(packages):
    packages.install("pareidolia_linear", documented())
    trained, reconstructed, sampled = packages.run(
        "train linear digits --epochs 2 --latent 4 --previews 1 --out run",
        "reconstruct run --out seen.png",
        "sample run --out no.png",
    )
    assert trained[0] == 0, trained
    assert reconstructed[0] == 0 and (packages.folder / "seen.png").exists(), reconstructed
    assert refused(sampled, "no prior")


def test_a_model_that_only_samples_is_previewed_sampled_and_measured(packages):
    packages.install("pareidolia_pixels", SAMPLER)
    trained, sampled, measured, *others = packages.run(
        "train pixels digits --epochs 1 --previews 1 --out run",
        "sample run --out samples.png",
        "evaluate run --measures kid --pictures 20 --json",
        "manifold run --out no.png",
        "latent run --out no.png",
        "interpolate run random:1 random:2 --out no.png",
    )
    assert trained[0] == 0, trained
    assert len(list((packages.folder / "run" / "samples").glob("*.png"))) == 1
    assert sampled[0] == 0 and (packages.folder / "samples.png").exists(), sampled
    assert measured[0] == 0 and json.loads(measured[1]), measured
    assert all(refused(answer) for answer in others), others


def test_what_is_not_a_generative_model_is_refused_in_one_line(packages):
    packages.install(
        "pareidolia_foreign",
        "from torch import nn\nfrom pareidolia.generative import ModelSettings, generative_model\n"
        "@generative_model('foreign', ModelSettings)\nclass Foreign(nn.Module):\n    pass\n",
    )
    (answer,) = packages.run("train vae digits --out run")
    assert refused(answer, "Foreign", "is not a GenerativeModel")


def test_a_taken_name_names_both_modules(packages):
    packages.install("pareidolia_second", WGAN.replace('"wgan"', '"vae"'))
    (answer,) = packages.run("train vae digits --out run")
    assert refused(answer, "'vae'", "pareidolia_second", "pareidolia.generative.settings")
