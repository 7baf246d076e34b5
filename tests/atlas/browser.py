"""A headless Chromium that draws in software, where playwright and a Chromium are there."""

import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

from pareidolia.atlas import serving

#: Software WebGL, and none of a browser's own talk to the outside.
ARGUMENTS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


def missing():
    """Why there is no browser here; an empty text where there is one."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed"
    return "" if chromium() else "there is no Chromium"


def chromium():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def browser(*more):
    """A Chromium, with more arguments than the usual ones."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, *more])
        yield opened
        opened.close()


@contextmanager
def served(folder: Path):
    """The address of an atlas served as `pareidolia atlas view` serves it."""
    with serving(folder) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
