"""Residual networks, and augmentation that gradients go through."""

import pytest
import torch
from tests.generative.sources import assert_learns_two_colors

from pareidolia.cli import main
from pareidolia.generative.augmentation import augmented
from pareidolia.generative.building import build, settings_of
from pareidolia.generative.residual import unit_length
from pareidolia.pictures import open_picture
from pareidolia.training import Batch, StepContext, seeded


def gan(shape=(3, 16, 16), classes=0, **values):
    chosen = {"network": "residual", "width": 2, "latent": 4, "batch": 4, **values}
    return build("gan", settings_of("gan", chosen), shape, classes)


def context(count):
    return StepContext(0, 1, 0.0, count, seeded(torch.Generator(), "augmentation"))


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 28, 20), (4, 9, 33), (1, 6, 6)])
def test_residual_networks_take_pictures_of_any_sides_each_for_itself(shape):
    torch.manual_seed(0)
    model = gan(shape)
    z = torch.randn(3, 4)
    made = model.decode(z)
    assert made.shape == (3, *shape) and made.min() >= 0 and made.max() <= 1
    torch.testing.assert_close(model.decode(z[1:2]), made[1:2])
    logits = model.logits(made)
    assert logits.shape == (3, 1)
    torch.testing.assert_close(model.logits(made[1:2]), logits[1:2], rtol=1e-4, atol=1e-5)


def test_channels_are_scaled_to_a_mean_square_of_one():
    maps = 7 * torch.randn(2, 5, 3, 3)
    torch.testing.assert_close(unit_length(maps).square().mean(1), torch.ones(2, 3, 3), rtol=1e-4, atol=1e-4)


def test_a_residual_gan_learns_the_mean_of_flat_pictures():
    values = {"batch": 8, "learning_rate": 2e-3, "average": 0.9, "epochs": 1, "width": 4, "r1": 0.1}
    model = gan((3, 8, 8), **values, augment=("translation",))
    assert_learns_two_colors(model, side=8, steps=150)


def test_translation_moves_each_picture_by_whole_pixels_and_at_most_an_eighth():
    pictures = torch.rand(40, 2, 16, 24) + 0.5
    moved = augmented(pictures, ("translation",), context(40))
    found = set()
    for before, after in zip(pictures, moved, strict=True):
        padded = torch.nn.functional.pad(before, (3, 3, 2, 2))
        ways = [
            (down, right)
            for down in range(5)
            for right in range(7)
            if torch.equal(padded[:, down : down + 16, right : right + 24], after)
        ]
        assert len(ways) == 1
        found |= set(ways)
    assert len(found) > 15


def test_cutout_greys_a_rectangle_of_at_most_a_quarter():
    cut = augmented(torch.ones(200, 3, 16, 16), ("cutout",), context(200))
    assert set(cut.unique().tolist()) == {0.0, 1.0}
    shares = (cut[:, 0] == 0).float().mean((1, 2))
    assert shares.max() <= 0.25 + 1e-6 and shares.min() > 0.03
    assert torch.equal(cut[:, 0], cut[:, 2])


def test_color_keeps_what_is_where_and_leaves_alpha_alone():
    pictures = 2 * torch.rand(6, 4, 8, 8) - 1
    changed = augmented(pictures, ("color",), context(6))
    assert torch.equal(changed[:, 3], pictures[:, 3])
    for before, after in zip(pictures[:, :3].mean(1), changed[:, :3].mean(1), strict=True):
        # The grey picture is changed by one factor and one offset.
        stacked = torch.stack([before.flatten(), after.flatten()])
        assert torch.corrcoef(stacked)[0, 1] == pytest.approx(1, abs=1e-4)
    assert (changed[:, :3] - pictures[:, :3]).abs().mean() > 0.1
    gray = augmented(torch.rand(2, 1, 8, 8), ("color", "translation", "cutout"), context(2))
    assert gray.shape == (2, 1, 8, 8)


def test_gradients_go_through_the_changes_and_reach_the_generator():
    model = gan(augment=("color", "translation", "cutout"))
    batch = Batch(torch.rand(4, 3, 16, 16))
    for phase in model.phases():
        losses = phase.loss(batch, context(4))
        parameters = list(phase.parameters)
        gradients = torch.autograd.grad(losses.total, parameters, allow_unused=True)
        assert all(each is not None and each.isfinite().all() for each in gradients)
        assert sum(float(each.abs().sum()) for each in gradients) > 0


def test_a_residual_gan_is_trained_resumed_and_drawn_from_on_the_command_line(tmp_path, monkeypatch, capsys):
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    monkeypatch.chdir(tmp_path)
    options = [
        "--network",
        "residual",
        "--width",
        "2",
        "--epochs",
        "0.1",
        "--previews",
        "0",
        "--snapshots",
        "1",
    ]
    assert main(["train", "gan", "digits", "--out", "run", *options, "--augment", "color"]) == 0
    assert main(["sample", "run", "--out", "s.png", "--count", "4"]) == 0
    (snapshot,) = (tmp_path / "run/snapshots").iterdir()
    assert main(["sample", str(snapshot), "--out", "t.png", "--count", "4"]) == 0
    assert open_picture("t.png").equal(open_picture("s.png"))
    capsys.readouterr()
    assert main(["train", "gan", "digits", "--out", "other", "--augment", "colour"]) == 2
    assert "colour" in capsys.readouterr().err and not (tmp_path / "other").exists()


@pytest.mark.parametrize("kind", ["vae", "autoencoder", "aae"])
def test_every_model_with_layers_may_have_residual_ones(kind):
    chosen = {"network": "residual", "width": 2, "latent": 4, "batch": 4}
    model = build(kind, settings_of(kind, chosen), (3, 16, 16), 0)
    pictures = torch.rand(4, 3, 16, 16)
    model.init_output_bias(pictures.mean(0))
    rebuilt = model.decode(model.encode(pictures))
    assert rebuilt.shape == pictures.shape
    for phase in model.phases():
        assert phase.loss(Batch(pictures), context(4)).total.isfinite()
