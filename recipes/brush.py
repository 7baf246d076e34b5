#!/usr/bin/env python3
"""Train brush to paint any photo like any painting.

    python recipes/brush.py --photos FOLDER... --paintings FOLDER[=MOST]... --measured FOLDER... \
        --run runs/brush

The loss is what a painted picture lacks of the painting's statistics at three sizes and of the photo's
content, as VGG-19 sees them (`brush_loss.py`, extra `networks`). Such statistics are as content with one
weave all over as with strokes. So maps are to be spread as the painting's are (sliced Wasserstein); what
gives a picture away as none of the painting's own costs too (`brush_critic.py`), and what repeats with the
painter's squares of eight pixels. For film, a photo that is a little lighter and noisier is to be painted
alike.

Killed and started again with the same arguments, the run goes on from its last checkpoint. `--from` begins
with weights that are there already, brush's own or a run's, and `--reader` with a reader that
`brush_reading.py` has taught. It leaves in the run's folder: settings.json,
log.jsonl, samples/, checkpoint.pt, model.safetensors and brush.safetensors, which is the moving average of
the weights in half precision.
"""

import argparse
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

import pareidolia
from brush_critic import Critic
from brush_loss import Looking, lattice, means_of, sliced
from brush_material import Sitting, Sittings, keep_statistics, pack_paintings
from packed_pictures import as_tensor, pack
from pareidolia.generative.adversary import discriminator_loss, generator_loss
from pareidolia.networks.weights import fit_state_dict, read_state_dict
from pareidolia.pictures import open_picture, resize_picture, save_picture, sheet, size_of
from pareidolia.style.brush.network import BrushNetwork
from pareidolia.training import Losses, Phase, StepContext, TrainingFolder, TrainingRun, adam
from pareidolia.training.settings import TrainingSettings
from run_files import save_half
from training_runs import add_settings, begin_or_resume, chosen_settings, told

SHOWN_PHOTOS = ("chelsea", "coffee", "rocket")
SHOWN_PAINTINGS = ("strokes", "waves", "mosaic", "rectangles", "ink")
_MARGIN = 224
_WORST = 3.0
_FITTED = 400


class BrushSettings(TrainingSettings):
    """How brush is trained."""

    batch: int = 6
    learning_rate: float = 2e-3
    warm_up: int = 100
    schedule: Annotated[str, Field()] = "cosine"  # type: ignore[assignment]
    clip: float = 1.0
    average: float = 0.998
    precision: Annotated[str, Field()] = "bfloat16"  # type: ignore[assignment]
    previews: int = 40
    checkpoint_seconds: float = 60.0
    log_every: int = 50
    steps: int = 6_500
    crop: int = 160
    style_weight: float = 2.0
    whole: float = 0.5
    half: float = 1.0
    quarter: float = 1.5
    content_weight: float = 0.8
    film_weight: float = 0.05
    lighter: float = 0.01
    noise: float = 0.02
    critic_weight: float = 0.25
    lattice_weight: float = 100.0
    sliced_weight: float = 1.0


