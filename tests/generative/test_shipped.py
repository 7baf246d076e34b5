"""The shipped models open offline, are small, and make digits."""

import json
import shutil
from dataclasses import replace

import pytest
import torch

from pareidolia.generative import open_run
from pareidolia.generative.capabilities import Encodes, HasDensity, HasInverseCdf, HasPrior
from pareidolia.generative.looking import LatentSpace
from pareidolia.generative.runs import SHIPPED, shipped_names
from pareidolia.settings import BadRecord

NAMES = ("digits-aae", "digits-gan", "digits-vae")
OF_MNIST = ("mnist-aae", "mnist-vae", "mnist-vae-32")
FLOW, GAN, FACES = "mnist-flow", "mnist-gan", "faces-gan"


@pytest.fixture(scope="module")
def classifier():
    """Class probabilities of 8×8 digits, 1 to 2 % of the test digits wrong."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    from pareidolia.training.data import open_pictures

    train = open_pictures("digits")
    calibrated = CalibratedClassifierCV(SVC(C=10, gamma=0.2), ensemble=False)
    return calibrated.fit(train.pictures().flatten(1).numpy(), train.labels.numpy())


def samples(name, count=1000):
    model = open_run(name).model
    with torch.no_grad():
        return model.decode(model.prior.sample(count, torch.Generator().manual_seed(0)))


def test_the_models_named_here_are_shipped():
    assert tuple(shipped_names()) == tuple(sorted((*NAMES, *OF_MNIST, FLOW, GAN, FACES)))


@pytest.mark.parametrize("name", OF_MNIST)
def test_a_model_of_mnist_is_small_has_a_card_and_needs_no_pictures(name):
    files = list((SHIPPED / name).iterdir())
    assert sum(file.stat().st_size for file in files) <= 3_000_000
    assert (SHIPPED / name / "card.md").is_file()
    run = open_run(name)
    assert run.data == "mnist" and run.shape == (1, 28, 28) and len(run.classes) == 10
    space = LatentSpace(run)
    assert space.known.source == "2,000 test pictures" and isinstance(run.model, HasDensity) == (
        name != "mnist-aae"
    )
    counts = space.known.labels.bincount(minlength=10)
    assert len(counts) == 10 and counts.min() > 150
    # A classifier of codes names most of them: they lie by label.
    middles = torch.cat([space.mean_code(name) for name in run.classes])
    nearest = torch.cdist(space.codes, middles).argmin(1)
    assert (nearest == space.known.labels).float().mean() > 0.6
    made = samples(name, 64)
    # Ink on paper: most pixels are dark, some are bright.
    # The AAE's two numbers leave more of the writing to an average, whose strokes are dim.
    least = 0.02 if name == "mnist-aae" else 0.05
    assert (made < 0.1).float().mean() > 0.6 and least < (made > 0.7).float().mean() < 0.3


def test_the_flow_is_small_and_draws_the_digit_that_is_asked_for():
    files = list((SHIPPED / FLOW).iterdir())
    assert sum(file.stat().st_size for file in files) <= 3_000_000
    assert (SHIPPED / FLOW / "card.md").is_file()
    run = open_run(FLOW)
    assert run.data == "mnist" and run.shape == (1, 28, 28) and len(run.classes) == 10
    space = LatentSpace(run)
    assert space.known.source == "500 test pictures"
    # Codes are noise; where all pictures are black, of the middle of a level, they lie in its middle.
    noise = space.codes[:, :784].reshape(-1, 28, 28)
    assert 0.4 < float(noise[:, 10:18, 10:18].var()) < 1.6
    assert float(noise[:, 0, 0].std()) < 0.4
    run.model.solver = replace(run.model.solver, method="euler", steps=6)
    made = {label: space.samples(6, 0, run.model.prior.of_label(label)) for label in (0, 1)}
    assert_zeros_and_ones(made)


def test_the_gan_is_small_and_draws_the_digit_that_is_asked_for():
    files = list((SHIPPED / GAN).iterdir())
    assert sum(file.stat().st_size for file in files) <= 2_000_000
    assert (SHIPPED / GAN / "card.md").is_file()
    run = open_run(GAN)
    assert run.data == "mnist" and run.shape == (1, 28, 28) and len(run.classes) == 10
    assert not isinstance(run.model, Encodes) and isinstance(run.model, HasPrior)
    draw = torch.Generator().manual_seed(0)
    codes = {label: run.model.prior.of_label(label).sample(64, draw) for label in (0, 1)}
    assert_zeros_and_ones({label: run.model.decode(each) for label, each in codes.items()})


def test_the_gan_of_faces_is_small_and_draws_lit_faces_of_many_kinds():
    files = list((SHIPPED / FACES).iterdir())
    assert sum(file.stat().st_size for file in files) <= 12_000_000
    assert (SHIPPED / FACES / "card.md").is_file()
    run = open_run(FACES)
    assert run.shape == (3, 64, 64) and run.record["name"] == "faces"
    assert not isinstance(run.model, Encodes) and isinstance(run.model, HasPrior)
    made = samples(FACES, 64)
    gray = made.mean(1)
    middle, border = gray[:, 24:48, 24:40], gray[:, :4]
    # A face is lighter than the hair above it, its features are drawn in dark, and no two are alike.
    assert (middle.mean((1, 2)) > border.mean((1, 2))).float().mean() > 0.6
    assert (middle.flatten(1).min(1).values < 0.6 * middle.flatten(1).median(1).values).float().mean() > 0.8
    apart = torch.pdist(gray.flatten(1)) / 64
    assert apart.min() > 0.05


def assert_zeros_and_ones(made):
    """Pictures by label are ink on paper, a 0 with a hole in its middle and a 1 without."""
    for pictures in made.values():
        assert (pictures < 0.1).float().mean() > 0.6 and 0.03 < (pictures > 0.7).float().mean() < 0.3
    middle = {label: float(pictures[..., 12:16, 12:16].mean()) for label, pictures in made.items()}
    assert middle[1] > middle[0] + 0.2


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_model_is_small_has_a_card_and_can_what_it_should(name):
    files = list((SHIPPED / name).iterdir())
    assert sum(file.stat().st_size for file in files) <= 2_000_000
    assert (SHIPPED / name / "card.md").is_file()
    run = open_run(name)
    assert run.data == "digits" and run.shape == (1, 8, 8) and len(run.classes) == 10
    assert isinstance(run.model, HasPrior)
    assert isinstance(run.model, Encodes) == (name != "digits-gan")
    assert isinstance(run.model, HasDensity) == (name == "digits-vae")
    assert isinstance(run.model.prior, HasInverseCdf) == (name != "digits-aae")


@pytest.mark.parametrize(("name", "explained"), [("digits-vae", 0.5), ("digits-aae", 0.25)])
def test_reconstructions_from_two_numbers_explain_the_test_digits(name, explained):
    run = open_run(name)
    pictures = run.pictures("test").pictures()
    error = (run.model.decode(run.model.encode(pictures)) - pictures).square().sum()
    spread = (pictures - run.pictures("train").mean()).square().sum()
    assert 1 - error / spread > explained


@pytest.mark.parametrize(("name", "sure"), [("digits-aae", 0.6), ("digits-gan", 0.4), ("digits-vae", 0.4)])
def test_samples_are_digits_of_all_kinds(classifier, name, sure):
    chances = torch.from_numpy(classifier.predict_proba(samples(name).flatten(1).numpy()))
    assert (chances.max(1).values > 0.9).float().mean() > sure
    shares = chances.argmax(1).bincount(minlength=10) / len(chances)
    assert shares.min() > 0.01


@pytest.mark.parametrize("shape", [[1, 8, -8], [1, 0, 8], [1, 8], [1, 8, 8.0], "188"])
def test_a_run_of_no_such_pictures_is_refused(tmp_path, shape):
    run = shutil.copytree(SHIPPED / "digits-vae", tmp_path / "run")
    record = json.loads((run / "settings.json").read_text())
    record["data"]["shape"] = shape
    (run / "settings.json").write_text(json.dumps(record))
    with pytest.raises(BadRecord, match="is not of a generative model"):
        open_run(run)
