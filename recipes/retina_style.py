"""Is style through retina as good as through its teacher? Twelve pairs of photo and painting, and a judge.

Both networks paint the same pairs with the defaults of style transfer and their own style and content layers;
a network that neither learned from, SqueezeNet, scores the saved pictures (`judge.py`; lower is better).
"""

import importlib.util
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pareidolia.pictures import save_picture
from pareidolia.style import StyleSettings, StyleTransfer
from slim_vgg import AUX_LAYERS

PAIRS = (
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


def through_retina(weights: Path, size: int) -> StyleSettings:
    """Style transfer through retina with the weights of a file."""
    return StyleSettings(size=size, weights=str(weights))


def through_teacher(weights: Path, size: int) -> StyleSettings:
    """Style transfer through the slim VGG-19, at its aux maps: close to VGG-19's reluK_1."""
    return StyleSettings(
        size=size,
        network=f"{Path(__file__).with_name('slim_vgg.py')}:build",
        weights=str(weights),
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
        style_layers=AUX_LAYERS,
        content_layers=(AUX_LAYERS[3],),
    )


def load_judge(path: Path) -> Callable[..., dict[str, Any]]:
    """The `judge` function of a Python file."""
    spec = importlib.util.spec_from_file_location("judge", path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit(f"no judge at {path}: say where judge.py lies with --shared")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    judge: Callable[..., dict[str, Any]] = module.judge
    return judge


def scores(contenders: Mapping[str, StyleSettings], shared: Path, out: Path) -> dict[str, list[float]]:
    """Each contender's scores by SqueezeNet, a pair at a time; pictures that `out` already holds are kept."""
    judge = load_judge(shared / "judge.py")
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for photo_name, painting_name in PAIRS:
        photo = shared / f"pictures/photos/{photo_name}.jpg"
        painting = shared / f"pictures/paintings/{painting_name}.jpg"
        for name, settings in contenders.items():
            target = out / f"{photo_name}_{painting_name}_{name}.png"
            if not target.exists():
                transfer = StyleTransfer(photo, [painting], settings)
                for _ in transfer:
                    pass
                out.mkdir(parents=True, exist_ok=True)
                save_picture(transfer.picture, target)
            found[name].append(judge(target, photo, painting, judges=("squeeze",))["squeeze"]["score"])
    return found


def in_words(found: Mapping[str, list[float]]) -> str:
    """Mean scores, and how often the first contender is no worse than the second."""
    (ours, mine), (other, theirs) = found.items()
    ratio = statistics.geometric_mean(a / b for a, b in zip(mine, theirs, strict=True))
    won = sum(a <= b for a, b in zip(mine, theirs, strict=True))
    return (
        f"{ours} {statistics.mean(mine):.4f}, {other} {statistics.mean(theirs):.4f} (mean score of "
        f"{len(mine)} pairs, lower is better; ratio of each pair {ratio:.3f} in the geometric mean; "
        f"{ours} no worse in {won} of {len(mine)})"
    )