class BrushTraining(nn.Module):
    """brush, its critic, and the two phases in which they are trained. What looks is none of its modules."""

    def __init__(self, network: BrushNetwork, looking: Looking, settings: BrushSettings) -> None:
        super().__init__()
        self.network = network
        self.critic = Critic()
        self._looking = [looking]
        self._settings = settings
        # Maps of what a step's first phase painted, and of the paintings' pieces, for its second.
        self._painted: list[Tensor] = []
        self._pieces: list[Tensor] = []

    def phases(self) -> list[Phase]:
        """Paint; then learn to tell what was painted from paintings."""
        return [
            Phase("paint", self.network.parameters(), self._paint),
            Phase("judge", self.critic.parameters(), self._judge, optimizer=adam((0.0, 0.99))),
        ]

    def _paint(self, sitting: Sitting, context: StepContext) -> Losses:
        settings = self._settings
        codes = self.network.codes_of(sitting.paintings)
        painted = self.network(sitting.photos, codes, origin=sitting.origin)
        seen = self._looking[0].compare(painted, sitting.photos, sitting.statistics)
        self._painted = [maps.detach() for maps in seen.maps]
        self._pieces = self._pieces_of(sitting.paintings, size_of(sitting.photos), context)
        liking = generator_loss(self.critic(seen.maps, means_of(sitting.statistics)), "hinge")
        parts = {
            "content": (settings.content_weight, seen.content),
            "sliced": (settings.sliced_weight, sliced(seen.maps[1:4], self._pieces[1:4], context.generator)),
            "liking": (settings.critic_weight, liking),
            "lattice": (settings.lattice_weight, lattice(painted)),
            "unsteady": (settings.film_weight, self._unsteady(painted, sitting, codes, context)),
        }
        weighted = [weight * part.mean() for weight, part in parts.values()]
        total = settings.style_weight * self._style(seen.styles) + torch.stack(weighted).sum()
        metrics = {name: part.detach().mean() for name, (_, part) in parts.items()}
        return Losses(total, metrics | self._told(seen.styles.detach()))

    def _style(self, styles: Tensor) -> Tensor:
        """The mean over sizes and stages, sizes by their weights."""
        settings = self._settings
        sizes = styles.new_tensor([settings.whole, settings.half, settings.quarter])
        return (sizes[:, None] * tame(styles).mean(0).view(3, 5)).mean()

    @torch.no_grad()
    def _pieces_of(self, paintings: Tensor, size: tuple[int, int], context: StepContext) -> list[Tensor]:
        """Maps of pieces of paintings, as large as crops of photos."""
        spare = [each - other + 1 for each, other in zip(size_of(paintings), size, strict=True)]
        top, left = (int(torch.randint(each, (), generator=context.generator)) for each in spare)
        piece = paintings[..., top : top + size[0], left : left + size[1]]
        return self._looking[0].maps(piece.float())

    def _unsteady(self, painted: Tensor, sitting: Sitting, codes: Tensor, context: StepContext) -> Tensor:
        """How much more a photo's small change moves what is painted, mean |Δ| over the change's."""
        settings, photos = self._settings, sitting.photos
        lighter, noise = (
            torch.randn(shape, generator=context.generator, device=photos.device)
            for shape in ((len(photos), 1, 1, 1), photos.shape)
        )
        changed = (photos + settings.lighter * lighter + settings.noise * noise).clamp(0, 1)
        again = self.network(changed, codes, origin=sitting.origin)
        return (again - painted).abs().mean() / (changed - photos).abs().mean()

    def _judge(self, sitting: Sitting, context: StepContext) -> Losses:
        """Real is a piece of the painting; neither what was painted nor a piece of another painting is."""
        means, pieces = means_of(sitting.statistics), self._pieces
        real = self.critic(pieces, means)
        painted = self.critic(self._painted, means)
        other = self.critic(pieces, [each.roll(1, 0) for each in means])
        loss = discriminator_loss(real, torch.cat([painted, other]), "hinge")
        metrics = {"real": real.mean(), "painted": painted.mean(), "other": other.mean()}
        return Losses(loss, {name: value.detach() for name, value in metrics.items()})

    def _told(self, styles: Tensor) -> dict[str, Tensor]:
        """The judge's style figure, and its parts by size and by stage."""
        by_part = styles.mean(0).view(3, 5)
        metrics = {"style": styles.mean()}
        metrics |= {f"style/{size}": by_part[k].mean() for k, size in enumerate(("whole", "half", "quarter"))}
        return metrics | {f"style relu{k + 1}": by_part[:, k].mean() for k in range(5)}


