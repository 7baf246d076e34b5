"""Small runs of each kind of model, trained for a moment on scikit-learn's digits."""

import contextlib
import io

import pytest

from pareidolia.cli import main


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """trained(kind, **settings): the folder of a run on digits; each is trained once."""
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    made = {}

    def train(kind, **settings):
        key = (kind, *sorted(settings.items()))
        if key not in made:
            folder = tmp_path_factory.mktemp("runs") / kind
            code = {} if kind in ("flow", "vqvae") else {"latent": 3}
            values = {"epochs": 4, "previews": 0, **code, **settings}
            pairs = [f"{name}={value}" for name, value in values.items()]
            with contextlib.redirect_stdout(io.StringIO()):
                failed = main(["train", kind, "digits", "--out", str(folder), "--quiet", "--set", *pairs])
            assert failed == 0
            made[key] = str(folder)
        return made[key]

    return train
