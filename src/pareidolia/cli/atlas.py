"""`pareidolia atlas`: build, view, and find a photo on a map of a layer's activations."""

import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from pydantic import Field

from pareidolia.atlas.settings import AtlasSettings
from pareidolia.cli.output import (
    OverwriteOptions,
    VerbosityOptions,
    print_json,
    say,
    stage_report,
    stop_request,
)
from pareidolia.collecting.settings import EngineSettings
from pareidolia.safety import trusting

if TYPE_CHECKING:
    from pareidolia.atlas import Landing

atlas = App(name="atlas", help="Make a layer's activations a map to walk through: build, view, find.")


class AtlasOutput(OverwriteOptions):
    """Where an atlas goes."""

    out: Annotated[Path, Field(description="A folder; a build that was stopped goes on from what is in it.")]


@atlas.command
def build(
    photos: Path,
    /,
    *,
    settings: Annotated[AtlasSettings, Parameter(name="*")],
    engine: Annotated[EngineSettings, Parameter(name="*")] = EngineSettings(),  # noqa: B008 (frozen)
    output: Annotated[AtlasOutput, Parameter(name="*")],
) -> int:
    """Make an atlas of a folder of photos; what is done already is not done again.

    Parameters
    ----------
    photos
        A folder; its subfolders become labels.
    """
    from pareidolia.atlas import AtlasBuilding, read_manifest

    began = time.perf_counter()
    building = AtlasBuilding(photos, output.out, settings, engine, overwrite=output.overwrite)
    report = stage_report(output)
    with stop_request() as stop:
        for step in building:
            report(step)
            if stop.signal is not None and step.index < step.total:
                say(f"stopped while {step.stage}; the same command goes on from here", output)
                return 128 + stop.signal
    manifest, seconds = read_manifest(output.out), time.perf_counter() - began
    icons = sum(grid.cells for layer in manifest.layers for grid in layer.grids)
    if output.as_json:
        told = {"photos": manifest.photos, "icons": icons, "layers": [each.name for each in manifest.layers]}
        print_json({"out": str(output.out), "seconds": round(seconds, 3), **told})
    else:
        say(
            f"{output.out}: {icons} icons of {manifest.photos} photos, in {seconds:.0f} s; "
            f"pareidolia atlas view {output.out} shows it",
            output,
        )
    return 0


class ServeOptions(VerbosityOptions):
    """How an atlas is shown."""

    port: Annotated[int, Field(ge=0, le=65535, description="Port on 127.0.0.1; 0 takes any.")] = 8000
    browser: Annotated[bool, Parameter(negative=()), Field(description="Open the browser, too.")] = False


@atlas.command
def view(
    folder: Path,
    /,
    *,
    serving: Annotated[ServeOptions, Parameter(name="*")] = ServeOptions(),  # noqa: B008 (frozen)
) -> int:
    """Serve an atlas to this machine's browser until Ctrl-C; any server of plain files does as well.

    Parameters
    ----------
    folder
        The atlas.
    """
    from pareidolia.atlas import serving as served

    with served(folder, serving.port) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        if serving.as_json:
            print_json({"address": address})
        say(f"{address} shows {folder}; Ctrl-C ends it", serving)
        if serving.browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0


@atlas.command
def find(
    folder: Path,
    photo: str,
    /,
    *,
    verbosity: Annotated[VerbosityOptions, Parameter(name="*")] = VerbosityOptions(),  # noqa: B008 (frozen)
) -> int:
    """Tell where a photo's own activations land on an atlas, and the link that shows it.

    Parameters
    ----------
    folder
        The atlas, with the stages it was built from.
    photo
        A file.
    """
    from pareidolia.atlas import find_photo

    with trusting(verbosity.trust):
        landings = find_photo(folder, photo)
    if verbosity.as_json:
        print_json({"photo": photo, "layers": [_numbers(each) for each in landings]})
        return 0
    for landing in landings:
        print(f"{landing.layer}, grid {landing.side} x {landing.side}: #{landing.link}")
        total = len(landing.places)
        for (row, column), count, classes in landing.cells[:5]:
            named = f": {', '.join(classes[:3])}" if classes else ""
            print(f"  row {row}, column {column}: {count} of {total} positions{named}")
    return 0


def _numbers(landing: "Landing") -> dict[str, object]:
    cells = [
        {"row": row, "column": column, "positions": count, "classes": classes}
        for (row, column), count, classes in landing.cells
    ]
    return {"layer": landing.layer, "side": landing.side, "link": f"#{landing.link}", "cells": cells}
