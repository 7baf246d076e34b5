import pytest
import torch

from pareidolia.generative.building import build, settings_of
from pareidolia.generative.capabilities import Classifies
from pareidolia.generative.training import prepare
from pareidolia.settings import PareidoliaError
from pareidolia.training import Batch, StepContext, seeded
from pareidolia.training.data.labeled import PartlyLabeled

SHAPE = (1, 4, 4)
SEMI = {"labels": "semi-supervised", "latent": 2, "hidden": (12,)}


def make(kind, classes=3, **values):
    return build(kind, settings_of(kind, {"latent": 2, "hidden": (12,), **values}), SHAPE, classes)


def batch(count=6):
    pictures = torch.rand(count, *SHAPE, generator=torch.Generator().manual_seed(1))
    return Batch(pictures, torch.arange(count) % 3)


def context(count=6):
    return StepContext(0, 10, 0.0, count, seeded(torch.Generator(), 0))


def trained(kind, tmp_path, **values):
    settings = settings_of(kind, {"hidden": (64,), "previews": 0, **values})
    run = prepare(kind, "digits", settings, tmp_path / "run").run
    list(run)
    return run.result.eval()


def test_an_untrained_decoder_says_the_mean_picture():
    mean = torch.rand(SHAPE, generator=torch.Generator().manual_seed(0)).clamp(0.05, 0.95)
    for kind in ("autoencoder", "aae", "gan", "vae"):
        model = make(kind)
        model.init_output_bias(mean)
        torch.testing.assert_close(model.decode(torch.zeros(1, 2))[0], mean)


def test_a_denoising_autoencoder_sees_noise_and_aims_at_the_clean_picture():
    model = make("autoencoder", noise=0.5, masked=0.3)
    seen = []
    model.encoder.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    given = batch(300)
    loss = model.loss(given, context(300)).total
    assert not torch.equal(seen[0], given.pictures)
    assert (seen[0] == 0).float().mean().item() == pytest.approx(0.3, abs=0.03)
    made = model.decode(model.encode(seen[0]))
    torch.testing.assert_close(loss, (made - given.pictures).square().sum() / 300)


def test_the_sparsity_penalty_is_the_divergence_of_coins():
    model = make("autoencoder", sparsity=2.0, active=0.1)
    losses = model.loss(batch(), context())
    means = model.encode(batch().pictures).mean(0)
    coin, target = torch.distributions.Bernoulli(means), torch.distributions.Bernoulli(torch.tensor(0.1))
    penalty = torch.distributions.kl_divergence(target, coin).sum()
    torch.testing.assert_close(losses.total, losses.metrics["squared_error"] + 2 * penalty)


@pytest.mark.slow
def test_a_trained_sparse_code_is_as_active_as_wanted(tmp_path):
    model = trained("autoencoder", tmp_path, latent=32, sparsity=5.0, active=0.1, epochs=40)
    from pareidolia.training.data import open_pictures

    codes = model.encode(open_pictures("digits", "test").pictures())
    assert codes.mean().item() == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize(
    ("values", "classes", "message"),
    [
        ({"labels": "prior", "prior": "normal"}, 3, "needs --prior mixture or swiss-roll"),
        ({"labels": "semi-supervised"}, 0, "needs pictures in two or more classes' folders"),
    ],
)
def test_labels_that_cannot_be_used_are_refused(values, classes, message):
    with pytest.raises(PareidoliaError, match=message):
        make("aae", classes, **values)


def test_each_labels_part_of_the_prior_is_shown_to_the_discriminator():
    model = make("aae", labels="prior", prior="mixture")
    labels = torch.tensor([0, 1, 2] * 2000 + [-1] * 3000)
    samples = model._prior_samples(labels, context(len(labels)))
    middles = torch.stack([samples[labels == label].mean(0) for label in (0, 1, 2)])
    expected = model.prior.sample_each(4000, torch.Generator()).mean(0)
    torch.testing.assert_close(middles, expected, atol=0.15, rtol=0)
    assert samples[labels == -1].mean(0).norm() < 0.3  # of the whole prior
    inputs = []
    model.discriminator.register_forward_pre_hook(lambda module, given: inputs.append(given[0]))
    model._logits(torch.zeros(4, 2), torch.tensor([0, 2, -1, 1]))
    assert inputs[0][:, 2:].argmax(1).tolist() == [0, 2, 3, 1]


