"""Is style through retina as good as through the real VGG-19? Twelve pairs of photo and painting, judged.

Both networks paint the same pairs with the defaults of style transfer and their own style and content layers;
the saved pictures are scored as `pareidolia measure style` does, by a network that neither learned from.
"""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pareidolia.pictures import save_picture
from pareidolia.pictures.samples import PAINTINGS, PHOTOS
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.judging.measuring import Judgement, StyleJudges

_PAIRS = 12
_IN_A_FOLDER = (
    ("01", "munch_scream"),
    ("03", "van_gogh_starry_night"),
    ("05", "kandinsky_composition_vii"),
    ("07", "picabia_udnie"),
    ("09", "turner_shipwreck"),
    ("11", "mondrian"),
    ("13", "hokusai_great_wave"),
    ("15", "kandinsky_composition_vii"),
    ("17", "munch_scream"),
    ("19", "picabia_udnie"),
    ("21", "turner_shipwreck"),
    ("23", "van_gogh_starry_night"),
)

Pair = tuple[str, str]


@dataclass(frozen=True)
class Scored:
    """What the judge finds of a painted pair.

    Attributes:
        judgement: its figures; lower is better.
        seconds: that painting took; None if the picture was there already.
    """

    judgement: Judgement
    seconds: float | None


def contenders(weights: Path, size: int) -> dict[str, StyleSettings]:
    """Style transfer through retina with the weights of a file, and through VGG-19."""
    return {
        "retina": StyleSettings(size=size, network="retina", weights=str(weights)),
        "vgg19": StyleSettings(size=size, network="vgg19"),
    }


def pairs(pictures: Path | None) -> list[Pair]:
    """Twelve pairs of photo and painting.

    Args:
        pictures: a folder with photos/ and paintings/ that have the names of `_IN_A_FOLDER`; None takes the
            sample photos, each with two of the package's paintings.

    Returns:
        What `open_picture` takes.
    """
    if pictures is not None:
        return [
            (str(pictures / f"photos/{photo}.jpg"), str(pictures / f"paintings/{painting}.jpg"))
            for photo, painting in _IN_A_FOLDER
        ]
    paintings = sorted(path.stem for path in PAINTINGS.glob("*.jpg"))
    return [
        (f"sample:{PHOTOS[number % len(PHOTOS)]}", f"sample:{paintings[number % len(paintings)]}")
        for number in range(_PAIRS)
    ]


def scores(
    through: Mapping[str, StyleSettings], painted: Sequence[Pair], out: Path
) -> dict[str, list[Scored]]:
    """What the judge finds of each contender's pictures, pair by pair; pictures in `out` already are kept."""
    judge = StyleJudges()
    found: dict[str, list[Scored]] = {name: [] for name in through}
    for photo, painting in painted:
        for name, settings in through.items():
            target = out / f"{_name(photo)}_{_name(painting)}_{name}_{settings.size}.png"
            seconds = None if target.exists() else _paint(photo, painting, settings, target)
            found[name].append(Scored(judge(target, photo, painting), seconds))
    return found


def in_words(found: Mapping[str, Sequence[Scored]]) -> str:
    """Mean scores and grain, how often the first contender is no worse than the second, and its time."""
    (ours, mine), (other, theirs) = found.items()
    means = ", ".join(
        f"{name} {statistics.mean(each.judgement.score for each in scored):.3f} (grain of color "
        f"{statistics.mean(each.judgement.color_grain for each in scored):.2f})"
        for name, scored in found.items()
    )
    won = sum(a.judgement.score <= b.judgement.score for a, b in zip(mine, theirs, strict=True))
    ratios = [a.seconds / b.seconds for a, b in zip(mine, theirs, strict=True) if a.seconds and b.seconds]
    time_of = f"; {statistics.median(ratios):.2f} of the time" if ratios else ""
    return (
        f"{means}: mean score of {len(mine)} pairs by EfficientNet-Lite2, lower is better; "
        f"{ours} no worse than {other} in {won}{time_of}"
    )


def _paint(photo: str, painting: str, settings: StyleSettings, target: Path) -> float:
    """Paint a pair and save it; the seconds that it took."""
    began = time.perf_counter()
    transfer = StyleTransfer(photo, [painting], settings)
    for _ in transfer:
        pass
    taken = time.perf_counter() - began
    target.parent.mkdir(parents=True, exist_ok=True)
    save_picture(transfer.picture, target)
    return taken


def _name(picture: str) -> str:
    return Path(picture).stem.removeprefix("sample:")
