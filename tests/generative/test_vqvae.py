"""The VQ-VAE and the prior of its indices."""

import math

import pytest
import torch
import torch.nn.functional as F

from pareidolia.cli import main
from pareidolia.generative import open_run
from pareidolia.generative.building import build, settings_of
from pareidolia.generative.capabilities import Encodes, HasPrior
from pareidolia.generative.index_prior import IndexPrior
from pareidolia.settings import PareidoliaError
from pareidolia.training import Batch, StepContext, seeded

SMALL = {"width": 4, "codes": 6, "code_length": 3, "halvings": 1, "prior_width": 32, "prior_layers": 2}


def vqvae(classes=0, shape=(1, 8, 8), **values):
    torch.manual_seed(0)
    return build("vqvae", settings_of("vqvae", SMALL | values), shape, classes)


def context(count):
    return StepContext(0, 1, 0.0, count, seeded(torch.Generator(), "vqvae"))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_codes_are_entries_of_the_table_of_length_one_and_decode_as_themselves():
    model = vqvae()
    assert isinstance(model, Encodes) and isinstance(model, HasPrior)
    pictures = torch.rand(5, 1, 8, 8)
    codes = model.encode(pictures)
    assert codes.shape == (5, model.latent) == (5, 16 * 3)
    table = F.normalize(model.table, dim=1)
    apart = torch.cdist(codes.unflatten(1, (16, 3)).flatten(0, 1), table).min(1).values
    assert apart.max() < 1e-5
    chosen = table[model.indices(pictures)].flatten(1)
    assert torch.equal(codes, chosen)
    # What is near to an entry makes the entry's picture.
    torch.testing.assert_close(model.decode(1.3 * codes + 1e-4), model.decode(codes))


@pytest.mark.parametrize(("shape", "halvings", "places"), [((3, 9, 14), 2, 4 * 7), ((1, 28, 20), 2, 7 * 5)])
def test_any_sides_have_a_map_of_codes(shape, halvings, places):
    # 9 px are halved once: maps are of 4 px and more.
    model = vqvae(shape=shape, halvings=halvings)
    assert model.length == places
    assert model.decode(model.encode(torch.rand(2, *shape))).shape == (2, *shape)


def test_the_nearest_entry_is_chosen_and_gradients_pass_to_the_encoder():
    model = vqvae()
    vectors = F.normalize(torch.randn(4, 16, 3, requires_grad=True), dim=2)
    table = F.normalize(model.table, dim=1)
    assert torch.equal(model._nearest(vectors), torch.cdist(vectors, table).argmin(2))
    batch = Batch(torch.rand(4, 1, 8, 8))
    codes, prior = model.phases()
    gradients = torch.autograd.grad(codes.loss(batch, context(4)).total, list(codes.parameters))
    assert all(each.isfinite().all() and each.abs().sum() > 0 for each in gradients)
    # The prior's phase moves the prior alone.
    loss = prior.loss(batch, context(4)).total
    assert not torch.autograd.grad(loss, [model.table], allow_unused=True)[0]


def test_an_entry_that_is_never_chosen_is_drawn_to_the_pictures():
    model = vqvae()
    with torch.no_grad():
        model.table[0] = -model._vectors(torch.rand(1, 1, 8, 8))[0].mean(0)
    pictures = torch.rand(8, 1, 8, 8, generator=generator())
    assert not (model.indices(pictures) == 0).any()
    optimizer = torch.optim.Adam([model.table], 0.1)
    for _ in range(60):
        optimizer.zero_grad()
        model.code_loss(Batch(pictures), context(8)).total.backward()
        optimizer.step()
    nearest = (F.normalize(model.table[0], dim=0) @ model._vectors(pictures).flatten(0, 1).T).max()
    assert nearest > 0.9


def test_an_index_depends_on_those_before_it_alone():
    prior = IndexPrior(7, 5, 32, 2, classes=3).eval()
    one = torch.randint(5, (2, 7), generator=generator())
    other = one.clone()
    other[:, 4] = (other[:, 4] + 1) % 5
    labels = torch.tensor([0, -1])
    changed = (prior(one, labels) - prior(other, labels)).abs().amax((0, 2))
    assert (changed[:5] == 0).all() and (changed[5:] > 1e-6).all()
    assert (prior(one, torch.tensor([1, 1])) - prior(one, torch.tensor([2, 2]))).abs().min() > 0
    assert torch.equal(prior(one), prior(one, torch.tensor([-1, -1])))


def test_probabilities_of_all_sequences_sum_to_one_and_are_those_of_the_draws():
    torch.manual_seed(0)
    prior = IndexPrior(3, 3, 32, 1).eval()
    with torch.no_grad():
        prior.output.weight.mul_(4)
        every = torch.cartesian_prod(*[torch.arange(3)] * 3)
        chances = prior.log_prob(every).exp()
        assert chances.sum().item() == pytest.approx(1, abs=1e-5)
        drawn = prior.sample(20_000, generator())
        counts = torch.zeros(27).index_add_(0, drawn @ torch.tensor([9, 3, 1]), torch.ones(20_000))
    # Multinomial: within four standard deviations each.
    error = (chances * (1 - chances) / 20_000).sqrt()
    assert ((counts / 20_000 - chances).abs() < 4 * error + 1e-4).all()


def test_draws_are_a_function_of_the_seed_and_of_the_label():
    model = vqvae(classes=4, labels="condition").eval()
    prior = model.prior.of_label(2)
    assert prior.latent == model.latent
    assert torch.equal(prior.sample(3, generator()), prior.sample(3, generator()))
    assert not torch.equal(prior.sample(9, generator()), model.prior.of_label(1).sample(9, generator()))
    assert model.decode(model.prior.sample(3, generator())).shape == (3, 1, 8, 8)
    with pytest.raises(PareidoliaError, match="two or more classes"):
        vqvae(labels="condition")


def test_the_loss_begins_at_the_entropy_of_even_chances():
    model = vqvae()
    with torch.no_grad():
        model.index_prior.output.weight.zero_()
        model.index_prior.output.bias.zero_()
    loss = model.prior_loss(Batch(torch.rand(4, 1, 8, 8)), context(4)).total
    assert loss.item() == pytest.approx(16 * math.log(6), rel=1e-5)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("sample", ("--count", "4", "--label", "3")),
        ("sample", ("--count", "4", "--truncation", "1")),
        ("reconstruct", ("test:1",)),
        ("interpolate", ("test:1", "random:2", "--steps", "3")),
        ("arithmetic", ("label:8 - label:3 + test:7",)),
        ("directions", ("--count", "1", "--steps", "2")),
    ],
)
def test_a_vqvae_can_be_looked_at(command, words, trained, tmp_path, capsys):
    run = trained("vqvae", **SMALL, labels="condition", epochs=0.3)
    failed = main([command, run, *words, "--out", str(tmp_path / "out.png")])
    refused = "--truncation" in words
    assert failed == (2 if refused else 0)
    assert not refused or "has none" in capsys.readouterr().err
    assert open_run(run).kind == "vqvae"


def test_widths_of_the_prior_are_of_whole_heads(capsys, tmp_path):
    assert main(["train", "vqvae", "digits", "--out", str(tmp_path / "run"), "--prior-width", "40"]) == 2
    assert "multiple of 32" in capsys.readouterr().err
