"""The checkpoint beside a painting: what this version wrote is gone on from, anything else is refused."""

import pytest
import torch

from pareidolia.painting import Painting, PixelCanvas, Stage, TotalVariation
from pareidolia.painting.checkpoint import Checkpoint
from pareidolia.settings import BadRecord, migrate
from pareidolia.training.saving import read_state, write_state

RECORD = migrate({"operation": "style", "settings": {}})


def begun(network):
    canvas = PixelCanvas(torch.rand((1, 3, 16, 20), generator=torch.Generator().manual_seed(0)))
    stage = Stage((16, 20), 4, lambda _: TotalVariation(), 1.0)
    return Painting(network, canvas, [stage], optimizer="lbfgs")


@pytest.fixture
def checkpoint(tmp_path, small_network):
    """That of a painting after two steps."""
    painting, found = begun(small_network), Checkpoint(tmp_path / "out.png", RECORD)
    for _ in range(2):
        painting.step()
    found.save(painting)
    return found


def test_it_is_gone_on_from(checkpoint, small_network):
    whole, resumed = begun(small_network), begun(small_network)
    checkpoint.load(resumed)
    expected = [step.losses for step in whole]
    assert [step.losses for step in resumed] == expected[2:]
    assert torch.equal(resumed.picture, whole.picture)


@pytest.mark.parametrize("missing", ["losses", "optimizer", "values"])
def test_one_of_another_version_is_refused(checkpoint, small_network, missing):
    held = read_state(checkpoint.path)
    del held["state"][missing]
    write_state(checkpoint.path, held)
    with pytest.raises(BadRecord, match="not one that this version goes on from"):
        checkpoint.load(begun(small_network))
