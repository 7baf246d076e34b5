"""Print how good the generative models are, each figure beside what is wanted of it.

    python -m recipes.generative_table --kept table.jsonl --mnist FOLDER [--runs RUNS] [--faces FOLDER]
    python -m recipes.generative_table --kept table.jsonl --table      # print what is kept, measure nothing
    python -m recipes.generative_table --kept table.jsonl ROW ...      # these rows, measured anew

A model is the run of that name in --runs, or else the one that is shipped. Every figure is a line of the
file, and what has a line is not measured again. A row that cannot be measured here says what it lacks.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from pareidolia.generative import Run, open_run, train
from pareidolia.generative.measuring import EvaluateSettings, Measurement, evaluate
from pareidolia.generative.training import prepare
from pareidolia.settings import PareidoliaError

FIRST_FACES = "faces-gan-first"
"""The run of the GAN that faces are compared with."""
FLOW, VAE = "smooth-flow", "smooth-vae"


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        key: by which it is asked for.
        what: was measured.
        wanted: in words.
        figure: in words; empty where it could not be measured.
        met: whether it is what is wanted.
        lacking: why it could not be measured.
    """

    key: str
    what: str
    wanted: str
    figure: str = ""
    met: bool = False
    lacking: str = ""

    def cells(self) -> str:
        """The row of the table."""
        figure = self.figure or f"not measured: {self.lacking}"
        return f"| {self.what} | {self.wanted} | {figure} | {'yes' if self.met else 'no'} |"


@dataclass(frozen=True)
class Models:
    """Where models and pictures are.

    Attributes:
        runs: folder of runs.
        mnist: MNIST's pictures; None: where the run has them.
        faces: likewise.
        pictures: how many are measured.
        judge: network whose features judge faces.
    """

    runs: Path
    mnist: str | None
    faces: str | None
    pictures: int
    judge: str

    def open(self, name: str) -> Run:
        """The run of that name, or the shipped model."""
        folder = self.runs / name
        return open_run(folder if (folder / "settings.json").is_file() else name)

    def measured(self, name: str, measure: str, **options: Any) -> list[Measurement]:
        """The figures of one measure."""
        data = self.mnist if name.startswith("mnist") else self.faces if name.startswith("faces") else None
        chosen = {"measures": (measure,), "pictures": self.pictures, "data": data, **options}
        return list(evaluate(self.open(name), EvaluateSettings(**chosen)))


def of_labels(models: Models, name: str, share: float, even: bool) -> tuple[str, bool]:
    """How many samples a classifier is sure of, and the shares of the rarest and the commonest digit."""
    sure, rarest, commonest = (each.estimate for each in models.measured(name, "labels"))
    good = sure.value >= share and (not even or (rarest.value >= 0.08 and commonest.value <= 0.12))
    text = f"{sure.scaled(100)} % sure; digits {100 * rarest.value:.1f} to {100 * commonest.value:.1f} %"
    return text, good


def gan_row(models: Models) -> tuple[str, bool]:
    """The GAN's samples."""
    return of_labels(models, "mnist-gan", 0.95, even=True)


def flow_row(models: Models) -> tuple[str, bool]:
    """The flow's samples, with as many steps as it was trained with (20)."""
    return of_labels(models, "mnist-flow", 0.95, even=False)


def likelihood_row(models: Models) -> tuple[str, bool]:
    """log p of the same digits by the flow's equation and of the VAE by annealed importance sampling."""
    few = {"pictures": min(models.pictures, 100), "annealed": 100}
    flow = models.measured(FLOW, "likelihood", **few)[0].estimate.value
    vae = models.measured(VAE, "ais", **few)[0].estimate.value
    return f"negative: flow {flow:.1f}, VAE by AIS {vae:.1f} nats", flow - vae <= 2


def aae_row(models: Models) -> tuple[str, bool]:
    """Test digits that the semi-supervised AAE names wrongly."""
    wrong = models.measured("mnist-aae-1000", "errors")[0].estimate
    return f"{wrong.scaled(100)} %", wrong.value <= 0.02


def faces_row(models: Models) -> tuple[str, bool]:
    """KID by features of a network that was not used in training, over the first GAN's."""
    judged = {"network": models.judge}
    new, old = (models.measured(name, "kid", **judged)[0].estimate for name in ("faces-gan", FIRST_FACES))
    ratio = new.value / old.value
    return f"{new} / {old} = {ratio:.2f}", ratio <= 0.5


def sampler_row(models: Models) -> tuple[str, bool]:
    """Fréchet distance of samples from a fitted mixture over that of samples from the prior."""
    prior, mixture = (
        models.measured("mnist-vae-32", "fid", sampler=sampler)[0].estimate for sampler in ("prior", "gmm")
    )
    ratio = mixture.value / prior.value
    return f"{mixture} / {prior} = {ratio:.2f}", ratio <= 0.7


