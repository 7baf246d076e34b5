"""The operation `faithfulness`: a table and a figure of how far methods can be believed."""

from collections.abc import Iterator, Sequence

from pareidolia.inspection.attribution.comparison import (
    Faithfulness,
    compare_methods,
    draw_comparison,
)
from pareidolia.inspection.attribution.methods import method_names
from pareidolia.inspection.attribution.settings import FaithfulnessSettings
from pareidolia.networks import NetworkLike
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTOS
from pareidolia.pictures import PictureLike
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress, Work

_MEASURES = ("deletion", "insertion", "last_layer", "upper_half")


@operation(
    "faithfulness",
    group=LOOK,
    help="Measure how far attribution methods tell the truth: deletion, insertion, randomised parameters.",
    settings=FaithfulnessSettings,
    inputs=(PHOTOS,),
    proceeds="in stages",
    out="optional picture",
    network=True,
)
class FaithfulnessReport(Work):
    """Methods measured on photos; iterate to the end, then `result` has a figure, and a row a method.

    Args:
        photos: at least one; the more, the narrower the confidence intervals.
        settings: every option.
        network: the network that is explained; by default the one the settings name.
    """

    def __init__(
        self,
        photos: Sequence[PictureLike],
        settings: FaithfulnessSettings | None = None,
        network: NetworkLike = None,
    ) -> None:
        self._photos, self._network = photos, network
        self._settings = settings or FaithfulnessSettings()
        self.results: list[Faithfulness] = []

    def __iter__(self) -> Iterator[Progress]:
        """Method by method."""
        total = len(method_names(self._settings.methods)) + 1
        for result in compare_methods(self._photos, self._settings, self._network):
            self.results.append(result)
            yield Progress(len(self.results), total, f"measuring {result.method}")

    @property
    def result(self) -> Result:
        """The figure of the curves, and for each method its measures with 95 % intervals."""
        caption = (
            "Areas under the curves, and likeness (Spearman's ρ) to the map of a randomised network; "
            "means with 95 % intervals over photos."
        )
        cautions = [f"{each.method} {each.caution}." for each in self.results if each.caution]
        rows = [_row(each) for each in self.results]
        return Result(draw_comparison(self.results), "\n".join([caption, *cautions]), rows)


def _row(result: Faithfulness) -> dict[str, object]:
    means = {name: getattr(result, name) for name in _MEASURES}
    numbers = {name: {"mean": mean.value, "interval": mean.interval} for name, mean in means.items()}
    words = {name.replace("_", " "): str(mean) for name, mean in means.items()}
    return {"method": result.method, **words, "numbers": {**numbers, "caution": result.caution}}
