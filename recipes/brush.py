#!/usr/bin/env python3
"""Train brush to paint any photo like any painting.

    python recipes/brush.py --photos FOLDER... --paintings FOLDER[=MOST]... --teacher slim_vgg19.safetensors \
        --run runs/brush

The loss is what a painted picture lacks of the painting's Gram matrices at three sizes and of the photo's
content (`brush_loss.py`), and what gives it away as none of the painting's own (`brush_critic.py`): Gram
matrices alone are as content with one weave all over as with strokes. Killed and started again with the same
arguments, the run goes on from its last checkpoint. `--from` begins with weights that are there already,
brush's own or a run's. It leaves in the run's folder: settings.json, log.jsonl, samples/, checkpoint.pt,
model.safetensors and brush.safetensors, which is the moving average of the weights in half precision.
"""

import argparse
from pathlib import Path
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor, nn

import pareidolia
from brush_critic import Critic
from brush_loss import Looking
from brush_material import Sitting, Sittings, pack_paintings
from packed_pictures import pack
from pareidolia.generative.adversary import discriminator_loss, generator_loss, gradient_penalty
from pareidolia.networks.weights import fit_state_dict, read_state_dict
from pareidolia.pictures import open_picture, resize_picture, save_picture, sheet
from pareidolia.style.brush.network import BrushNetwork
from pareidolia.training import Losses, Phase, StepContext, TrainingFolder, TrainingRun, adam
from pareidolia.training.settings import TrainingSettings
from run_files import save_half

SHOWN_PHOTOS = ("chelsea", "coffee", "rocket")
SHOWN_PAINTINGS = ("strokes", "waves", "mosaic", "rectangles", "ink")
_MARGIN = 224
_WORST = 3.0


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
    content_weight: float = 0.5
    critic_weight: float = 0.25
    r1: float = 10.0
    r1_every: int = 4


class BrushTraining(nn.Module):
    """brush, its critic, and the two phases in which they are trained. What looks is none of its modules."""

    def __init__(self, network: BrushNetwork, looking: Looking, settings: BrushSettings) -> None:
        super().__init__()
        self.network = network
        self.critic = Critic()
        self._looking = [looking]
        self._settings = settings
        self._painted = torch.empty(0)  # what a step's first phase painted, for its second

    def phases(self) -> list[Phase]:
        """Paint; then learn to tell what was painted from paintings."""
        return [
            Phase("paint", self.network.parameters(), self._paint),
            Phase("judge", self.critic.parameters(), self._judge, optimizer=adam((0.5, 0.99))),
        ]

    def _paint(self, sitting: Sitting, context: StepContext) -> Losses:
        settings = self._settings
        codes = self.network.codes_of(sitting.paintings)
        painted = self.network(sitting.photos, codes, origin=sitting.origin)
        self._painted = painted.detach().float()
        content, styles = self._looking[0].losses(painted, sitting.photos, sitting.grams)
        sizes = styles.new_tensor([settings.whole, settings.half, settings.quarter])
        style = (sizes[:, None] * tame(styles).mean(0).view(3, 5)).mean()
        liking = generator_loss(self.critic(painted, self._pieces(sitting)[1]))
        total = settings.content_weight * content.mean() + settings.style_weight * style
        total = total + settings.critic_weight * liking
        metrics = {"liking": liking, "content": content.mean(), **self._told(styles)}
        return Losses(total, {name: value.detach() for name, value in metrics.items()})

    def _judge(self, sitting: Sitting, context: StepContext) -> Losses:
        """Real is a piece of the painting; neither what was painted nor a piece of another painting is."""
        settings = self._settings
        piece, wanted = self._pieces(sitting)
        real = self.critic(piece, wanted)
        painted, other = self.critic(self._painted, wanted), self.critic(piece, wanted.roll(1, 0))
        loss = discriminator_loss(real, torch.cat([painted, other]))
        metrics = {
            name: logits.sigmoid().mean()
            for name, logits in {"real": real, "painted": painted, "other": other}.items()
        }
        if context.step % settings.r1_every == 0:
            with torch.autocast(piece.device.type, enabled=False):
                penalty, _ = gradient_penalty(lambda seen: self.critic(seen, wanted).mean(1), piece)
            metrics["r1"] = penalty
            loss = loss + 0.5 * settings.r1 * settings.r1_every * penalty
        return Losses(loss, {name: value.detach() for name, value in metrics.items()})

    def _pieces(self, sitting: Sitting) -> tuple[Tensor, Tensor]:
        """Two corners of each painting, as large as the crops."""
        side, paintings = sitting.photos.shape[-1], sitting.paintings.float()
        return paintings[..., :side, :side], paintings[..., -side:, -side:]

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
    parser.add_argument("--teacher", type=Path, required=True, help="slim_vgg19.safetensors")
    parser.add_argument("--run", type=Path, default=Path("runs/brush"), help="folder of the run")
    parser.add_argument("--packed", type=Path, help="folder of decoded pictures (default: the run's)")
    parser.add_argument("--from", dest="begin", type=Path, help="weights to begin with")
    parser.add_argument("--overwrite", action="store_true", help="begin anew")
    for name, field in BrushSettings.model_fields.items():
        if name not in ("epochs", "schedule", "precision", "device"):
            parser.add_argument(
                f"--{name.replace('_', '-')}", type=type(field.default), default=field.default
            )
    return parser.parse_args()


def main() -> None:
    """Pack the pictures, then train."""
    options = arguments()
    chosen = {name: getattr(options, name) for name in BrushSettings.model_fields if hasattr(options, name)}
    settings = BrushSettings(**chosen)
    packed = options.packed or options.run
    packed.mkdir(parents=True, exist_ok=True)
    looking = Looking(options.teacher)
    pack(options.photos, packed / "photos.npy", _MARGIN)
    named = [(Path(each.partition("=")[0]), each.partition("=")[2]) for each in options.paintings]
    folders = [folder for folder, _ in named]
    pack_paintings(folders, [int(most or 10**6) for _, most in named], looking, packed / "paintings")
    source = Sittings(
        packed / "photos.npy", packed / "paintings.npy", settings.crop, settings.batch, settings.seed
    )
    torch.manual_seed(settings.seed)
    network = BrushNetwork()
    if options.begin is not None:
        given = read_state_dict(options.begin)
        tensors = {name.removeprefix("network."): tensor for name, tensor in given.items()}
        fit_state_dict(network, tensors, options.begin, "brush")
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
        "begun from": None if options.begin is None else options.begin.name,
    }
    folder = TrainingFolder(options.run, record)
    if folder.begun and not options.overwrite:
        folder.resume(run)
    else:
        folder.begin(run)
    for step in folder.steps(run, draw_preview):
        if step.index % settings.log_every == 0:
            print(f"{step.index}/{step.total} {step.loss:.3f}", flush=True)
    result: Any = run.result
    save_half(options.run / "brush.safetensors", result.network)


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
