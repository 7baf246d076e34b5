"""Lighthouse's score of accessibility of every page of the studio: `python -m recipes.studio_lighthouse`.

Needs npx and Chromium. The score of each page on a phone and on a desk is printed with the audits that it
fails; the exit code is 1 unless all of them are 100.
"""

import argparse
import json
import socket
import subprocess
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.atlas.browser import browser
from tests.studio.served import Studio

LIGHTHOUSE = "lighthouse@12"
PAGES = ("paint", "dream", "look", "classes", "atlas", "imagine", "lecture/latent", "gallery", "api")
FORMS = {"phone": (), "desk": ("--preset=desktop",)}
OPTIONS = (
    *("--quiet", "--output=json", "--only-categories=accessibility", "--throttling-method=provided"),
    *("--disable-full-page-screenshot", "--max-wait-for-load=15000"),  # the stream of events never ends
)
_SECONDS = 300


def judged(address: str, port: int, *options: str) -> tuple[float, list[str]]:
    """A page's score out of 100, and the audits that it fails.

    Args:
        address: of the page.
        port: at which a Chromium is told what to do.
        *options: of Lighthouse.

    Returns:
        The score and the audits, each with the first element that fails it.
    """
    words = ["npx", "--yes", LIGHTHOUSE, address, f"--port={port}", *OPTIONS, *options]
    done = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS, check=True)
    found = json.loads(done.stdout)
    failed = [
        f"{name}: {audit['details']['items'][0].get('node', {}).get('snippet', '')[:160]}"
        for name, audit in found["audits"].items()
        if audit["score"] == 0 and audit.get("details", {}).get("items")
    ]
    return 100 * found["categories"]["accessibility"]["score"], failed


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def main() -> int:
    """Judge every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=PAGES)
    parser.add_argument("--folder", type=Path, help="of a studio in which something was made")
    options = parser.parse_args()
    perfect, port = True, _free_port()
    with TemporaryDirectory() as empty, browser(f"--remote-debugging-port={port}"):
        studio = Studio(options.folder or Path(empty) / "kept", tiny=False)
        try:
            studio.until_ready()
            for page, (form, more) in product(options.pages, FORMS.items()):
                score, failed = judged(f"{studio.address}#/{page}", port, *more)
                perfect &= score == 100
                print(f"{page}, {form}: {score:.0f}", *failed, sep="\n  ", flush=True)
        finally:
            studio.close()
    return 0 if perfect else 1


if __name__ == "__main__":
    sys.exit(main())
