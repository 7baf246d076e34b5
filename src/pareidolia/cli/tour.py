"""`pareidolia tour`: the lecture told with one picture."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import Field

from pareidolia.cli.output import Telling, print_json, progress_report, say
from pareidolia.settings import PareidoliaError
from pareidolia.tour.settings import TourSettings


class TourOutput(Telling):
    """Where the page goes."""

    out: Annotated[Path, Field(description="The folder of the page; it is made if need be.")] = Path("tour")
    overwrite: Annotated[bool, Field(description="Replace a page that is there.")] = False


def tour(
    *,
    settings: Annotated[TourSettings, Parameter(name="*")] = TourSettings(),  # noqa: B008 (frozen)
    output: Annotated[TourOutput, Parameter(name="*")] = TourOutput(),  # noqa: B008 (frozen)
) -> None:
    """Make a page that shows what the library does, with a photo of your own if you give one."""
    from pareidolia.tour import tell

    if (output.out / "index.html").exists() and not output.overwrite:
        raise PareidoliaError(
            f"{output.out / 'index.html'} is there already: give --overwrite or another --out"
        )
    with progress_report(output) as report:
        page = tell(output.out, settings, report)
    if output.as_json:
        print_json({"out": str(page), "settings": settings.model_dump(mode="json")})
    else:
        say(f"the tour is told in {page.absolute()}: open it in a browser", output)
