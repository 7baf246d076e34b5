"""VAE and GAN with the label as a condition."""

import pytest
import torch

from pareidolia.generative import train
from pareidolia.generative.building import build, settings_of
from pareidolia.generative.capabilities import Classifies, Encodes, HasDensity, HasPrior
from pareidolia.generative.looking import LatentSpace, SampleSettings, sample_sheet
from pareidolia.settings import PareidoliaError
from pareidolia.training import Batch, StepContext, seeded

CLASSES = 3


def make(kind, **values):
    return build(
        kind, settings_of(kind, {"latent": 2, "hidden": (8,), "labels": "condition", **values}), (1, 5, 4), 3
    )


def context(batch):
    return StepContext(0, 10, 0, batch, seeded(torch.Generator(), 0))


def pictures(count=240):
    """Dark, grey and bright pictures, by label, with a slope that is none of the label's."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % CLASSES
    slope = 0.2 * torch.rand(count, 1, 1, 1, generator=generator) * torch.linspace(-1, 1, 4)
    return 0.2 + 0.3 * labels[:, None, None, None] + slope.expand(-1, -1, 5, -1), labels


@pytest.fixture(scope="module")
def conditional_vae(tmp_path_factory):
    settings = {"latent": 2, "hidden": (16,), "likelihood": "gaussian", "labels": "condition", "previews": 0}
    given = {"epochs": 60, "learning_rate": 1e-2, "average": 0.9, "device": "cpu"}
    return train("vae", pictures(), tmp_path_factory.mktemp("conditional") / "run", **settings, **given)


def test_a_conditional_vae_draws_the_label_that_is_asked_for(conditional_vae):
    model = conditional_vae.model
    assert isinstance(model, HasPrior) and isinstance(model, Encodes) and isinstance(model, Classifies)
    assert not isinstance(model, HasDensity)
    codes = model.prior.sample(50, torch.Generator().manual_seed(0))
    for label in range(CLASSES):
        made = model.decode(model.prior.with_label(codes, label))
        assert made.mean().item() == pytest.approx(0.2 + 0.3 * label, abs=0.06)


def test_it_names_labels_and_keeps_what_they_do_not_say(conditional_vae):
    model, (given, labels) = conditional_vae.model, pictures()
    named = model.classify(given)
    torch.testing.assert_close(named.exp().sum(1), torch.ones(len(given)))
    assert (named.argmax(1) == labels).float().mean() > 0.95
    codes = model.encode(given)
    assert codes.shape == (240, 5) and (codes[:, 2:].argmax(1) == named.argmax(1)).all()
    assert (model.decode(codes) - given).abs().mean() < 0.06


def test_its_looks_take_a_label(conditional_vae):
    sheet = sample_sheet(conditional_vae, SampleSettings(count=4, label="2", device="cpu"))
    assert "label 2" in sheet.caption
    space = LatentSpace(conditional_vae)
    assert space.resolve("label:2").code[0, 2:].argmax() == 2


def test_the_discriminator_is_asked_for_the_pictures_label():
    model = make("gan")
    given = torch.rand(4, 1, 5, 4)
    every = model.discriminator(2 * given - 1)
    assert every.shape == (4, CLASSES)
    found = model.logits(given, torch.tensor([2, 0, -1, 1]))[:, 0]
    expected = torch.stack([every[0, 2], every[1, 0], every[2].mean(), every[3, 1]])
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(model.logits(given)[:, 0], every.mean(1))


def test_a_gans_codes_carry_the_labels_of_the_batch():
    model = make("gan")
    labels = torch.tensor([2, 0, -1, 1])
    codes = model._codes(Batch(torch.rand(4, 1, 5, 4), labels), context(4))
    assert (codes[:, 2:].sum(1) == 1).all()
    assert codes[:, 2:].argmax(1)[labels >= 0].tolist() == [2, 0, 1]


def test_a_gan_without_an_encoder_has_a_middle_for_each_label(tmp_path):
    given = {"epochs": 1, "latent": 2, "hidden": (8,), "labels": "condition", "previews": 0}
    space = LatentSpace(train("gan", pictures(), tmp_path / "run", **given))
    assert space.resolve("label:1").code.tolist() == [[0, 0, 0, 1, 0]]
    assert space.resolve("test:0").code[:, 2:].sum() == 1
    with pytest.raises(PareidoliaError, match="has no encoder"):
        _ = space.codes


@pytest.mark.parametrize("kind", ["vae", "gan"])
def test_labels_need_two_classes(kind):
    with pytest.raises(PareidoliaError, match="--labels condition needs pictures in two or more"):
        build(kind, settings_of(kind, {"labels": "condition"}), (1, 5, 4), 0)


def test_several_samples_a_picture_are_refused():
    with pytest.raises(PareidoliaError, match="leave out --samples"):
        make("vae", samples=5)
