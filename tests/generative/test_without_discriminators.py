"""The weights of a run may lack what only training needs, and nothing else."""

import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from pareidolia.generative import open_run
from pareidolia.settings import BadNetwork, PareidoliaError

SEMI = {"labels": "semi-supervised", "labeled": 100}
KINDS = {
    "gan": ({}, ("discriminator",)),
    "aae": ({}, ("discriminator",)),
    "semi-supervised": (SEMI, ("style_discriminator", "class_discriminator")),
}


def without(run, folder, names):
    """A copy of the run whose file of weights has none that begins with one of the names."""
    copy = shutil.copytree(run, folder)
    weights = load_file(copy / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith(names)}
    assert len(kept) < len(weights)
    save_file(kept, copy / "model.safetensors")
    return copy


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_without_discriminators_draws_the_same(trained, tmp_path, kind):
    settings, parts = KINDS[kind]
    run = trained("gan" if kind == "gan" else "aae", **settings)
    whole, rest = open_run(run).model, open_run(without(run, tmp_path / "run", parts)).model
    assert rest.only_for_training == parts
    codes = whole.prior.sample(4, torch.Generator().manual_seed(0))
    torch.testing.assert_close(rest.decode(codes), whole.decode(codes), rtol=0, atol=0)
    with pytest.raises(PareidoliaError, match=f"are without the {parts[0].replace('_', ' ')}"):
        getattr(rest, parts[0])(codes)


@pytest.mark.parametrize("names", ["discriminator.1.0", "generator"])
def test_half_a_part_and_a_part_that_is_needed_are_missed(trained, tmp_path, names):
    with pytest.raises(BadNetwork, match="missing"):
        open_run(without(trained("gan"), tmp_path / "run", (names,)))
