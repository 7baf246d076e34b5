"""The operation `measure style`: figures of a painted picture, by networks that did not paint it."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from PIL import Image

from pareidolia.networks import choose_device
from pareidolia.operations import LOOK, Input, operation
from pareidolia.pictures import PictureLike, as_picture, over_white
from pareidolia.pictures.files import to_image
from pareidolia.pictures.result import Result
from pareidolia.style.judging.distances import Distances, aims, distances
from pareidolia.style.judging.grain import frame, relative_grain
from pareidolia.style.judging.judges import JUDGES, Judge, load_judge
from pareidolia.style.judging.settings import MeasureStyleSettings


@dataclass(frozen=True)
class Judgement:
    """Figures of a painted picture.

    Attributes:
        by: the distances of each judge, by its network's name; lower is better. The first decides.
        lightness_grain: of the picture over the painting's; much below 1 is blur.
        color_grain: likewise; much above 1 is colored noise.
        frame: in CIELAB; above 5 a frame is seen.
    """

    by: dict[str, Distances]
    lightness_grain: float
    color_grain: float
    frame: float

    @property
    def score(self) -> float:
        """Of the judge that decides; lower is better."""
        return self.by[JUDGES[0]].score


class StyleJudges:
    """The judges, loaded once for many pictures.

    Args:
        device: where they look.

    Raises:
        MissingExtra, BadNetwork: a wheel is not installed, or is not whole.
    """

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self._judges: dict[str, Judge] = {name: load_judge(name, device) for name in JUDGES}

    def __call__(self, picture: PictureLike, content: PictureLike, style: PictureLike) -> Judgement:
        """Judge `picture`, which shows the photo `content` in the style of the painting `style`.

        Args:
            picture: any size, as are the others; each is rounded to 8 bits a channel.
            content: the photo.
            style: the painting.

        Returns:
            The distances by judge, grain and frame.

        Raises:
            BadPicture: one of them cannot be read.
        """
        return self.against(content, style)(picture)

    def against(self, content: PictureLike, style: PictureLike) -> Callable[[PictureLike], Judgement]:
        """What judges pictures of one photo in the style of one painting, at which it looks once.

        Args:
            content: the photo.
            style: the painting.

        Returns:
            A function of a picture.

        Raises:
            BadPicture: one of them cannot be read.
        """
        photo, painting = _image(content), _image(style)
        wanted = {name: aims(judge, photo, painting) for name, judge in self._judges.items()}

        def judged(picture: PictureLike) -> Judgement:
            painted = _image(picture)
            by = {name: distances(judge, painted, wanted[name]) for name, judge in self._judges.items()}
            lightness, color = relative_grain(painted, painting)
            return Judgement(by, lightness, color, frame(painted, photo))

        return judged


@operation(
    "measure style",
    group=LOOK,
    help="Measure a painted picture: has it the painting's style and the photo's content, grain or a frame?",
    settings=MeasureStyleSettings,
    inputs=(
        Input("picture", "The painted picture."),
        Input("content", "The photo that was painted.", keyword=True),
        Input("style", "The painting that it was painted like.", keyword=True),
    ),
    out="none",
)
def measure_style(
    picture: PictureLike,
    content: PictureLike,
    style: PictureLike,
    settings: MeasureStyleSettings | None = None,
) -> Result:
    """The figures of `StyleJudges` as rows: one for each judge, one for grain and frame.

    Args:
        picture: what is judged.
        content: the photo that it shows.
        style: the painting whose style it should have.
        settings: where to compute.

    Returns:
        The rows; there is no picture.

    Raises:
        MissingExtra: If a judge's wheel is not installed.
        BadNetwork: If a wheel is not whole.
        BadPicture: a picture cannot be read.
    """
    settings = settings or MeasureStyleSettings()
    found = StyleJudges(choose_device(settings.device))(picture, content, style)
    rows: list[dict[str, object]] = [
        {"what": f"{measured}, by {name}", "figure": value}
        for name, each in found.by.items()
        for measured, value in (
            ("style at 512 px", each.style[0]),
            ("style at 256 px", each.style[1]),
            ("style at 128 px", each.style[2]),
            ("content", each.content),
            ("score", each.score),
        )
    ]
    rows += [
        {"what": "grain of lightness, over the painting's", "figure": found.lightness_grain},
        {"what": "grain of color, over the painting's", "figure": found.color_grain},
        {"what": "frame, in CIELAB", "figure": found.frame},
    ]
    return Result(None, f"score {found.score:.3f} by {JUDGES[0]}; lower is better", rows)


def _image(given: PictureLike) -> Image.Image:
    """A picture with 8 bits a channel, as a file holds it."""
    return to_image(over_white(as_picture(given))).convert("RGB")
