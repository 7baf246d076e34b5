import pytest
from starlette.testclient import TestClient
from tests.studio.served import Studio

from pareidolia.studio import application
from pareidolia.studio.limits import Limits
from pareidolia.studio.store import Store


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """A studio that a module's tests share."""
    opened = Studio(tmp_path_factory.mktemp("studio") / "kept")
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "kept")
    yield opened
    opened.close()


@pytest.fixture
def client(store):
    """The API without its worker: jobs wait."""
    limits = Limits(upload_bytes=200_000, upload_pixels=40_000, waiting=6, waiting_of_one=4, grid=6)
    asking = TestClient(application(store, limits=limits), base_url="http://127.0.0.1:1234")
    asking.headers["X-Studio-Token"] = store.token
    return asking
