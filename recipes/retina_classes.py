#!/usr/bin/env python3
"""Teach retina's trunk classes, and keep what it sees of VGG-19.

    python recipes/retina_classes.py --small MINI_IMAGENET/train --large IMAGENETTE/train IMAGEWOOF/train
        --measured FOLDER [FOLDER ...] --trunk runs/retina/retina.safetensors --teacher slim_vgg19.safetensors
        --run runs/retina_classes

The photos lie in folders by class id. Three parts, of --head, --steps and --robust steps: the head alone on
the frozen trunk; then stages 3 to 5 with it; then the same with half of the small photos moved by the L2
perturbation of length --epsilon that raises their loss most (one step of the gradient, from a random start;
Engstrom et al. 2019, "Adversarial Robustness as a Prior for Learned Representations", take seven of 3).
Stages 1 and 2 stay as they are. The loss is cross-entropy plus, on the large photos, the unexplained variance
of the teacher's maps, so that the style layers stay what they were.

Killed and started again with the same arguments, the run goes on from its last checkpoint. It writes into its
folder: log.jsonl, checkpoint.pt, retina.safetensors (half precision, normalisation folded, moving average of
the weights), classes.txt (class ids, in the order of the outputs) and history/STEP.safetensors.
"""

import argparse
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from class_photos import ClassBatch, ClassCrops, ClassPhotos, measured_thumbnails, pack_classes
from feature_distillation import Student, folded, moments, set_readouts, variance_explained, with_batch_norm
from packed_pictures import ahead, as_tensor
from pareidolia.networks import retina
from run_files import note, save, save_half, write
from slim_vgg import SlimVgg

TRUNK = tuple(f"stage{k}" for k in range(1, 6))
FROZEN = TRUNK[:2]
WARM_UP = 60
HISTORY = (0, 30, 100, 300, 1_000, 2_000, 3_000, 4_000, 6_000, 8_000)
FOLDERS = ("small", "large", "measured", "trunk", "teacher", "run")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--small", type=Path, nargs="+", required=True, help="folders of 84 px photos by class"
    )
    parser.add_argument(
        "--large", type=Path, nargs="+", required=True, help="folders of 224 px photos by class"
    )
    parser.add_argument("--measured", type=Path, nargs="+", required=True, help="photos never to learn from")
    parser.add_argument("--without", nargs="*", default=[], help="class ids of --large that --small has too")
    parser.add_argument("--trunk", type=Path, required=True, help="weights that retina.py trained")
    parser.add_argument("--teacher", type=Path, required=True, help="slim_vgg19.safetensors")
    parser.add_argument("--run", type=Path, default=Path("runs/retina_classes"), help="folder of the run")
    parser.add_argument(
        "--sizes", type=int, nargs=2, default=(96, 128), help="sides of the crops, early and late"
    )
    parser.add_argument("--batch", type=int, nargs=2, default=(48, 16), help="small and large photos a step")
    parser.add_argument("--head", type=int, default=300, help="steps of the head alone")
    parser.add_argument("--steps", type=int, default=3_000, help="steps of the head and stages 3 to 5")
    parser.add_argument("--robust", type=int, default=1_200, help="steps with perturbations, at the end")
    parser.add_argument(
        "--epsilon", type=float, default=0.5, help="length of a perturbation, pixels in [0, 1]"
    )
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--decay", type=float, default=0.02, help="AdamW's weight decay")
    parser.add_argument("--features", type=float, default=1.0, help="weight of the unexplained variance")
    parser.add_argument("--smoothing", type=float, default=0.1, help="label smoothing")
    parser.add_argument("--dropout", type=float, default=0.1, help="of the head's inputs")
    parser.add_argument("--ema", type=float, default=0.995, help="decay of the weights' moving average")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=300, help="steps between checkpoints")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args()


