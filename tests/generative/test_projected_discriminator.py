"""A discriminator that looks through retina (Sauer et al. 2021)."""

import pytest
import torch
from tests.generative.sources import Same, assert_learns_two_colors

from pareidolia.generative.building import build, settings_of
from pareidolia.training import Batch, StepContext, TrainingRun, seeded


def gan(shape=(3, 16, 16), classes=0, **values):
    torch.manual_seed(0)
    chosen = {"network": "residual", "width": 2, "latent": 4, "batch": 4, "discriminator": "projected"}
    return build("gan", settings_of("gan", chosen | values), shape, classes)


def context(count):
    return StepContext(0, 1, 0.0, count, seeded(torch.Generator(), "augmentation"))


def fixed_parts(model):
    names = ("seeing", "projections")
    return {
        key: value.clone()
        for name in names
        for key, value in getattr(model.discriminator, name).state_dict().items()
    }


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 28, 20), (4, 33, 18), (2, 8, 8), (1, 4, 5)])
def test_pictures_of_any_sides_are_judged_each_for_itself(shape):
    model = gan(shape).eval()
    pictures = torch.rand(3, *shape)
    logits = model.logits(pictures)
    assert logits.shape[0] == 3 and logits.shape[1] > 4
    torch.testing.assert_close(model.logits(pictures[1:2]), logits[1:2], rtol=1e-4, atol=1e-5)


def test_every_stage_is_judged_in_patches():
    model = gan((3, 64, 64))
    # From maps of 64 to 4 px: patches of 4x4 each.
    assert model.logits(torch.rand(1, 3, 64, 64)).shape == (1, 5 * 16)


def test_what_sees_is_retina_and_is_not_trained():
    from pareidolia.networks import load_network
    from pareidolia.pictures import open_picture

    model = gan((3, 64, 64))
    picture = open_picture("sample:coffee", size=64)
    layers = ["stage1.relu2", "stage2.relu2", "stage3.relu3", "stage4.relu3", "stage5.relu1"]
    recorded = load_network("retina").record(picture, layers)
    for maps, layer in zip(model.discriminator.seeing(2 * picture - 1), layers, strict=True):
        torch.testing.assert_close(maps, recorded[layer], rtol=1e-4, atol=1e-5)

    pictures = torch.rand(4, 3, 64, 64)

    before = fixed_parts(model)
    # The hinge's slopes cancel in the last bias while real and fake are within its margins.
    judges = [each for each in model.discriminator.judges.parameters() if each.ndim > 1]
    untrained = [each.clone() for each in judges]
    list(
        TrainingRun(
            model, Same(pictures, 3), model.settings.model_copy(update={"epochs": 1.0, "average": 0.0})
        )
    )
    assert all(torch.equal(value, before[key]) for key, value in fixed_parts(model).items())
    assert not any(torch.equal(*pair) for pair in zip(untrained, judges, strict=True))


def test_upper_stages_reach_what_judges_the_lower_ones():
    model = gan((3, 64, 64))
    maps = model.discriminator.seeing(torch.rand(1, 3, 64, 64))
    plain = model.discriminator.projections(maps)
    changed = model.discriminator.projections([*maps[:-1], maps[-1] + 1])
    assert not any(torch.allclose(*pair) for pair in zip(plain, changed, strict=True))
    lower = model.discriminator.projections([maps[0] + 1, *maps[1:]])
    same = [torch.equal(*pair) for pair in zip(plain, lower, strict=True)]
    assert same == [False, True, True, True, True]


def test_its_losses_are_the_papers_unless_others_are_named():
    assert (gan().loss, gan().r1) == ("hinge", 0.0)
    chosen = gan(loss="minimax", r1=0.5)
    assert (chosen.loss, chosen.r1) == ("minimax", 0.5)
    own = gan(discriminator="own")
    assert (own.loss, own.r1) == ("non-saturating", 1.0)


@pytest.mark.parametrize("r1", [0.0, 0.5])
def test_gradients_reach_the_generator_and_the_judges_alone(r1):
    model = gan(augment=("color", "translation", "cutout"), r1=r1)
    batch = Batch(torch.rand(4, 3, 16, 16))
    for phase in model.phases():
        losses = phase.loss(batch, context(4))
        parameters = [each for each in phase.parameters if each.requires_grad]
        gradients = torch.autograd.grad(losses.total, parameters, allow_unused=True)
        assert all(each is not None and each.isfinite().all() for each in gradients)
        assert sum(float(each.abs().sum()) for each in gradients) > 0


def test_patches_are_asked_for_the_pictures_label():
    model = gan(classes=3, labels="condition").eval()
    pictures = torch.rand(4, 3, 16, 16)
    every = model.discriminator(2 * pictures - 1)
    assert every.shape[:2] == (4, 3)
    found = model.logits(pictures, torch.tensor([2, 0, -1, 1]))
    expected = torch.stack([every[0, 2], every[1, 0], every[2].mean(0), every[3, 1]])
    torch.testing.assert_close(found, expected)


def test_it_learns_two_colors():
    model = gan(batch=8, learning_rate=4e-3, average=0.9, epochs=1, width=4)
    assert_learns_two_colors(model, side=16, steps=300)


def test_alpha_is_judged_on_white():
    model = gan((4, 16, 16)).eval()
    colors, alpha = torch.rand(2, 3, 16, 16), torch.rand(2, 1, 16, 16)
    on_white = colors * alpha + 1 - alpha
    opaque = torch.cat([on_white, torch.ones_like(alpha)], dim=1)
    torch.testing.assert_close(model.logits(torch.cat([colors, alpha], dim=1)), model.logits(opaque))
    assert not torch.allclose(model.logits(opaque), model.logits(torch.cat([colors, opaque[:, 3:]], dim=1)))
