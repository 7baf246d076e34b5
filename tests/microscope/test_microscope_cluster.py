"""Collecting and working on units as Ray tasks: the same site."""

from pathlib import Path

import pytest
from tests.microscope.test_microscope_building import build, shown

from pareidolia.collecting import EngineSettings

ray = pytest.importorskip("ray")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def cluster():
    environment = {"env_vars": {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}}
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env=environment)
    yield
    ray.shutdown()


def test_the_site_is_the_same_as_a_local_one(photos, settings, tmp_path, one_thread):
    build(photos, settings(), tmp_path / "local")
    build(photos, settings(), tmp_path / "cluster", engine=EngineSettings(engine="ray"))
    assert shown(tmp_path / "cluster") == shown(tmp_path / "local")