@pytest.mark.parametrize("labels", ["none", "semi-supervised"])
def test_r1_smooths_the_discriminators_of_codes(labels):
    pictures = batch()
    both = PartlyLabeled(pictures.pictures, None, pictures) if labels == "semi-supervised" else pictures
    model = make("aae", labels=labels, r1=10)
    smooth = model.discriminate(both, context()).total
    model.settings = model.settings.model_copy(update={"r1": 0})
    assert smooth > model.discriminate(both, context()).total


def test_a_semi_supervised_code_is_style_and_class():
    model = make("aae", labels="semi-supervised")
    assert isinstance(model, Classifies) and model.latent == 5
    codes = model.prior.sample(3000, torch.Generator().manual_seed(0))
    assert codes[:, 2:].sum(1).eq(1).all() and codes[:, 2:].max(1).values.eq(1).all()
    assert codes[:, 2:].mean(0).sub(1 / 3).abs().max() < 0.05
    pictures = batch().pictures
    torch.testing.assert_close(model.encode(pictures)[:, 2:], model.classify(pictures).exp())
    assert model.decode(codes[:4]).shape == (4, *SHAPE)
    both = PartlyLabeled(pictures, None, batch())
    assert [phase.name for phase in model.phases()] == [
        "reconstruction", "discriminator", "regularisation", "classification",
    ]  # fmt: skip
    assert all(phase.loss(both, context()).total.isfinite() for phase in model.phases())


def test_a_semi_supervised_encoder_sees_moved_pictures_and_rebuilds_what_it_sees():
    model = build("aae", settings_of("aae", SEMI | {"augment": ("translation",)}), (1, 16, 16), 3)
    seen, targets = [], []
    model.encoder.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    pictures = torch.zeros(6, 1, 16, 16)
    pictures[..., 8, 8] = 1
    both = PartlyLabeled(pictures, None, Batch(pictures, torch.arange(6) % 3))
    model._noisy = lambda given, context: targets.append(given) or given
    assert all(phase.loss(both, context()).total.isfinite() for phase in model.phases())
    assert len(seen) == len(targets) == 4
    for each in seen:
        assert each.flatten(1).sum(1).eq(1).all() and each[..., 6:11, 6:11].flatten(1).sum(1).eq(1).all()
        assert not torch.equal(each, pictures)
    still = torch.zeros(6, 1, 16, 16).add(0.3)
    model.decode = lambda codes: seen[-1]
    loss = model.reconstruct(PartlyLabeled(pictures, None, Batch(still, torch.arange(6) % 3)), context())
    assert loss.total == 0


@pytest.mark.slow
def test_codes_are_bent_to_the_prior(tmp_path):
    # Reconstruction lays the classes out before the game moves them: it takes a quick adversary to swap two.
    game = {"hidden": (256, 256), "adversarial": 1.0, "epochs": 90, "average": 0.99}
    model = trained("aae", tmp_path, latent=2, prior="mixture", labels="prior", **game)
    from pareidolia.training.data import open_pictures

    digits = open_pictures("digits")
    codes = model.encode(digits.pictures())
    middles = torch.stack([codes[digits.labels == label].mean(0) for label in range(10)])
    expected = model.prior.sample_each(2000, torch.Generator()).mean(0)
    assert (middles - expected).norm(dim=1).max() < 0.6  # neighbours' middles are 1.9 apart
    assert model.prior.log_prob(codes).mean() > model.prior.log_prob(2 * codes).mean() + 1


@pytest.mark.slow
def test_a_hundred_labels_name_most_digits(tmp_path):
    model = trained("aae", tmp_path, latent=8, labels="semi-supervised", labeled=100, noise=0.2, epochs=60)
    from pareidolia.training.data import open_pictures

    digits = open_pictures("digits", "test")
    wrong = model.classify(digits.pictures()).argmax(1) != digits.labels
    assert wrong.float().mean() < 0.15
