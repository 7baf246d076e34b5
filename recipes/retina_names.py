#!/usr/bin/env python3
"""Teach the upper part of retina to name, on maps of its fourth stage that are made once.

    python recipes/retina_names.py --from runs/retina/retina.safetensors --packed runs/retina
        --samples SAMPLES --maps runs/maps --run runs/names

A step of the whole network costs forty times one of what lies above its fourth stage, and the whole learns
maps worse while it learns names (its card). So `retina.py --naming 0` learns to see first; here stages 1 to 4
stay as they are, and stage5, stage6 and the head learn what `retina.py` has packed and had named: by cross
entropy, while the first map of stage5, which painting looks at, is held where it was. It can be killed and
resumed, and leaves `retina.safetensors` as `retina.py` does, which that can go on with.
"""

import argparse
from collections import OrderedDict
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

import pareidolia
from class_photos import sample_ids, sharpened, varied
from feature_distillation import folded, trainable_further
from packed_pictures import as_tensor
from pareidolia.networks.retina import MEAN, STD
from pareidolia.training import Losses, Phase, ProcessGroup, StepContext, TrainingFolder, TrainingRun
from pareidolia.training.settings import TrainingSettings
from retina import SIDES, begun_with, built
from retina_material import NamedPhotos
from run_files import keep_rows, save_half
from training_runs import add_settings, begin_or_resume, chosen_settings, told

_TOGETHER = 64


class NamesSettings(TrainingSettings):
    """How the upper part of retina is trained."""

    batch: int = 256
    learning_rate: float = 3e-3
    warm_up: int = 200
    schedule: Annotated[str, Field()] = "cosine"  # type: ignore[assignment]
    clip: float = 5.0
    average: float = 0.998
    weight_decay: float = 0.05
    precision: Annotated[str, Field()] = "bfloat16"  # type: ignore[assignment]
    previews: int = 0
    checkpoint_seconds: float = 120.0
    log_every: int = 100
    steps: int = 5_000
    small_share: float = 0.4
    side: int = 112
    views: int = 2
    smoothing: float = 0.1
    held: float = 2.0
    measure_every: int = 500


@dataclass(frozen=True)
class NamesBatch:
    """Maps of the fourth stage and what their photos are.

    Attributes:
        maps: N×C×S/16×S/16, after the pooling.
        names: N×1000 probabilities.
    """

    maps: Tensor
    names: Tensor


class KeptMaps:
    """The fourth stage's maps of every photo, in a file: some of each, of other parts of it.

    Args:
        photos: what is shown.
        target: the file; made where it is missing, gone on with where it is half made.
        lower: stages 1 to 4.
        settings: the side at which they are shown, how often, and the seed of the parts that are.
        soft: the photos are enlarged ones: half of them are sharpened.
    """

    def __init__(
        self,
        photos: NamedPhotos,
        target: Path,
        lower: nn.Sequential,
        settings: NamesSettings,
        *,
        soft: bool,
    ) -> None:
        self.photos, self._soft, self._settings = photos, soft, settings
        self._lower = lower
        self._mean, self._std = (torch.tensor(each)[:, None, None] for each in (MEAN, STD))
        channels, length = lower[-1][-3].out_channels, settings.side // 16  # the last of conv, relu, pool
        self._shape = (channels, length, length)
        rows = settings.views * len(photos)
        keep_rows(target, (rows, channels * length**2), _TOGETHER, self._made)
        self._rows = np.load(target, mmap_mode="r")

    @torch.no_grad()
    def _made(self, rows: range) -> np.ndarray[Any, Any]:
        rng = np.random.default_rng([self._settings.seed, rows.start])
        numbers, side = (row % len(self.photos) for row in rows), self._settings.side
        shown = varied([self.photos.shown(number, side, rng) for number in numbers], rng)
        x = ((sharpened(shown, rng) if self._soft else shown) - self._mean) / self._std
        with torch.autocast("cpu", torch.bfloat16):
            maps: Tensor = self._lower(x.contiguous(memory_format=torch.channels_last))
        return maps.float().contiguous().flatten(1).numpy()

    def of(self, numbers: list[int], views: np.ndarray[Any, Any]) -> Tensor:
        """The maps of these photos, each as seen in one of its views."""
        rows = self._rows[views * len(self.photos) + np.array(numbers)]
        return torch.from_numpy(rows).float().unflatten(1, self._shape)


class NamesSource:
    """A `Source`; batch number `step` is a function of (seed, step)."""

    def __init__(self, small: KeptMaps, large: KeptMaps, settings: NamesSettings) -> None:
        self.kinds, self._settings = (small, large), settings
        soft = round(settings.small_share * settings.batch)
        self._counts = (soft, settings.batch - soft)

    @property
    def count(self) -> int:
        """Photos an epoch."""
        return sum(len(kind.photos) for kind in self.kinds)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width at which photos are shown."""
        return self._settings.side, self._settings.side

    def batch(self, step: int, process_group: ProcessGroup) -> NamesBatch:
        """This device's share of batch number `step`."""
        rng = np.random.default_rng([self._settings.seed, step])
        maps, names = [], []
        for kind, count in zip(self.kinds, self._counts, strict=True):
            numbers = kind.photos.drawn(rng, count)
            maps.append(kind.of(numbers, rng.integers(self._settings.views, size=count)))
            names.append(kind.photos.names(numbers, self._settings.smoothing))
        shown = process_group.rows(torch.cat(maps)).contiguous(memory_format=torch.channels_last)
        return NamesBatch(shown, process_group.rows(torch.cat(names)))


