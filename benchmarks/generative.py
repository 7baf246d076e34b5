"""Training throughput of a VAE against pythae's: the same architecture, batch and machine, in turn.

Both train 784-512-50 in float32 on the same grey pictures with Adam and pixelwise cross-entropy, each with
its own loop, one process of all threads. pythae is imported from a checkout of clementchadebec/benchmark_VAE.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.runner import Report, interleaved
from pareidolia.generative.building import build, settings_of
from pareidolia.training import TrainingFolder, TrainingRun
from pareidolia.training.data import Pictures, PictureSet, open_pictures

BATCH, HIDDEN, LATENT = 100, 512, 50


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--pythae", type=Path, required=True, help="a checkout of pythae")
    parser.add_argument("--data", default="mnist", help="data of 28x28 pixels, as pareidolia train takes it")
    parser.add_argument("--pictures", type=int, default=10_000, help="pictures in each timed epoch")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is timed")


def compare(options: argparse.Namespace) -> Report:
    """Pictures a second of each, and the ratio."""
    sys.path.insert(0, str(options.pythae / "src"))
    logging.disable(logging.WARNING)
    whole = open_pictures(options.data)
    pictures = replace(whole, bytes=whole.bytes[: options.pictures].clone(), labels=None)
    with tempfile.TemporaryDirectory() as folder:
        contenders = {
            "pythae": pythae_epochs(pictures, Path(folder)),
            "ours": our_epochs(pictures, Path(folder), options.rounds + 1),
        }
        seconds = interleaved(contenders, options.rounds)
    speeds = {name: len(pictures) / taken for name, taken in seconds.items()}
    ratio = speeds["ours"] / speeds["pythae"]
    report = Report("VAE training, 784-512-50, batch 100", ("loop", "pictures a second"))
    report.rows = [(name, round(speed)) for name, speed in speeds.items()]
    report.figures = {"pictures_a_second": speeds, "ratio": ratio}
    report.summary = [
        f"Ours trains {ratio:.2f} times as fast: batches, noise, log and, each 30 s, a checkpoint included."
    ]
    return report


def pythae_epochs(pictures: PictureSet, folder: Path) -> Callable[[], object]:
    """One more epoch of pythae's own training loop at each call."""
    from pythae.data.datasets import BaseDataset
    from pythae.models import VAE, VAEConfig
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    model = VAE(VAEConfig(input_dim=(1, 28, 28), latent_dim=LATENT, reconstruction_loss="bce"))
    config = BaseTrainerConfig(
        output_dir=str(folder / "pythae"), per_device_train_batch_size=BATCH, learning_rate=1e-3, no_cuda=True
    )
    dataset = BaseDataset(pictures.pictures(), torch.zeros(len(pictures)))
    trainer = BaseTrainer(model, dataset, training_config=config)
    trainer.prepare_training()
    return lambda: trainer.train_step(1)


def our_epochs(pictures: PictureSet, folder: Path, epochs: int) -> Callable[[], object]:
    """One more epoch of our loop at each call."""
    values = {"hidden": (HIDDEN,), "latent": LATENT, "batch": BATCH, "binarize": "no", "epochs": epochs}
    settings = settings_of("vae", {**values, "previews": 0})
    model = build("vae", settings, pictures.shape, 0)
    run = TrainingRun(model, Pictures(pictures, BATCH, 0, torch.device("cpu")), settings)
    keeper = TrainingFolder(folder / "ours", {})
    keeper.begin(run)
    steps = keeper.steps(run)

    def epoch() -> None:
        for _ in range(len(pictures) // BATCH):
            next(steps)

    return epoch
