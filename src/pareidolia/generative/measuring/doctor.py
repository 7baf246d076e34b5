"""The operation `train doctor`: what is wrong with a training, in words, with the page that helps."""

from collections.abc import Iterator

from pareidolia.generative.measuring.context import EvaluationContext
from pareidolia.generative.measuring.settings import DoctorSettings, EvaluateSettings
from pareidolia.generative.measuring.symptoms import CHECKS, Examined, Finding
from pareidolia.generative.runs import Run, open_run
from pareidolia.networks import choose_device
from pareidolia.operations import TRAIN, operation
from pareidolia.operations.inputs import RUN
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress, Work
from pareidolia.training.folder import LOG
from pareidolia.training.log import read_log


@operation(
    "train doctor",
    group=TRAIN,
    help="Look for what is wrong with a training: in its log, its codes and its samples.",
    settings=DoctorSettings,
    inputs=(RUN,),
    proceeds="in stages",
    out="none",
)
class Doctor(Work):
    """A training examined check by check; iterate to the end, then `findings` holds what was found.

    Args:
        run: opened, or a run directory or the name of a shipped model.
        settings: every option.

    Attributes:
        findings: of the checks that suit the model.

    Raises:
        PareidoliaError: there is no such run, or its log cannot be read.
    """

    findings: list[Finding]

    def __init__(self, run: Run | str, settings: DoctorSettings | None = None) -> None:
        settings = settings or DoctorSettings()
        opened = run if isinstance(run, Run) else open_run(run, choose_device(settings.device))
        wanted = EvaluateSettings(pictures=settings.pictures, data=settings.data, seed=settings.seed)
        self._examined = Examined(EvaluationContext(opened, wanted), read_log(opened.folder / LOG))
        self.findings = []

    def __iter__(self) -> Iterator[Progress]:
        """Check by check; each finding is a note of its step."""
        for number, (name, check) in enumerate(CHECKS.items(), 1):
            found = check(self._examined)
            notes: tuple[str, ...] = ()
            if found is not None:
                self.findings.append(found)
                notes = (in_words(found),)
            yield Progress(number, len(CHECKS), name, notes=notes)

    @property
    def result(self) -> Result:
        """The findings as rows, what is wrong first."""
        ranked = sorted(self.findings, key=lambda finding: finding.well)
        rows = [
            {"check": each.check, "well": each.well, "found": each.text, "page": each.page} for each in ranked
        ]
        wrong = sum(not each.well for each in self.findings)
        what = "nothing is plainly wrong" if not wrong else f"{wrong} of {len(rows)} checks found something"
        return Result(None, f"{self._examined.context.run.name}: {what}", rows)


def in_words(finding: Finding) -> str:
    """A finding in one line."""
    return f"{finding.check}: {finding.text}" + ("" if finding.well else f" (see {finding.page})")
