"""Seeds of any size, wherever one is taken."""

import numpy as np
import pytest
import torch

from pareidolia.atlas import LayoutSettings, lay_out
from pareidolia.cli import main
from pareidolia.generative.looking.latent_space import LatentSpace
from pareidolia.generative.runs import open_run
from pareidolia.operations import OPERATIONS
from pareidolia.randomness import seed_torch, seeded_generator, step_generator

LARGE = (20261128123456, 1795877577123456789, 2**64, 10**30)


@pytest.mark.parametrize("seed", LARGE)
def test_generators_take_any_seed(seed):
    drawn = torch.rand(3, generator=seeded_generator(seed))
    assert torch.equal(drawn, torch.rand(3, generator=seeded_generator(seed)))
    assert not torch.equal(drawn, torch.rand(3, generator=seeded_generator(seed + 1)))
    assert not torch.equal(drawn, torch.rand(3, generator=step_generator(seed, 1)))
    with torch.random.fork_rng(devices=[]):
        seed_torch(seed)
    assert torch.equal(
        torch.rand(2, generator=seeded_generator(seed)),
        torch.rand(2, generator=seeded_generator(seed % 2**64)),
    )


def test_every_operation_takes_any_seed():
    for operation in OPERATIONS.values():
        for kind in (operation.settings_type, *operation.option_types.values()):
            if "seed" in kind.model_fields:
                assert not [each for each in kind.model_fields["seed"].metadata if hasattr(each, "lt")], (
                    operation.name
                )


@pytest.mark.parametrize("seed", LARGE[1:])
def test_places_and_maps_take_any_seed(seed):
    space = LatentSpace(open_run("digits-vae"))
    assert space.resolve(f"random:{seed}").code.isfinite().all()
    values = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    places = lay_out(lambda: [values], 30, LayoutSettings(layout="tsne"), seed)
    assert np.isfinite(places).all()


def test_a_training_takes_any_seed(tmp_path):
    command = ["train", "vae", "digits", "--epochs", "0.01", "--previews", "0", "--latent", "2", "--quiet"]
    assert main([*command, "--seed", str(LARGE[-1]), "--out", str(tmp_path / "run")]) == 0
    assert (
        main(["sample", str(tmp_path / "run"), "--seed", str(LARGE[-1]), "--out", str(tmp_path / "s.png")])
        == 0
    )