def speed_row(models: Models) -> tuple[str, bool]:
    """What `python -m benchmarks generative` found."""
    file = Path("runs/benchmarks/generative.json")
    if not file.is_file():
        raise PareidoliaError("run python -m benchmarks generative --pythae CHECKOUT first")
    ratio = float(json.loads(file.read_text())["ratio"])
    return f"{ratio:.2f} times as fast", ratio >= 2


def resumed_row(models: Models) -> tuple[str, bool]:
    """Whether a run of pictures that are not square, stopped half way, ends with the same weights."""
    pictures = torch.rand(64, 1, 28, 20, generator=torch.Generator().manual_seed(0))
    options = {"epochs": 4, "batch": 8, "latent": 2, "hidden": (32,), "previews": 0, "device": "cpu"}
    with TemporaryDirectory() as folder:
        whole = train("vae", pictures, f"{folder}/whole", **options)
        half = prepare_half(pictures, Path(folder, "half"), options)
        resumed = train("vae", pictures, half, resume=True, **options)
        pairs = zip(whole.model.state_dict().values(), resumed.model.state_dict().values(), strict=True)
        same = all(torch.equal(one, other) for one, other in pairs)
    return "the same bits" if same else "other weights", same


def prepare_half(pictures: torch.Tensor, folder: Path, options: Mapping[str, Any]) -> Path:
    """A run that was stopped half way."""
    from pareidolia.generative.building import settings_of

    training = prepare("vae", pictures, settings_of("vae", dict(options)), folder)
    training.begin(resume=False)
    for step in training:
        if 2 * step.index >= step.total:
            break
    training.folder.save(training.run)
    training.folder.release()
    return folder


Measure = Callable[[Models], tuple[str, bool]]
ROWS: dict[str, tuple[str, str, Measure]] = {
    "gan": ("GAN on MNIST, samples that a 99 % classifier is sure of", "95 %, digits 8 to 12 %", gan_row),
    "flow": ("flow on MNIST, the same, 20 steps", "95 %", flow_row),
    "likelihood": ("flow on digits, −log p by the equation", "within 2 nats of the VAE's", likelihood_row),
    "aae": ("AAE on MNIST, 1,000 labels, errors", "2.0 %", aae_row),
    "faces": ("faces at 64 px, KID against the first GAN's", "at most 0.5", faces_row),
    "sampler": ("mnist-vae-32, FD of --sampler gmm against the prior's", "at most 0.7", sampler_row),
    "speed": ("VAE training against pythae", "2.0", speed_row),
    "resumed": ("28x20 pictures, stopped and resumed", "the same bits", resumed_row),
}


def measured(key: str, models: Models) -> Row:
    """One row, measured; or what it lacks."""
    what, wanted, measure = ROWS[key]
    try:
        figure, met = measure(models)
    except PareidoliaError as error:
        return Row(key, what, wanted, lacking=str(error))
    return Row(key, what, wanted, figure, met)


def table(rows: Iterable[Row]) -> str:
    """The rows in Markdown."""
    head = ["| figure | wanted | measured | met |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(row.cells() for row in rows)])


def kept(file: Path) -> dict[str, Row]:
    """The rows of the file, the last of each."""
    lines = file.read_text().splitlines() if file.is_file() else []
    rows = [Row(**json.loads(line)) for line in lines]
    return {row.key: row for row in rows}


def main() -> None:
    """Measure what is asked for and not kept yet, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=" ".join(ROWS))
    parser.add_argument("--kept", type=Path, required=True, help="a file of lines, one a figure")
    parser.add_argument("--runs", type=Path, default=Path("runs/shipped"), help="runs by name")
    parser.add_argument("--mnist", help="MNIST's pictures, where they have moved")
    parser.add_argument("--faces", help="the faces, where they have moved")
    parser.add_argument("--pictures", type=int, default=1000, help="how many are measured")
    parser.add_argument("--judge", default="efficientnet_lite2", help="the network that judges faces")
    parser.add_argument("--table", action="store_true", help="measure nothing")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(ROWS):
        parser.error(f"there is no row {', '.join(sorted(unknown))}: {' '.join(ROWS)}")
    rows = kept(options.kept)
    models = Models(options.runs, options.mnist, options.faces, options.pictures, options.judge)
    wanted = options.rows or [key for key in ROWS if key not in rows or not rows[key].figure]
    for key in [] if options.table else wanted:
        rows[key] = measured(key, models)
        with options.kept.open("a") as file:
            file.write(json.dumps(asdict(rows[key])) + "\n")
    print(table(rows[key] for key in ROWS if key in rows))


if __name__ == "__main__":
    main()