def tame(styles: Tensor) -> Tensor:
    """The relative errors, where one far above all others counts by its root alone."""
    return torch.where(styles < _WORST, styles, 2 * (_WORST * styles.clamp(min=1e-6)).sqrt() - _WORST)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, nargs="+", required=True, help="folders of photos")
    parser.add_argument("--paintings", nargs="+", required=True, help="folders of paintings, FOLDER=MOST")
    parser.add_argument("--measured", type=Path, nargs="+", default=[], help="paintings never to learn from")
    parser.add_argument("--run", type=Path, default=Path("runs/brush"), help="folder of the run")
    parser.add_argument("--packed", type=Path, help="folder of decoded pictures (default: the run's)")
    parser.add_argument("--from", dest="begin", type=Path, help="weights to begin with")
    parser.add_argument("--reader", type=Path, help="weights of brush_reading.py for its reader")
    parser.add_argument("--overwrite", action="store_true", help="begin anew")
    add_settings(parser, BrushSettings)
    return parser.parse_args()


def main() -> None:
    """Pack the pictures, then train."""
    options = arguments()
    settings = chosen_settings(options, BrushSettings)
    packed = options.packed or options.run
    packed.mkdir(parents=True, exist_ok=True)
    pack(options.photos, packed / "photos.npy", _MARGIN)
    named = [(Path(each.partition("=")[0]), each.partition("=")[2]) for each in options.paintings]
    folders = [folder for folder, _ in named]
    paintings = packed / "paintings"
    pack_paintings(folders, [int(most or 10**6) for _, most in named], paintings, options.measured)
    looking = Looking()
    pixels = np.load(paintings.with_suffix(".npy"), mmap_mode="r")
    looking.fit((as_tensor(square[None]) for square in pixels[:_FITTED]), packed / "bases.safetensors")
    keep_statistics(paintings, looking)
    source = Sittings(packed / "photos.npy", paintings, settings.crop, settings.batch, settings.seed)
    torch.manual_seed(settings.seed)
    network = BrushNetwork()
    begin_with(network, options.begin, options.reader)
    run = TrainingRun(
        BrushTraining(network, looking, settings),
        source,
        settings,
        epochs=settings.steps * settings.batch / source.count,
    )
    record = {
        "pareidolia": pareidolia.__version__,
        "model": "brush",
        "settings": settings.model_dump(mode="json"),
        "photos": [folder.name for folder in options.photos],
        "paintings": [folder.name for folder in folders],
        "begun from": [each.name for each in (options.begin, options.reader) if each is not None],
    }
    folder = TrainingFolder(options.run, record)
    begin_or_resume(folder, run, folder.begun and not options.overwrite)
    told(folder.steps(run, draw_preview), settings.log_every)
    result: Any = run.result
    save_half(options.run / "brush.safetensors", result.network)


def begin_with(network: BrushNetwork, begin: Path | None, reader: Path | None) -> None:
    """Take weights of a brush that is there already, and of a reader: the brush's painter alone, then."""
    if reader is not None:
        fit_state_dict(network.reader, read_state_dict(reader), reader, "brush's reader")
    if begin is None:
        return
    given = {
        name.removeprefix("network."): tensor
        for name, tensor in read_state_dict(begin).items()
        if not name.startswith("critic.")
    }
    if reader is None:
        fit_state_dict(network, given, begin, "brush")
    else:
        own = "painter."
        painter = {name.removeprefix(own): given[name] for name in given if name.startswith(own)}
        fit_state_dict(network.painter, painter, begin, "brush's painter")


@torch.no_grad()
def draw_preview(run: TrainingRun, path: Path) -> None:
    """Save a sheet of sample photos, each as every sample painting."""
    result: Any = run.result
    network: BrushNetwork = result.network
    paintings = [resize_picture(open_picture(f"sample:{name}"), (288, 384)) for name in SHOWN_PAINTINGS]
    cells = [(torch.ones(1, 3, 288, 384), ""), *((painting, "") for painting in paintings)]
    for name in SHOWN_PHOTOS:
        photo = resize_picture(open_picture(f"sample:{name}"), (288, 384))
        painted = [network(photo, network.codes_of(painting)) for painting in paintings]
        cells += [(picture, "") for picture in (photo, *painted)]
    save_picture(
        sheet(cells, 1 + len(paintings), title=f"step {run.index} of {run.total}"), path, overwrite=True
    )


if __name__ == "__main__":
    main()
