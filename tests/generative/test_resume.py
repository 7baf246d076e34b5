"""Every model's training resumes exactly: noise of all kinds, several optimizers, buffers, averages."""

import pytest
import torch

from pareidolia.generative.building import settings_of
from pareidolia.generative.training import prepare

MODELS = [
    ("autoencoder", {"sparsity": 1.0, "noise": 0.1, "masked": 0.1}),
    ("vae", {"likelihood": "gaussian", "samples": 2, "kl_warm_up": 1}),
    ("vae", {"network": "convolutional", "width": 2, "average": 0.9}),
    ("aae", {"latent": 2, "prior": "mixture", "labels": "prior"}),
    ("aae", {"labels": "semi-supervised", "labeled": 20, "noise": 0.3, "augment": ("translation",)}),
    ("gan", {"spectral_norm": True, "r1_every": 3, "loss": "hinge"}),
    ("gan", {"labels": "condition", "accumulate": 5, "weight_decay": 0.1}),
    ("vae", {"labels": "condition", "free_bits": 0.1}),
    ("flow", {"width": 4, "labels": "condition", "times": "logit-normal", "average": 0.9}),
    ("vqvae", {"width": 2, "prior_width": 32, "prior_layers": 1, "labels": "condition"}),
    ("gan", {"network": "residual", "width": 2, "augment": ("color", "translation", "cutout")}),
    ("gan", {"discriminator": "projected", "labels": "condition"}),
]


def _narrow(kind):
    return {} if kind in ("flow", "vqvae") else {"hidden": (8,)}


@pytest.mark.parametrize(("kind", "values"), MODELS)
def test_a_resumed_training_ends_with_the_same_bytes(tmp_path, kind, values):
    settings = settings_of(kind, {"epochs": 0.6, "previews": 0, **_narrow(kind), **values})
    whole, first, second = (prepare(kind, "digits", settings, tmp_path / "run").run for _ in range(3))
    list(whole)
    for _ in range(4):
        first.step()
    second.load_state_dict(first.state_dict())
    list(second)
    ours, theirs = second.result.state_dict(), whole.result.state_dict()
    assert whole.total == 9 and list(ours) == list(theirs)
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
