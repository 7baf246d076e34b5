"""Directions that no label names, and codes of pictures that no encoder finds."""

import pytest
import torch

from pareidolia.cli import main
from pareidolia.generative import open_run
from pareidolia.generative.building import build, settings_of
from pareidolia.generative.looking import (
    DirectionsSettings,
    LatentSpace,
    directions_sheet,
    find_codes,
    principal_directions,
    reconstruction_sheet,
    weight_directions,
)
from pareidolia.generative.looking.inversion import CodeCanvas, can_invert
from pareidolia.settings import PareidoliaError


def gan(classes=0, **values):
    torch.manual_seed(0)
    chosen = {"latent": 3, "hidden": (24,), **values}
    model = build("gan", settings_of("gan", chosen), (1, 6, 6), classes)
    return model.eval().requires_grad_(False)


def drawn(model, count, seed=0):
    return model.prior.sample(count, torch.Generator().manual_seed(seed))


def test_principal_directions_are_as_long_as_the_deviations_along_them():
    turned = torch.linalg.qr(torch.randn(5, 5, generator=torch.Generator().manual_seed(0))).Q
    spreads = torch.tensor([4.0, 2.0, 1.0, 0.1, 0.1])
    noise = torch.randn(5000, 5, generator=torch.Generator().manual_seed(1))
    found = principal_directions(noise * spreads @ turned.T + 3, 3)
    torch.testing.assert_close(found.vectors.norm(dim=1), spreads[:3], rtol=0.05, atol=0)
    torch.testing.assert_close(found.shares, spreads[:3] ** 2 / (spreads**2).sum(), rtol=0, atol=0.02)
    assert len(principal_directions(noise, 50).vectors) == 5


@pytest.mark.parametrize("network", ["mlp", "residual"])
def test_sefa_gives_the_eigenvectors_of_the_first_layer(network):
    model = gan(network=network, width=2)
    found = weight_directions(model, 3)
    first = next(each for each in model.generator.modules() if isinstance(each, torch.nn.Linear))
    matrix = first.weight.T @ first.weight
    stretched = found.vectors @ matrix
    values = (stretched * found.vectors).sum(1)
    torch.testing.assert_close(stretched, values[:, None] * found.vectors, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(found.shares, values / matrix.trace(), rtol=1e-4, atol=1e-5)
    assert (values.diff() <= 0).all()
    torch.testing.assert_close(found.vectors @ found.vectors.T, torch.eye(3), rtol=0, atol=1e-5)


def test_sefa_leaves_a_label_as_it_is():
    model = gan(classes=4, labels="condition")
    found = weight_directions(model, 9)
    assert found.vectors.shape == (3, 7) and (found.vectors[:, 3:] == 0).all()


def test_a_code_that_made_a_picture_is_found_again():
    model = gan()
    with torch.no_grad():
        for layer in model.generator.modules():
            if isinstance(layer, torch.nn.Linear):
                layer.weight.mul_(2)
    z = drawn(model, 5, seed=1)
    wanted = model.decode(z)
    found = find_codes(model, wanted)
    nearest = torch.cdist(wanted.flatten(1), model.decode(drawn(model, 500)).flatten(1)).min(1).values
    apart = (model.decode(found) - wanted).flatten(1).norm(dim=1)
    assert (apart < 0.3 * nearest).all()
    assert torch.equal(find_codes(model, wanted), found)
    # Each picture is sought as if it were alone.
    torch.testing.assert_close(find_codes(model, wanted[2:3]), found[2:3], rtol=1e-3, atol=1e-3)


def test_what_is_found_has_one_label_and_the_search_changes_only_the_rest():
    model = gan(classes=4, labels="condition")
    z = drawn(model, 4, seed=1)
    canvas = CodeCanvas(model, z)
    assert canvas.values.shape == (4, 3) and torch.equal(canvas.codes, z) and canvas.size == (6, 6)
    assert torch.equal(canvas.render(canvas.values), model.decode(z))
    with pytest.raises(PareidoliaError, match="not of"):
        canvas.continue_at((9, 9), canvas.values)
    found = find_codes(model, model.decode(z), steps=5)
    assert ((found[:, 3:] == 0) | (found[:, 3:] == 1)).all() and (found[:, 3:].sum(1) == 1).all()


def test_a_model_that_gives_no_gradient_is_refused(trained):
    run = open_run(trained("gan"))
    assert can_invert(run.model) and not can_invert(open_run(trained("autoencoder")).model)
    decode = run.model.decode
    run.model.decode = lambda z: decode(z).detach()
    assert not can_invert(run.model)
    with pytest.raises(PareidoliaError, match="is a gan, which has no encoder"):
        LatentSpace(run).resolve("test:1")


def test_a_gan_reconstructs_by_searching(trained):
    result = reconstruction_sheet(open_run(trained("gan")), ("test:1", "test:2"))
    assert "mean squared error" in result.caption
    assert result.picture.shape[1] == 3


@pytest.mark.parametrize(
    ("kind", "words", "rows"),
    [
        ("vae", (), 3),
        ("vae", ("label:3", "--method", "sefa", "--count", "2"), 2),
        ("gan", ("test:1",), 3),
        ("autoencoder", ("test:1",), 3),
    ],
)
def test_directions_have_a_row_each(kind, words, rows, trained, tmp_path, capsys):
    out = str(tmp_path / "out.png")
    assert main(["directions", trained(kind), *words, "--steps", "3", "--out", out]) == 0
    assert f"along the {rows} directions" in capsys.readouterr().out


def test_a_flow_has_no_first_layer_to_take_directions_from(trained):
    run = open_run(trained("flow", width=4, epochs=0.5, steps=2, labels="condition"))
    with pytest.raises(PareidoliaError, match="does not begin with a linear layer"):
        directions_sheet(run, settings=DirectionsSettings(method="sefa"))
    result = directions_sheet(run, settings=DirectionsSettings(count=2, steps=2))
    assert "PCA" in result.caption
