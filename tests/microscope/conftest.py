import pytest
from tests.atlas.conftest import network_file, photos  # noqa: F401 (fixtures)

from pareidolia.microscope import Microscope, MicroscopeSettings


@pytest.fixture(scope="session")
def settings(network_file):  # noqa: F811
    """Makes settings of a tiny site that takes moments to build."""

    def make(**changes):
        quick = {
            "network": network_file,
            "input": "3x32x32",
            "layer": ("relu1", "relu2"),
            "units": ("0-3",),
            "top": 4,
            "tile": 16,
            "steps": 2,
            "canvas": 16,
            "diverse": 1,
            "examples": 2,
            "at_once": 3,
            "chunk": 10,
            "tuning": False,
        }
        return MicroscopeSettings(**{**quick, **changes})

    return make


@pytest.fixture(scope="session")
def site(tmp_path_factory, photos, settings):  # noqa: F811
    """A site of two layers, four units each, with all that there is; it is not to be changed."""
    microscope = Microscope(photos, settings(tuning=True), out=tmp_path_factory.mktemp("site") / "site")
    for _ in microscope:
        pass
    return microscope
