"""The operation `explain-dreams`: why dreams are full of dogs, as numbers, two figures and a text."""

import json
from collections.abc import Iterator
from pathlib import Path

from torch import Tensor

from pareidolia.dreaming.explanation import Explanation, explain, layers_of, noises
from pareidolia.dreaming.groups import find_groups
from pareidolia.dreaming.settings import DreamExplanationSettings, DreamSettings
from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import PAINT, Input, operation
from pareidolia.pictures import PictureLike, as_picture, over_white, sample_photo, save_picture
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.ownership import EXPLANATION, KEY, claim_beside
from pareidolia.pictures.result import Result
from pareidolia.pictures.samples import PHOTOS
from pareidolia.pictures.targets import clear_leftovers, make_folder, write_text
from pareidolia.progress import Progress, Work
from pareidolia.settings import MissingExtra, PareidoliaError
from pareidolia.version import __version__

_NOISES = 6
_PAGE = "why_dogs.md"
_FILES = ("beginnings.png", "layers.png", "numbers.json", _PAGE)


@operation(
    "explain-dreams",
    group=PAINT,
    help="Explain why dreams are full of dogs: what dreams of a photo, sample photos and noise end in.",
    settings=DreamExplanationSettings,
    inputs=(Input("photo", "A file, or sample:chelsea and the like.", "file"),),
    proceeds="in a folder",
    out="folder",
    network=True,
)
class DreamExplanation(Work):
    """Dreams of many beginnings, and the network's classes for them: iterate to the end.

    Args:
        photo: a file, `sample:NAME`, or 1×3×H×W (1×4×H×W with alpha, laid on white) in [0, 1].
        settings: every option of the dreams.
        network: the network that dreams; by default the one the settings name.
        out: a folder for the page, its figures and its numbers; made if need be.
        overwrite: whether a page that is there may be replaced.
        resume: refused: the dreams are short, and are dreamt from the beginning.
    """

    def __init__(
        self,
        photo: PictureLike,
        settings: DreamSettings | None = None,
        network: NetworkLike = None,
        *,
        out: str | Path,
        overwrite: bool = False,
        resume: bool = False,
    ) -> None:
        self._settings, self._out = settings or DreamExplanationSettings(), Path(out)
        if resume:
            raise PareidoliaError("an explanation of dreams has nothing to resume: leave out --resume")
        claim_beside(self._out, EXPLANATION, _FILES)
        if (self._out / _PAGE).exists() and not overwrite:
            raise PareidoliaError(f"{self._out / _PAGE} exists already: give --overwrite or another folder")
        self._network = network_for(
            self._settings, network, pooling=self._settings.pooling, padding=self._settings.padding
        )
        name = Path(photo).name if isinstance(photo, str | Path) else "photo"
        self._beginnings: dict[str, Tensor] = {name: over_white(as_picture(photo))}
        find_groups(self._network.class_names, self._network.name)  # before a folder is made
        self._notes: list[str] = []
        for name in PHOTOS:
            try:
                self._beginnings[f"sample {name}"] = sample_photo(name)
            except MissingExtra:
                self._notes.append(f"without the photo {name}: the extra samples is not installed")
        side = max(self._network.input_shape[1:])
        self._beginnings |= dict(noises(_NOISES, side, self._settings.seed))

    def __iter__(self) -> Iterator[Progress]:
        """Dream by dream; then the page is written.

        Yields:
            Each dream.

        Raises:
            PareidoliaError: another process writes there.
        """
        make_folder(self._out)
        with Lock.of_folder(self._out):
            yield from self._dreams()

    def _dreams(self) -> Iterator[Progress]:
        aims = layers_of(self._network)
        yield Progress(0, len(self._beginnings) + len(aims), notes=tuple(self._notes))
        found = yield from explain(self._beginnings, self._settings, self._network)
        self._write(found)

    def _write(self, found: Explanation) -> None:
        """The mark that the folder is ours first, the page last; nothing that appeared meanwhile is lost."""
        clear_leftovers(self._out)
        claim_beside(self._out, EXPLANATION, _FILES)
        numbers = {KEY: __version__, **found.numbers()}
        write_text(self._out / "numbers.json", json.dumps(numbers, indent=1))
        save_picture(found.beginnings(), self._out / "beginnings.png", overwrite=True)
        save_picture(found.course_of_layers(), self._out / "layers.png", overwrite=True)
        figures = "\n![layers](layers.png)\n\n![beginnings](beginnings.png)\n"
        write_text(self._out / _PAGE, found.text() + figures)

    @property
    def result(self) -> Result:
        """Where the page is."""
        return Result(None, f"written to {self._out / _PAGE}")
