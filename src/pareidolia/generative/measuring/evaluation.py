"""The operation `evaluate`: a table of figures of a trained model."""

from collections.abc import Iterator
from dataclasses import asdict

from pareidolia.generative.measuring.context import EvaluationContext
from pareidolia.generative.measuring.evaluating import chosen_measures, evaluate
from pareidolia.generative.measuring.measurement import Measurement
from pareidolia.generative.measuring.settings import EvaluateSettings
from pareidolia.generative.runs import Run, open_run
from pareidolia.networks import choose_device
from pareidolia.operations import TRAIN, operation
from pareidolia.operations.inputs import RUN
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress, Work


@operation(
    "evaluate",
    group=TRAIN,
    help="Measure a trained model: likelihoods, distances to real pictures, what it forgets.",
    settings=EvaluateSettings,
    inputs=(RUN,),
    proceeds="in stages",
    out="none",
)
class Evaluation(Work):
    """A trained model measured; iterate to the end, then `result.rows` are the figures.

    Args:
        run: opened, or a run directory or the name of a shipped model.
        settings: every option.

    Raises:
        PareidoliaError: If a measure that is named does not suit the model.
    """

    def __init__(self, run: Run | str, settings: EvaluateSettings | None = None) -> None:
        self._settings = settings or EvaluateSettings()
        self._run = run if isinstance(run, Run) else open_run(run, choose_device(self._settings.device))
        self._measures = chosen_measures(EvaluationContext(self._run, self._settings))
        self.figures: list[Measurement] = []

    def __iter__(self) -> Iterator[Progress]:
        """Figure by figure; each is a note of its step."""
        total = len(self._measures)
        for figure in evaluate(self._run, self._settings):
            self.figures.append(figure)
            index = self._measures.index(figure.measure) + 1
            yield Progress(index, total, figure.measure, notes=(f"{figure.what}: {in_words(figure)}",))

    @property
    def result(self) -> Result:
        """The figures as rows."""
        rows = [
            {
                "measure": figure.measure,
                "what": figure.what,
                "figure": in_words(figure),
                "how": figure.how,
                "numbers": {**asdict(figure.estimate), "unit": figure.unit, "details": figure.details},
            }
            for figure in self.figures
        ]
        return Result(None, f"{len(rows)} figures of {self._run.name}", rows)


def in_words(figure: Measurement) -> str:
    """A figure with its error and unit; shares as percentages."""
    estimate, unit = figure.estimate, figure.unit
    if unit == "share":
        estimate, unit = estimate.scaled(100), "%"
    return f"{estimate} {unit}".rstrip()
