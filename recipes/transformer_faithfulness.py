"""How faithful are maps of attention? A small vision transformer, taught ten classes, and twelve photos.

    python -m recipes.transformer_faithfulness IMAGENETTE --out runs/transformer     # trained, then measured
    python -m recipes.transformer_faithfulness IMAGENETTE --network timm:vit_tiny_patch16_224

IMAGENETTE has train/ and val/ with a folder for each class. The transformer is timm's with fewer and narrower
blocks (0.9 M weights, 64 patches of 14 px), so that 30 epochs are half an hour of one core. Measured are the
first of val/'s photos, by turns of the classes, that it names rightly. Where its published weights can be
downloaded, --network measures a transformer of others' training instead, for the class that it names.
"""

import argparse
import math
from collections.abc import Iterator
from itertools import compress, zip_longest
from pathlib import Path

import timm
import torch
import torch.nn.functional as F
from benchmarks.runner import table
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from class_photos import ClassPhotos, pack_classes, photo_paths
from packed_pictures import as_tensor
from pareidolia.inspection import Comparison, FaithfulnessSettings
from pareidolia.inspection.framing import frame_photo
from pareidolia.networks import Network, load_network
from pareidolia.pictures import open_picture, save_picture

METHODS = ("gradient", "smoothgrad", "grad-cam", "attention-rollout", "gradient-rollout", "legrad")
SIDE, PACKED = 112, 128
"""Of what the transformer sees, and of what crops are cut from."""
BATCH, RATE, DECAY, SMOOTHING = 64, 1e-3, 0.05, 0.1
AREA = (0.4, 1.0)
MEASURED, SUPERPIXELS = 12, 60


def transformer(classes: int) -> nn.Module:
    """The network, not yet trained."""
    return timm.create_model(
        "vit_tiny_patch16_224",
        img_size=SIDE,
        patch_size=14,
        embed_dim=128,
        depth=4,
        num_heads=4,
        num_classes=classes,
        drop_path_rate=0.05,
    )


def train(module: nn.Module, photos: ClassPhotos, classes: list[str], epochs: int) -> None:
    """By cross-entropy of smoothed labels, AdamW, a rate that warms up for an epoch and falls as a cosine."""
    numbers = torch.from_numpy(photos.numbers(classes))
    an_epoch = len(numbers) // BATCH
    steps = epochs * an_epoch

    def share(step: int) -> float:
        return min(1.0, (step + 1) / an_epoch) * 0.5 * (1 + math.cos(math.pi * step / steps))

    optimizer = torch.optim.AdamW(module.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, share)
    module.train()
    for step, chosen in enumerate(batches(len(numbers), epochs)):
        logits = module(2 * crops(as_tensor(photos.pictures[chosen.numpy()])) - 1)
        loss = F.cross_entropy(logits, numbers[chosen], label_smoothing=SMOOTHING)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step} of {steps}, loss {loss.item():.3f}", flush=True)
    module.eval()


def batches(count: int, epochs: int) -> Iterator[Tensor]:
    """Sorted numbers of photos, shuffled anew each epoch; what fills no batch is left out."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(epochs):
        order = torch.randperm(count, generator=generator)
        yield from (each.sort().values for each in order.split(BATCH) if len(each) == BATCH)


def crops(pictures: Tensor) -> Tensor:
    """A square of 40 to 100 % of each picture's area, half of them mirrored, N×3×SIDE×SIDE."""
    count = len(pictures)
    scale = torch.empty(count).uniform_(*AREA).sqrt()
    shift = (torch.rand(2, count) * 2 - 1) * (1 - scale)
    mirrored = torch.where(torch.rand(count) < 0.5, -scale, scale)
    grid = torch.zeros(count, 2, 3)
    grid[:, 0, 0], grid[:, 1, 1], grid[:, :, 2] = mirrored, scale, shift.T
    places = F.affine_grid(grid, [count, 3, SIDE, SIDE], align_corners=False)
    return F.grid_sample(pictures, places, align_corners=False, padding_mode="border")


def trained(folder: Path, kept: Path, epochs: int) -> Network:
    """The transformer of `kept`, trained first where there is none."""
    classes = sorted(path.name for path in (folder / "train").iterdir())
    module = transformer(len(classes))
    weights = kept / "transformer.safetensors"
    if not weights.exists():
        kept.mkdir(parents=True, exist_ok=True)
        pack_classes([folder / "train"], kept / "photos.npy", PACKED, measured=torch.zeros(1, 768).numpy())
        torch.manual_seed(0)
        train(module, ClassPhotos(kept / "photos.npy"), classes, epochs)
        save_file(module.state_dict(), weights)
    module.load_state_dict(load_file(weights))
    return Network.of(module, mean=(0.5,) * 3, std=(0.5,) * 3, classes=classes, name="transformer")


def by_turns(folder: Path) -> list[Path]:
    """The photos of val/, one of each class after the other."""
    classes = [photo_paths(each) for each in sorted(folder.iterdir())]
    return [photo for turn in zip_longest(*classes) for photo in turn if photo]


def is_right(network: Network, photo: Path) -> bool:
    """Whether the network calls a photo what its folder is called."""
    logits = frame_photo(network, open_picture(photo)).logits
    return logits is not None and network.class_names[int(logits.argmax())] == photo.parent.name


def main() -> None:
    """Train where there is no network yet, then measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path, help="with train/ and val/, a folder for each class in both")
    parser.add_argument("--out", type=Path, default=Path("runs/transformer"), help="folder of what is made")
    parser.add_argument("--epochs", type=int, default=30, help="of training")
    parser.add_argument("--network", help="measured in the place of one of our own training")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    held_out = by_turns(options.photos / "val")
    if options.network:
        network = load_network(options.network)
    else:
        network = trained(options.photos, options.out, options.epochs)
        right = [is_right(network, photo) for photo in held_out]
        print(f"{100 * sum(right) / len(right):.1f} % of {len(right)} photos of val/ named rightly")
        held_out = list(compress(held_out, right))
    comparison = Comparison(
        held_out[:MEASURED], FaithfulnessSettings(methods=METHODS, superpixels=SUPERPIXELS), network
    )
    for _ in comparison:
        pass
    rows = comparison.result.rows
    columns = [name for name in rows[0] if name != "numbers"]
    print(*table(columns, [[row[name] for name in columns] for row in rows]), sep="\n")
    save_picture(comparison.figure(), options.out / "faithfulness.png", overwrite=True)


if __name__ == "__main__":
    main()