class Classifier(nn.Module):
    """The whole network, with the readouts that compare its trunk to the teacher."""

    def __init__(self, network: nn.Sequential, dropout: float) -> None:
        super().__init__()
        self.network, self.student, self.dropout = network, Student(network[:5]), nn.Dropout(dropout)

    def forward(self, pictures: Tensor) -> Tensor:
        """N×3×H×W in [0, 1] → N×K class scores."""
        return self.scores(self.student.look(pictures)[1])

    def scores(self, maps: Tensor) -> Tensor:
        """The class scores from the trunk's last map."""
        head = self.network.head
        pooled = head.flatten(head.mean(self.network.stage6(maps)))
        return head.classes(self.dropout(pooled)).float()


@torch.no_grad()
def trainable(trunk: Path, classes: int, pictures: Tensor) -> nn.Sequential:
    """retina with the trunk's weights, and from stage 3 on with batch normalisation.

    The trunk's normalisations are given the mean and the spread that its convolutions have on `pictures`, so
    that they change nothing yet; the head's is new.
    """
    network = retina.build(classes)
    network.load_state_dict({k: v for k, v in load_file(trunk).items() if k[:6] in TRUNK}, strict=False)
    x = (pictures - torch.tensor(retina.MEAN)[:, None, None]) / torch.tensor(retina.STD)[:, None, None]
    for name, stage in list(network[:5].named_children()):
        before = {}
        for layer_name, layer in stage.named_children():
            x = layer(x)
            if isinstance(layer, nn.Conv2d):
                before[layer_name.replace("conv", "norm")] = (x.mean((0, 2, 3)), x.var((0, 2, 3)), layer.bias)
        if name in FROZEN:
            stage.requires_grad_(False)
            continue
        stage = with_batch_norm(stage)
        for layer_name, (mean, variance, bias) in before.items():
            norm = stage.get_submodule(layer_name)
            norm.running_mean.copy_(mean - bias)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.copy_(mean)
        setattr(network, name, stage)
    network.stage6 = with_batch_norm(network.stage6)
    nn.init.kaiming_normal_(network.stage6.conv1.weight)
    return network