class NamesTraining(nn.Module):
    """stage5, stage6 and the head, the first two with normalisations."""

    def __init__(self, network: nn.Sequential, before: nn.Sequential, settings: NamesSettings) -> None:
        super().__init__()
        self.stage5, self.stage6, self.head = network.stage5, network.stage6, network.head
        self._before = [deepcopy(before.stage5[:2]).requires_grad_(False)]
        self._lower, self._settings = [network[:4]], settings

    @property
    def network(self) -> nn.Sequential:
        """The whole, with the stages that do not learn."""
        upper = {"stage5": self.stage5, "stage6": self.stage6, "head": self.head}
        return nn.Sequential(OrderedDict(**dict(self._lower[0].named_children()), **upper))

    def phases(self) -> list[Phase]:
        """One: name."""
        return [Phase("name", self.parameters(), self._name)]

    def _name(self, batch: NamesBatch, context: StepContext) -> Losses:
        first = self.stage5[:3](batch.maps)
        with torch.no_grad():
            aim = self._before[0](batch.maps).float()
        moved = (first.float() - aim).square().mean() / aim.var((0, 2, 3)).mean()
        scores = self._scores(self.stage5[3:](first))
        names = F.cross_entropy(scores, batch.names)
        right = (scores.argmax(1) == batch.names.argmax(1)).float().mean()
        metrics = {"names": names, "right": right, "moved": moved}
        total = names + self._settings.held * moved
        return Losses(total, {name: value.detach() for name, value in metrics.items()})

    def _scores(self, maps: Tensor) -> Tensor:
        scores: Tensor = self.head(self.stage6(maps)).float()
        return scores

    def forward(self, maps: Tensor) -> Tensor:
        """N×C×h×w of the fourth stage → N×1000 scores."""
        return self._scores(self.stage5(maps))


class Measuring:
    """How often photos kept back are named as they should be; writes the weights too."""

    def __init__(self, source: NamesSource, folder: Path) -> None:
        self._source, self._folder = source, folder

    @torch.no_grad()
    def __call__(self, run: TrainingRun) -> Mapping[str, float]:
        """Share of each kind's photos."""
        model: Any = run.result
        model.eval()
        save_half(self._folder / "retina.safetensors", folded(model.network, built()))
        return {name: self._named(model, kind) for name, kind in zip(SIDES, self._source.kinds, strict=True)}

    def _named(self, model: Any, kind: KeptMaps) -> float:
        numbers = list(kind.photos.kept)
        best = model(kind.of(numbers, np.zeros(len(numbers), int))).argmax(1)
        return float((best == kind.photos.names(numbers).argmax(1)).float().mean())


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--from", dest="begin", type=Path, required=True, help="weights that `retina.py` left"
    )
    parser.add_argument("--packed", type=Path, required=True, help="folder of photos that `retina.py` packed")
    parser.add_argument("--samples", type=Path, required=True, help="CLASS_ID_NAME.JPEG, one a class")
    parser.add_argument("--maps", type=Path, default=Path("runs/maps"), help="folder for the maps")
    parser.add_argument("--run", type=Path, default=Path("runs/names"), help="folder of the run")
    parser.add_argument("--overwrite", action="store_true", help="begin anew")
    add_settings(parser, NamesSettings)
    return parser.parse_args()


def main() -> None:
    """Keep the maps, then train."""
    options = arguments()
    settings = chosen_settings(options, NamesSettings)
    torch.manual_seed(settings.seed)
    plain = begun_with(options.begin)
    plain.eval().to(memory_format=torch.channels_last)
    ids = sample_ids(options.samples)
    options.maps.mkdir(parents=True, exist_ok=True)
    photos = {name: NamedPhotos(options.packed / f"{name}.npy", ids, settings.seed) for name in SIDES}
    small, large = (
        KeptMaps(
            each,
            options.maps / f"{name}.npy",
            plain[:4],
            settings,
            soft=name == "small",
        )
        for name, each in photos.items()
    )
    source = NamesSource(small, large, settings)
    crops = as_tensor(np.stack([photos["large"].shown(number, settings.side) for number in range(1, 97)]))
    model = NamesTraining(trainable_further(deepcopy(plain), crops), plain, settings)
    record = {
        "pareidolia": pareidolia.__version__,
        "model": "retina's names",
        "settings": settings.model_dump(mode="json"),
        **{name: each.photos.about for name, each in photos.items()},
        "begun from": options.begin.name,
    }
    folder = TrainingFolder(options.run, record)
    run = TrainingRun(model, source, settings, epochs=settings.steps * settings.batch / source.count)
    begin_or_resume(folder, run, folder.begun and not options.overwrite)
    measure = Measuring(source, options.run)
    told(folder.steps(run, measure=measure, measure_every=settings.measure_every), settings.log_every)
    if run.index % settings.measure_every:
        measure(run)


if __name__ == "__main__":
    main()
