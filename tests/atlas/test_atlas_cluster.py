"""Collecting and painting as Ray tasks: the same atlas, also when a worker dies on the way."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.atlas.test_building import published

from pareidolia.atlas import AtlasBuilding
from pareidolia.atlas.cluster import paint_on_cluster
from pareidolia.atlas.icons import PADDING, IconJob, paint_icons
from pareidolia.atlas.settings import IconSettings
from pareidolia.collecting import EngineSettings
from pareidolia.networks import identity, load_network_from
from pareidolia.settings import BadNetwork, NetworkSettings

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def cluster():
    source = str(Path(__file__).parents[2] / "src")
    environment = {"env_vars": {"PYTHONPATH": source}}
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env=environment)
    yield
    ray.shutdown()


ENGINE = EngineSettings(engine="ray")


def test_the_atlas_is_the_same_as_a_local_one(photos, settings, tmp_path):
    for name, engine in (("local", EngineSettings()), ("cluster", ENGINE)):
        for _ in AtlasBuilding(photos, settings(), out=tmp_path / name, engine=engine):
            pass
    assert published(tmp_path / "cluster") == published(tmp_path / "local")


def job_of(settings):
    """How icons of the settings' first layer are painted, as a build would have it."""
    named = settings.part(NetworkSettings)
    return IconJob(
        named, identity(load_network_from(named)), settings.layer[0], settings.part(IconSettings), seed=0
    )


def test_a_worker_that_is_killed_loses_no_icon(settings, tmp_path):
    """The first worker kills itself, having left a note that it did."""
    path = tmp_path / "deadly.py"
    path.write_text(
        "import os, signal\nfrom pathlib import Path\nfrom torch import nn\n\n"
        "def build():\n"
        f"    note, main = Path({str(tmp_path / 'note')!r}), {os.getpid()}\n"
        "    if os.getpid() != main and not note.exists():\n"
        f"        note.touch()\n        os.kill(os.getpid(), {int(signal.SIGKILL)})\n"
        "    import torch\n    torch.manual_seed(0)\n"
        "    return nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU())\n"
    )
    job = job_of(settings(network=f"{path}:build", layer=("1",)))
    network = load_network_from(job.network, padding=PADDING)
    wanted = np.random.default_rng(0).random((4, 6), dtype=np.float32)
    painted = dict(paint_on_cluster(job, {0: wanted[:2], 2: wanted[2:]}, ENGINE))
    assert (tmp_path / "note").exists()
    for start in (0, 2):
        np.testing.assert_array_equal(painted[start], paint_icons(network, job, wanted[start : start + 2]))


def test_another_network_on_a_worker_is_refused(settings):
    job = job_of(settings())
    other = replace(job, identity={**job.identity, "weights": "others"})
    with pytest.raises(BadNetwork, match="a worker finds another network"):
        list(paint_on_cluster(other, {0: np.ones((1, 8), np.float32)}, ENGINE))
