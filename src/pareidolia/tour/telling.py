"""Tell the tour: make every section's pictures, then the page."""

from collections.abc import Callable
from pathlib import Path

from pareidolia.painting import Step
from pareidolia.pictures import write_atomically
from pareidolia.tour.page import render_page
from pareidolia.tour.settings import TourSettings
from pareidolia.tour.style_section import tell_style


def tell(folder: Path, settings: TourSettings, report: Callable[[Step], None]) -> Path:
    """Write the pictures and `index.html` into `folder`; `report` is told of every step of painting.

    Returns the page's path. The page is written last, so that it never shows a picture that is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sections = [tell_style(folder, settings, report)]
    page = folder / "index.html"
    with write_atomically(page) as file:
        file.write(render_page("Looking inside a neural network, and painting with it", sections).encode())
    return page
