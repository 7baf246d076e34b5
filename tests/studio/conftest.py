import pytest
from starlette.testclient import TestClient
from tests.studio.pages import is_own
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
def own_studio(tmp_path):
    """A studio of one test alone, which it may kill."""
    opened = Studio(tmp_path / "kept")
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


@pytest.fixture
def visit(chromium, studio):
    """Opens the page in a browser of its own; errors in it and requests to elsewhere fail."""
    contexts, wrong = [], []

    def open_page(room="paint", session=None, **options):
        studio.until_ready()
        studio.ask("PATCH", "/queue", json={"paused": False})
        if session is not None:
            studio.ask("PUT", "/session", json=session)
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 860}, "locale": "en", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if is_own(asked.url, studio) else wrong.append(asked.url))
        page.goto(f"{studio.address}#/{room}")
        page.wait_for_selector("body[data-ready]")
        page.set_default_timeout(60_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
