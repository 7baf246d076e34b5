"""The same shards from a cluster as from here, also when a worker is killed; and Ray missing."""

import os
import shutil
import signal
import sys
import tarfile

import numpy as np
import psutil
import pytest
from PIL import Image

from pareidolia.collecting import (
    CollectingSettings,
    Collector,
    EngineSettings,
    SampledActivations,
    TopActivations,
)
from pareidolia.pictures import find_pictures
from pareidolia.settings import MissingExtra, PareidoliaError

SETTINGS = CollectingSettings(size=64, batch=4, chunk=10, device="cpu")
LAYERS = ("stage2.relu1", "stage4.relu1")


@pytest.fixture(scope="module")
def many_photos(tmp_path_factory):
    """80 pictures of noise, one of them broken."""
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(1)
    for number in range(80):
        levels = random.integers(0, 256, (12, 12, 3), np.uint8)
        Image.fromarray(levels).resize((90, 80)).save(folder / f"{number:03d}.png")
    (folder / "033.png").write_text("broken")
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two nodes of one CPU each on this machine."""
    pytest.importorskip("ray", reason="Ray is not installed")
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    with pytest.MonkeyPatch.context() as patch:
        # On a busy machine nodes take long to start, and workers, niced, would not get on at all.
        patch.setenv("RAY_raylet_start_wait_time_s", "300")
        patch.setenv("RAY_worker_niceness", "0")
        patch.setenv("PAREIDOLIA_CACHE", str(tmp_path_factory.mktemp("cache")))  # of the nodes
        cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
        cluster.add_node(**node)
        yield cluster
        cluster.shutdown()


def shards(collector):
    return [collector.collection._shard(chunk).read_bytes() for chunk in collector.collection.chunks]


def working():
    """The processes of this cluster that look at a chunk just now."""
    below = psutil.Process().children(recursive=True)
    return [each for each in below if each.is_running() and each.cmdline()[:1] == ["ray::_shard_of"]]


@pytest.mark.slow
@pytest.mark.parametrize("keep", [TopActivations(top=5), SampledActivations(count=3)])
def test_equal_bytes_from_a_cluster_with_a_worker_killed(keep, many_photos, cluster, tmp_path) -> None:
    files = find_pictures(many_photos)
    here = Collector(tmp_path / "here", files, LAYERS, keep, SETTINGS)
    list(here)
    engine = EngineSettings(engine="ray", address=cluster.address)
    there = Collector(tmp_path / "there", files, LAYERS, keep, SETTINGS, engine=engine)
    killed = []
    for step in there:
        assert step.total == 80
        if not killed and step.index < 80:
            for worker in working()[:1]:
                os.kill(worker.pid, signal.SIGKILL)
                killed.append(worker.pid)
    assert killed, "no worker was seen at work"
    assert there.finished and there.collection.skipped().keys() == {"033.png"}
    assert shards(there) == shards(here)
    assert list(Collector(tmp_path / "there", files, LAYERS, keep, SETTINGS, engine=engine)) == []


@pytest.fixture
def no_cache_shared(tmp_path, monkeypatch):
    """What this machine staged is out of the workers' reach once it is asked for."""
    monkeypatch.setenv("PAREIDOLIA_CACHE", str(tmp_path / "cache"))
    return lambda: (tmp_path / "cache").rename(tmp_path / "of another machine")


@pytest.fixture
def address_of(many_photos, tmp_path):
    """The photos as a tar, as a table of paths, as a store that fsspec opens."""

    def address(kind):
        if kind == "store":
            return many_photos.as_uri()
        if kind == "table":
            import pyarrow
            from pyarrow import parquet

            paths = sorted(map(str, many_photos.iterdir()))
            parquet.write_table(pyarrow.table({"path": paths}), tmp_path / "photos.parquet")
            return str(tmp_path / "photos.parquet")
        with tarfile.open(tmp_path / "photos.tar", "w") as tar:
            for photo in sorted(many_photos.iterdir()):
                tar.add(photo, photo.name)
        return str(tmp_path / "photos.tar")

    return address


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["tar", "table", "store"])
def test_workers_stage_what_their_node_has_not(kind, address_of, cluster, no_cache_shared, tmp_path) -> None:
    files = find_pictures(address_of(kind))
    here = Collector(tmp_path / "here", files, LAYERS, TopActivations(top=5), SETTINGS)
    list(here)
    engine = EngineSettings(engine="ray", address=cluster.address)
    there = Collector(tmp_path / "there", files, LAYERS, TopActivations(top=5), SETTINGS, engine=engine)
    no_cache_shared()
    list(there)
    assert shards(there) == shards(here) and len(there.collection.skipped()) == 1


@pytest.mark.slow
def test_a_folder_that_a_node_has_not_is_one_line(many_photos, cluster, tmp_path) -> None:
    photos = shutil.copytree(many_photos, tmp_path / "photos")
    engine = EngineSettings(engine="ray", address=cluster.address)
    made = Collector(tmp_path / "c", find_pictures(photos), LAYERS, TopActivations(), SETTINGS, engine=engine)
    photos.rename(tmp_path / "elsewhere")
    with pytest.raises(PareidoliaError, match="all nodes must share it"):
        list(made)


@pytest.mark.slow
def test_what_a_worker_raises_comes_in_one_line(many_photos, cluster, tmp_path) -> None:
    """A network that is another one on the workers: its weights file changes after this machine loaded it."""
    from pareidolia.networks import load_network

    weights = tmp_path / "weights.safetensors"
    from safetensors.torch import save_file

    state = load_network("retina").module.state_dict()
    save_file(state, weights)
    settings = SETTINGS.model_copy(update={"weights": str(weights)})
    engine = EngineSettings(engine="ray", address=cluster.address)
    made = Collector(
        tmp_path / "c", find_pictures(many_photos), LAYERS, TopActivations(), settings, engine=engine
    )
    save_file({name: tensor * 1.01 for name, tensor in state.items()}, weights)
    with pytest.raises(PareidoliaError, match="a worker finds another network than this machine: weights"):
        list(made)


def test_ray_missing_is_named(many_photos, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # importing it now fails, also where it was imported before
    engine = EngineSettings(engine="ray")
    made = Collector(
        tmp_path / "c", find_pictures(many_photos), LAYERS, TopActivations(), SETTINGS, engine=engine
    )
    with pytest.raises(MissingExtra, match=r"pip install 'pareidolia-nn\[ray\]'"):
        list(made)
