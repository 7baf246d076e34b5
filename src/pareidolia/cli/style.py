"""`pareidolia style`: a photo in the style of paintings, or folders of photos by folders of paintings."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pareidolia.cli.batch import Job, names_of, pictures_of, run_jobs
from pareidolia.cli.output import Output, make_folder
from pareidolia.cli.run import run
from pareidolia.operations import find_operation
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError
from pareidolia.style.settings import StyleSettings


def style(
    photo: str,
    *paintings: str,
    mask: str | None = None,
    settings: Annotated[StyleSettings, Parameter(name="*")] = StyleSettings(),  # noqa: B008 (frozen)
    output: Annotated[Output, Parameter(name="*")],
) -> int:
    """Paint a photo in the style of one or several paintings.

    Where the photo is a folder, each of its pictures is painted; where a painting is one, by each of its
    pictures alone. --out then names a folder, and what is in it already is not painted again.

    Parameters
    ----------
    photo
        What the picture shows: a file, sample:chelsea and the like, or a folder.
    paintings
        What it is painted like: files, sample:waves and the like, or folders; several files are blended.
    mask
        A picture of the photo's proportions: white where to paint, black where the photo stays.
    """
    from pareidolia.pictures.targets import FORMATS

    if not any(Path(path).is_dir() for path in (photo, *paintings)):
        return run(_request(photo, paintings, mask, settings), output)
    if output.out.suffix.lower() in FORMATS:
        raise PareidoliaError(f"a folder of pictures goes to a folder: --out {output.out} names a picture")
    jobs = _jobs(photo, paintings, mask, settings, output.out)
    make_folder(output.out)
    return run_jobs(jobs, output)


def _request(photo: str, paintings: tuple[str, ...], mask: str | None, settings: StyleSettings) -> Request:
    inputs: dict[str, str | tuple[str, ...]] = {"photo": photo, "paintings": paintings}
    if mask is not None:
        inputs["mask"] = mask
    return Request(find_operation("style"), inputs, settings)


def _jobs(
    photo: str, paintings: tuple[str, ...], mask: str | None, settings: StyleSettings, folder: Path
) -> list[Job]:
    """Every photo by every painting, or by the blend of all where none is a folder."""
    if not paintings:
        raise PareidoliaError("style transfer needs at least one painting")
    photos = pictures_of(photo)
    if any(Path(painting).is_dir() for painting in paintings):
        if settings.painting_weights is not None:
            raise PareidoliaError("paintings of a folder are not blended: leave out --painting-weights")
        styles: list[tuple[str, ...]] = [(one,) for painting in paintings for one in pictures_of(painting)]
    else:
        styles = [paintings]
    photo_names = names_of(photos)
    style_names = names_of([shown[0] for shown in styles]) if len(styles) > 1 else [""]
    return [
        Job(_request(path, shown, mask, settings), folder / f"{'--'.join(filter(None, (name, like)))}.png")
        for path, name in zip(photos, photo_names, strict=True)
        for shown, like in zip(styles, style_names, strict=True)
    ]
