import numpy as np
import pytest
from PIL import Image

from pareidolia.collecting import CollectingSettings, Collector
from pareidolia.pictures import find_pictures

QUICK = CollectingSettings(size=32, batch=4, chunk=6, device="cpu")


def fill(folder, count: int = 20, seed: int = 0) -> None:
    """Pictures of blocks in random colours, some in a subfolder, one grey, one that is not a picture."""
    random = np.random.default_rng(seed)
    (folder / "more").mkdir(parents=True)
    for number in range(count):
        blocks = random.integers(0, 256, (5, 6, 3), np.uint8)
        image = Image.fromarray(blocks).resize((48, 40), Image.Resampling.NEAREST)
        place = folder / "more" if number % 3 == 0 else folder
        (image.convert("L") if number == 4 else image).save(place / f"{number:02d}.png")
    (folder / "05a.png").write_text("no picture")


@pytest.fixture
def photos(tmp_path):
    """A folder of 20 small pictures and a broken one."""
    fill(tmp_path / "photos")
    return tmp_path / "photos"


@pytest.fixture
def collector(photos, small_network, tmp_path):
    """A function that makes a collector of the photos; what it is not told is as in `QUICK`."""

    def make(keep, layers=("stage2.relu",), folder="collection", anew=False, network=None, **changes):
        return Collector(
            tmp_path / folder,
            find_pictures(photos),
            layers,
            keep,
            QUICK.model_copy(update=changes),
            network=network or small_network,
            anew=anew,
        )

    return make