class Run:
    """A classifier, its moving average and its optimizer, which step, stop, and go on."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.device = options, torch.device(options.device)
        torch.manual_seed(options.seed)
        self.photos = [ClassPhotos(options.run / f"{name}.npy") for name in ("small", "large")]
        self.crops = ClassCrops(*self.photos, tuple(options.batch), options.seed, self.size)
        classes = len(self.crops.classes)
        model = Classifier(trainable(options.trunk, classes, self.first_pictures()), options.dropout)
        self.model = model.to(self.device).to(memory_format=torch.channels_last)
        self.teacher = SlimVgg(options.teacher).to(self.device).to(memory_format=torch.channels_last)
        average = get_ema_multi_avg_fn(options.ema)
        self.average = AveragedModel(self.model, multi_avg_fn=average, use_buffers=True)
        learning = [weight for weight in self.model.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(learning, weight_decay=options.decay, fused=True)
        self.step, self.seconds = 0, 0.0
        self.variances: list[float] = []

    def first_pictures(self) -> Tensor:
        """Some crops of both kinds, before there is a model."""
        batches = [self.crops.at(-1 - i) for i in range(2)]
        return torch.cat([pictures for batch in batches for pictures in (batch.small, batch.large)])

    @property
    def ends(self) -> tuple[int, int, int]:
        """The steps at which the three parts end."""
        head, steps, robust = self.options.head, self.options.steps, self.options.robust
        return head, head + steps, head + steps + robust

    def size(self, step: int) -> int:
        """The side of the crops: the first size for three quarters of the second part, then the second."""
        return self.options.sizes[step >= self.options.head + self.options.steps * 3 // 4]

    def learning_rate(self, step: int) -> float:
        """In each part a linear warm-up and a cosine to zero; the last part begins at half the rate."""
        starts = (0, *self.ends)
        part = min(sum(step >= end for end in self.ends), 2)
        done, length = step - starts[part], starts[part + 1] - starts[part]
        peak = self.options.lr * (0.5 if part == 2 else 1.0)
        warm = min(1.0, (done + 1) / WARM_UP)
        return float(peak * warm * 0.5 * (1 + math.cos(math.pi * done / length)))

    def half(self) -> torch.autocast:
        """bfloat16 convolutions: twice as fast on a GPU, and on a CPU with AVX-512 BF16."""
        return torch.autocast(self.device.type, torch.bfloat16)

    def placed(self, pictures: Tensor) -> Tensor:
        """`pictures` on the device, in the layout of the convolutions."""
        return pictures.to(self.device, memory_format=torch.channels_last)

    def begin(self) -> None:
        """Measure the targets' variance and fit the readouts; or take up the last checkpoint."""
        checkpoint = self.options.run / "checkpoint.pt"
        if checkpoint.exists():
            state = torch.load(checkpoint, map_location=self.device, weights_only=True)
            for name in ("model", "average", "optimizer"):
                getattr(self, name).load_state_dict(state[name])
            self.step, self.seconds, self.variances = state["step"], state["seconds"], state["variances"]
            return
        self.model.eval()
        with torch.no_grad(), self.half():
            batches = (self.placed(self.crops.at(-1 - i).large) for i in range(40))
            sums = moments(self.model.student, self.teacher, batches)
        self.variances = [total.variance for total in sums]
        set_readouts(self.model.student, sums)
        self.average.module.load_state_dict(self.model.state_dict())

    def perturbed(self, pictures: Tensor, classes: Tensor) -> Tensor:
        """`pictures` moved by `epsilon` where the loss grows most, from a random start, within [0, 1]."""
        epsilon = self.options.epsilon
        start = of_length(torch.randn_like(pictures), epsilon / 2)
        moved = (pictures + start).requires_grad_()
        self.model.eval()
        with self.half():
            loss = F.cross_entropy(self.model(moved), classes, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, moved)
        self.model.train()
        change = start + of_length(gradient, epsilon)
        length = change.flatten(1).norm(dim=1)[:, None, None, None]
        return (pictures + change * (epsilon / length).clamp(max=1)).clamp(0, 1)

    def train_on(self, batch: ClassBatch) -> dict[str, float]:
        """One step; gives its loss, its share of right answers, and what stages 3 to 5 explain."""
        torch.manual_seed(self.options.seed + (self.step << 20))  # for dropout and perturbations
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate(self.step)
        self.model.train()
        small, large, classes = (
            self.placed(batch.small),
            self.placed(batch.large),
            batch.classes.to(self.device),
        )
        if self.step >= self.ends[1]:
            some = len(small) // 2
            small = torch.cat([small[:-some], self.perturbed(small[-some:], classes[-some:])])
        with self.half():
            scores, lost = self.head_alone(small) if self.step < self.ends[0] else self.all(small, large)
        loss = F.cross_entropy(scores, classes, label_smoothing=self.options.smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        (loss + self.options.features * lost.sum()).backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimizer.step()
        self.average.update_parameters(self.model)
        self.step += 1
        right = (scores.argmax(1) == classes).float().mean()
        return {"loss": float(loss.detach()), "right": float(right)} | {
            f"stage{k}": 1 - float(each.detach()) for k, each in enumerate(lost, 3)
        }

    def head_alone(self, small: Tensor) -> tuple[Tensor, Tensor]:
        """The class scores, through a trunk that does not learn; and nothing lost."""
        self.model.student.eval()
        with torch.no_grad():
            maps = self.model.student.look(small)[1]
        return self.model.scores(maps), torch.zeros(0)

    def all(self, small: Tensor, large: Tensor) -> tuple[Tensor, Tensor]:
        """The class scores, and what stages 3 to 5 leave unexplained of the teacher's maps of `large`."""
        student = self.model.student
        taps, maps = student.look(torch.cat([small, large]))
        targets = self.teacher(large)
        lost = [
            (readout(tap[len(small) :]).float() - target).square().mean() / variance
            for readout, tap, target, variance in zip(
                student.readouts, taps, targets, self.variances, strict=True
            )
        ]
        return self.model.scores(maps[: len(small)]), torch.stack(lost[2:])

    @torch.no_grad()
    def measured(self) -> dict[str, object]:
        """On photos kept back from training: share of right answers at 128 px, and variance explained."""
        model = self.average.module.eval()
        pictures, classes = self.crops.held_out()
        right = 0
        with self.half():
            for x, y in zip(pictures.split(50), classes.split(50), strict=True):
                larger = F.interpolate(x, (128, 128), mode="bicubic", antialias=True).clamp(0, 1)
                right += int((model(self.placed(larger)).argmax(1).cpu() == y).sum())
            whole = (self.placed(as_tensor(self.photos[1].pictures[i : i + 1])) for i in self.crops.kept(1))
            explained = variance_explained(model.student, self.teacher, whole)
        return {"top1": round(right / len(classes), 4), "explained": [round(value, 4) for value in explained]}

    def keep_history(self) -> None:
        """Weights as they are shipped, at the chosen steps: how the features came to be."""
        if self.step in HISTORY:
            folder = self.options.run / "history"
            folder.mkdir(exist_ok=True)
            save_half(folder / f"{self.step}.safetensors", self.shipped())

    def shipped(self) -> nn.Module:
        """The averaged network, its normalisation folded."""
        return folded(self.average.module.network, retina.build(len(self.crops.classes)))

    def checkpoint(self, recent: list[dict[str, float]]) -> None:
        """Write state, weights, and one line of the log."""
        state = {name: getattr(self, name).state_dict() for name in ("model", "average", "optimizer")}
        state |= {"step": self.step, "seconds": self.seconds, "variances": self.variances}
        folder = self.options.run
        save(folder / "checkpoint.pt", lambda path: torch.save(state, path))
        save_half(folder / "retina.safetensors", self.shipped())
        if self.step in self.ends:
            save_half(folder / f"retina-{self.step}.safetensors", self.shipped())
        means = {key: round(sum(each[key] for each in recent) / len(recent), 4) for key in recent[-1]}
        line = {"step": self.step, "seconds": round(self.seconds), "size": self.size(self.step)}
        write(
            folder, line | {"lr": self.learning_rate(self.step), "train": means, "held_out": self.measured()}
        )

    def go(self) -> None:
        """Train to the last step."""
        self.begin()
        note(self.options, FOLDERS, self.step, [photos.about for photos in self.photos])
        (self.options.run / "classes.txt").write_text("".join(f"{each}\n" for each in self.crops.classes))
        self.keep_history()
        recent: list[dict[str, float]] = []
        began = time.monotonic() - self.seconds
        for batch in ahead(self.crops.at, self.step, self.ends[2]):
            recent.append(self.train_on(batch))
            self.keep_history()
            if self.step % self.options.every == 0 or self.step in self.ends:
                self.seconds = time.monotonic() - began
                self.checkpoint(recent)
                recent = []


def of_length(x: Tensor, length: float) -> Tensor:
    """Each picture of `x` scaled to that L2 length."""
    return x * (length / x.flatten(1).norm(dim=1).clamp_min(1e-12)[:, None, None, None])


def main() -> None:
    """Pack the photos, then train."""
    options = arguments()
    options.run.mkdir(parents=True, exist_ok=True)
    targets = {
        options.run / "small.npy": (options.small, 84, ()),
        options.run / "large.npy": (options.large, 192, options.without),
    }
    if not all(target.with_suffix(".json").exists() for target in targets):
        measured = measured_thumbnails(options.measured)
        for target, (folders, side, without) in targets.items():
            pack_classes(folders, target, side, measured=measured, without=without)
    Run(options).go()


if __name__ == "__main__":
    main()
