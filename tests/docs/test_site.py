"""The documents as a site: no warning, every link leads somewhere, searched, and read on a phone."""

import functools
import http.server
import re
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from tests.atlas import browser

ROOT = Path(__file__).parents[2]
BESIDE = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "integrations").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
in_a_browser = pytest.mark.skipif(bool(browser.missing()), reason=browser.missing() or "there is a browser")


@pytest.mark.parametrize("document", BESIDE, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_documents_beside_the_site_lead_to_files(document):
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in LINK.findall(text):
        if not urlsplit(link).scheme and not link.startswith("#"):
            assert (document.parent / link.partition("#")[0]).exists(), link


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs", reason="the extra docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    words = ["build", "--strict", "--config-file", str(ROOT / "mkdocs.yml"), "--site-dir", str(folder)]
    built = subprocess.run([sys.executable, "-m", "mkdocs", *words], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    return folder


@pytest.mark.slow
def test_every_document_has_its_page(site):
    for page in (ROOT / "docs").rglob("*.md"):
        place = page.relative_to(ROOT / "docs").with_suffix("")
        assert (site / (place.parent if place.name == "index" else place) / "index.html").exists()
    shown = (site / "reference" / "style" / "index.html").read_text(encoding="utf-8")
    assert 'id="pareidolia.style.StyleTransfer"' in shown
    assert "Default: <code>40.0</code>" in shown  # style_weight of StyleSettings


class Page(HTMLParser):
    """The ids of a page, where it leads, and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.leads, self.loads = set(), [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.ids |= {named[key] for key in ("id", "name") if named.get(key)}
        if tag == "a" and named.get("href"):
            self.leads.append(named["href"])
        if tag == "link" and named.get("rel") != "canonical" and named.get("href"):
            self.loads.append(named["href"])
        if named.get("src"):
            self.loads.append(named["src"])


@pytest.mark.slow
def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site):
    pages = {path: Page(path) for path in site.rglob("*.html")}
    assert len(pages) > 40
    for path, page in pages.items():
        here = f"/{path.relative_to(site).as_posix()}"
        assert not [each for each in page.loads if urlsplit(each).netloc], path
        for link in [*page.leads, *page.loads]:
            if urlsplit(link).scheme:
                continue
            target = urlsplit(urljoin(here, link))
            file = site / unquote(target.path).lstrip("/")
            file = file / "index.html" if file.is_dir() else file
            assert file.is_file(), f"{here} leads to {link}"
            if target.fragment and file.suffix == ".html":
                assert unquote(target.fragment) in pages[file].ids, f"{here} leads to {link}"


# Keys count once the worker has read its index; on a busy machine that is after the last letter.
FOUND = """() => {
    document.querySelector('#mkdocs-search-query').dispatchEvent(new KeyboardEvent('keyup'));
    return document.querySelector('#mkdocs-search-results').children.length > 0;
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def address(site):
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def page(address):
    """A page as wide as a phone; what goes wrong on it is gathered in `page.wrong`."""
    with browser.browser() as chromium:
        page = chromium.new_page(viewport={"width": 360, "height": 740})
        page.set_default_timeout(120_000)
        page.wrong = []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        # What a page still loads as one leaves it is aborted, which is no fault.
        page.on("requestfailed", lambda asked: "ABORTED" in asked.failure or page.wrong.append(asked.url))
        yield page


@pytest.mark.slow
@in_a_browser
def test_no_page_is_wider_than_a_phone(site, address, page):
    wide = {}
    for path in sorted(site.rglob("index.html")):
        name = f"{path.parent.relative_to(site).as_posix()}/".removeprefix("./")
        page.goto(f"{address}{name}", wait_until="domcontentloaded")
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 360:
            wide[name] = width
    assert wide == {} and page.wrong == []


@pytest.mark.slow
@in_a_browser
@pytest.mark.parametrize(("asked", "found"), [("hadamard", 0), ("webdataset", 1), ("importance sampling", 1)])
def test_the_search_finds_pages(asked, found, address, page):
    page.goto(address)
    page.evaluate("document.querySelector('#mkdocs_search_modal').classList.remove('fade')")
    page.evaluate("bootstrap.Modal.getOrCreateInstance('#mkdocs_search_modal').show()")
    page.locator("#mkdocs-search-query").press_sequentially(asked)
    page.wait_for_function(FOUND, polling=500)
    links = page.query_selector_all("#mkdocs-search-results article a")
    assert (len(links) > 0) == bool(found)
    if found:
        page.goto(urljoin(page.url, links[0].get_attribute("href")))
        assert asked.split()[0].lower() in page.inner_text("body").lower()
    assert page.wrong == []


@pytest.mark.slow
@in_a_browser
def test_light_and_dark_can_be_chosen_and_stay(address, page):
    for mode in ("dark", "light"):
        page.goto(address)
        page.evaluate(f"document.querySelector('[data-bs-theme-value={mode}]').click()")
        page.goto(f"{address}install/")
        assert page.get_attribute("html", "data-bs-theme") == mode
        pressed = page.get_attribute(f"[data-bs-theme-value={mode}]", "aria-pressed")
        assert pressed == "true" and page.wrong == []
