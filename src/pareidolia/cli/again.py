"""`pareidolia again`: paint a picture once more from the record it carries."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import Field

from pareidolia.cli.looking import make_interpolation
from pareidolia.cli.output import Output
from pareidolia.cli.run import make, run, run_stages
from pareidolia.cli.video import asks_for_video, run_video
from pareidolia.requests import Request
from pareidolia.safety import distrusting, trusting
from pareidolia.settings import Settings


class ChangeOptions(Settings):
    """What may differ from the first time; what is not given stays."""

    network: Annotated[str | None, Field(description="Another network.")] = None
    weights: Annotated[str | None, Field(description="Other weights.")] = None
    device: Annotated[str | None, Field(description="Another device.")] = None
    seed: Annotated[int | None, Field(description="Another seed.")] = None
    size: Annotated[int | None, Field(description="Another size.")] = None


def again(
    picture: Path,
    /,
    *,
    changes: Annotated[ChangeOptions, Parameter(name="*")] = ChangeOptions(),  # noqa: B008 (frozen)
    output: Annotated[Output, Parameter(name="*")],
) -> int:
    """Paint a picture once more: the same pixels on the same machine, or with a setting changed.

    Parameters
    ----------
    picture
        A picture or a video that pareidolia made.
    """
    from pareidolia.pictures import read_record

    record = read_record(picture)
    changed = changes.model_dump(exclude_none=True)
    request = Request.from_record(record, picture.absolute().parent, changed)
    # A picture comes from anywhere: what it names is not run, only what is named here beside it.
    with trusting(output.trust), distrusting(f"the picture {picture}", (changes.network,)):
        return _remake(request, output)


def _remake(request: Request, output: Output) -> int:
    if request.operation.name == "interpolate":
        return make_interpolation(request, output)
    if asks_for_video(request):
        return run_video(request, output)
    if request.operation.at_once:
        return make(request, output)
    return run_stages(request, output) if request.operation.in_stages else run(request, output)
