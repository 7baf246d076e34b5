"""`pareidolia patches` and `evolution`: what made units fire most, after training and on the way."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import Field

from pareidolia.cli.output import PictureOutput
from pareidolia.cli.run import INDEX, run_stages
from pareidolia.collecting.settings import EngineSettings
from pareidolia.inspection.patches.settings import EvolutionSettings, PatchesSettings
from pareidolia.operations import find_operation
from pareidolia.requests import Request


class IndexedOutput(PictureOutput):
    """Where a picture goes, and the index it is drawn from."""

    index: Annotated[
        Path | None,
        Field(
            description="A folder that keeps what was found in the photos, for all units of the layer, so "
            f"that more of them cost little (default: {INDEX} beside the picture)."
        ),
    ] = None


def patches(
    photos: str,
    /,
    *,
    settings: Annotated[PatchesSettings, Parameter(name="*")] = PatchesSettings(),  # noqa: B008 (frozen)
    engine: Annotated[EngineSettings, Parameter(name="*")] = EngineSettings(),  # noqa: B008 (frozen)
    output: Annotated[IndexedOutput, Parameter(name="*")],
) -> int:
    """Show which patches of a folder of photos made units fire most, and what the units saw in them.

    Parameters
    ----------
    photos
        A folder; subfolders count.
    """
    request = Request(find_operation("patches"), {"photos": photos}, settings)
    return run_stages(request, output, output.index, engine)


def evolution(
    *checkpoints: str,
    photos: str,
    settings: Annotated[EvolutionSettings, Parameter(name="*")] = EvolutionSettings(),  # noqa: B008 (frozen)
    engine: Annotated[EngineSettings, Parameter(name="*")] = EngineSettings(),  # noqa: B008 (frozen)
    output: Annotated[IndexedOutput, Parameter(name="*")],
) -> int:
    """Show how units came about: at each checkpoint of a training, what they respond to.

    Parameters
    ----------
    checkpoints
        Weights files of the network, in order, or a folder of them.
    photos
        A folder of photos; subfolders count.
    """
    from pareidolia.inspection.patches.evolution import find_checkpoints

    files = tuple(str(path) for path in find_checkpoints(checkpoints))
    request = Request(find_operation("evolution"), {"checkpoints": files, "photos": photos}, settings)
    return run_stages(request, output, output.index, engine)
