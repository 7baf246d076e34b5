"""`pareidolia style`: a photo in the style of paintings, or folders of photos by folders of paintings.

By optimisation, or in one pass, which paints videos too.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from pareidolia.cli.batch import BatchJob, pictures_of, run_jobs
from pareidolia.cli.output import Output, make_folder
from pareidolia.cli.run import run
from pareidolia.cli.video import make_or_video
from pareidolia.operations import find_operation
from pareidolia.pictures.naming import joined_names
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError
from pareidolia.style.brush.settings import BrushSettings, OnePassControl
from pareidolia.style.settings import StyleSettings

Method = Literal["optimization", "one-pass"]


def style(
    content: str,
    *styles: str,
    mask: str | None = None,
    method: Method = "optimization",
    settings: Annotated[StyleSettings, Parameter(name="*")] = StyleSettings(),  # noqa: B008 (frozen)
    one_pass: Annotated[OnePassControl, Parameter(name="*")] = OnePassControl(),  # noqa: B008 (frozen)
    output: Annotated[Output, Parameter(name="*")],
) -> int:
    """Paint a photo in the style of one or several paintings.

    Where the content is a folder, each of its pictures is painted; where a style is one, in each of its
    pictures' alone. --out then names a folder, and what is in it already is not painted again. A video is
    painted with --method one-pass.

    Parameters
    ----------
    content
        What the picture shows: a file, sample:chelsea and the like, or a folder.
    styles
        What it is painted like: files, sample:waves and the like, or folders; several files are blended.
    mask
        A picture of the photo's proportions: white where to paint, black where the photo stays.
    method
        optimization: the picture is changed step by step, with --network looking; one-pass: the shipped
        network brush paints it at once, and videos too.
    """
    from pareidolia.pictures.targets import FORMATS

    asked = _asked(method, settings, one_pass)
    if not any(Path(path).is_dir() for path in (content, *styles)):
        request = _request(content, styles, mask, asked)
        return make_or_video(request, output) if request.operation.at_once else run(request, output)
    if output.out.suffix.lower() in FORMATS:
        raise PareidoliaError(f"a folder of pictures goes to a folder: --out {output.out} names a picture")
    jobs = _jobs(content, styles, mask, asked, output.out)
    make_folder(output.out)
    return run_jobs(jobs, output)


def _asked(
    method: Method, settings: StyleSettings, one_pass: OnePassControl
) -> StyleSettings | BrushSettings:
    """The settings of the method; what was given and it does not take is refused."""
    if method == "optimization":
        _refuse(one_pass.model_fields_set, "--method one-pass", "optimization")
        return settings
    given = settings.model_dump(exclude_unset=True)
    _refuse(given.keys() - BrushSettings.model_fields.keys(), "--method optimization", "one pass")
    return BrushSettings.model_validate({**given, **one_pass.model_dump(exclude_unset=True)})


def _refuse(names: Collection[str], fits: str, method: str) -> None:
    if names:
        told = ", ".join(f"--{name.replace('_', '-')}" for name in sorted(names))
        raise PareidoliaError(f"{told} goes with {fits}: painting by {method} does not take it")


def _request(
    content: str, styles: tuple[str, ...], mask: str | None, settings: StyleSettings | BrushSettings
) -> Request:
    from pareidolia.pictures import is_video

    inputs: dict[str, str | tuple[str, ...]] = {"content": content, "styles": styles}
    if mask is not None:
        inputs["mask"] = mask
    name = "style" if isinstance(settings, StyleSettings) else "brush"
    if name == "style" and is_video(content):
        raise PareidoliaError(f"'{content}' is a video: it is painted with --method one-pass")
    return Request(find_operation(name), inputs, settings)


def _jobs(
    content: str,
    styles: tuple[str, ...],
    mask: str | None,
    settings: StyleSettings | BrushSettings,
    folder: Path,
) -> list[BatchJob]:
    """Every photo by every painting, or by the blend of all where none is a folder."""
    if not styles:
        raise PareidoliaError("style transfer needs at least one painting")
    photos = pictures_of(content)
    if any(Path(style).is_dir() for style in styles):
        if settings.painting_weights is not None:
            raise PareidoliaError("paintings of a folder are not blended: leave out --painting-weights")
        blends: list[tuple[str, ...]] = [(one,) for style in styles for one in pictures_of(style)]
    else:
        blends = [styles]
    names = joined_names(photos, [shown[0] for shown in blends])
    return [
        BatchJob(_request(path, shown, mask, settings), folder / f"{name}.png")
        for path, row in zip(photos, names, strict=True)
        for shown, name in zip(blends, row, strict=True)
    ]
