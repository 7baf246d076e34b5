#!/usr/bin/env python3
"""Train the generative models that the package ships, on scikit-learn's digits, on MNIST and on faces.

    python recipes/generative_models.py [NAME ...] [--runs runs/shipped] [--mnist FOLDER] [--faces FOLDER]

Each run is an ordinary run directory, so a killed one goes on when the recipe is started again. Its weights
in half precision, without discriminators, and its settings are then written into the package, and for MNIST,
which is not at hand everywhere, the codes and labels of test pictures; card.md beside them is by hand.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from pareidolia.generative.building import settings_of
from pareidolia.generative.capabilities import Encodes
from pareidolia.generative.codes import keep_codes
from pareidolia.generative.looking import LatentSpace
from pareidolia.generative.runs import SHIPPED, open_run
from pareidolia.generative.training import prepare
from pareidolia.training.data.given import Data
from pareidolia.training.folder import WEIGHTS
from pareidolia.training.records import SETTINGS

SCHEDULE = {"schedule": "linear", "average": 0.999, "previews": 4, "log_every": 500}
# Wide enough that even two numbers draw a clean line; half precision keeps a model below 3 MB.
MNIST = {"hidden": (512, 256), "activation": "silu", "learning_rate": 3e-3}
# A flow's code is as large as a picture.
CODES = {"mnist-flow": 500}
KEPT = ("name", "pictures", "fingerprint", "shape", "classes", "skipped")
MODELS = {
    "mnist-vae": ("vae", MNIST | {"latent": 2, "epochs": 40, "kl_warm_up": 1}),
    "mnist-vae-32": ("vae", MNIST | {"latent": 32, "epochs": 20, "kl_warm_up": 2}),
    # A stronger game than the default, ended early: one petal for each digit.
    "mnist-aae": (
        "aae",
        {
            "latent": 2,
            "hidden": (512, 256),
            "prior": "mixture",
            "labels": "prior",
            "epochs": 5,
            "adversarial": 2.0,
            "learning_rate": 5e-4,
            "average": 0.99,
            "schedule": "cosine",
        },
    ),
    "mnist-flow": (
        "flow",
        {
            "labels": "condition",
            "guidance": 2.0,
            "learning_rate": 2e-3,
            "warm_up": 200,
            "batch": 64,
            "epochs": 8,
        },
    ),
    "mnist-gan": (
        "gan",
        {
            "labels": "condition",
            "network": "convolutional",
            "hidden": (256,),
            "latent": 64,
            "r1": 0.1,
            "learning_rate": 2e-3,
            "batch": 64,
            "epochs": 16,
        },
    ),
    # 8,000 steps, about two hours of a core: what sees already need not learn to see.
    "faces-gan": (
        "gan",
        {
            "network": "residual",
            "size": 64,
            "width": 24,
            "latent": 128,
            "discriminator": "projected",
            "augment": ("color", "translation", "cutout"),
            "loss": "hinge",
            "r1": 0.0,
            "learning_rate": 3e-4,
            "schedule": "constant",
            "batch": 16,
            "epochs": 15,
            "previews": 30,
            "log_every": 100,
        },
    ),
    # Of grey values: eight by eight pixels drawn at random say too little to spread ten digits in the plane.
    "digits-vae": (
        "vae",
        {"latent": 2, "hidden": (256, 256), "activation": "silu", "epochs": 400, "likelihood": "gaussian"},
    ),
    "digits-aae": (
        "aae",
        {
            "latent": 2,
            "hidden": (256, 256),
            "prior": "mixture",
            "labels": "prior",
            "epochs": 120,
            "adversarial": 1.0,
            "average": 0.99,
        },
    ),
    "digits-gan": (
        "gan",
        {"latent": 32, "hidden": (256, 256), "epochs": 500, "r1": 2},
    ),
}
# What `generative_table.py` measures besides.
MEASURED = {
    # The project's first GAN of faces, which faces-gan is measured against.
    "faces-gan-first": (
        "gan",
        {
            "network": "convolutional",
            "size": 64,
            "r1": 0.1,
            "learning_rate": 1e-3,
            "schedule": "constant",
            "average": 0.998,
            "batch": 32,
            "epochs": 25,
            "log_every": 100,
        },
    ),
    # Likelihoods of the same pictures, see `smooth_digits`.
    "smooth-flow": ("flow", {"epochs": 400, "learning_rate": 2e-3, "warm_up": 100}),
    "smooth-vae": (
        "vae",
        {
            "latent": 8,
            "hidden": (256, 256),
            "activation": "silu",
            "epochs": 400,
            "likelihood": "gaussian",
        },
    ),
    "mnist-aae-1000": (
        "aae",
        {
            "labels": "semi-supervised",
            "labeled": 1000,
            "noise": 0.4,
            "epochs": 25,
            "learning_rate": 2e-3,
            "adversarial": 0.25,
            "average": 0.99,
        },
    ),
}


def smooth_digits() -> tuple[Tensor, Tensor]:
    """scikit-learn's digits, N×8×8, and labels; each of the 17 levels is spread over 15 of 255.

    A density of the levels themselves has no bound, and a flow finds the levels: it gave the digits 166 nats
    more than a VAE did, 2.6 a pixel, of which the gaps between 17 levels alone are worth 2.7.
    """
    from sklearn.datasets import load_digits

    found = load_digits()
    levels = torch.from_numpy(found.images).long()
    spread = torch.randint(15, levels.shape, generator=torch.Generator().manual_seed(0))
    return (15 * levels + spread).to(torch.uint8), torch.from_numpy(found.target)


def train(name: str, runs: Path, data: Data) -> Path:
    """Train to the end, from wherever the run stands; gives its folder."""
    kind, values = (MODELS | MEASURED)[name]
    training = prepare(kind, data, settings_of(kind, SCHEDULE | values), runs / name)
    training.begin(resume=training.folder.begun)
    for step in training:
        if step.index % 1000 == 0:
            losses = {key: round(loss, 3) for key, loss in step.losses.items()}
            print(name, step.index, step.total, losses, flush=True)
    return training.folder.path


def ship(run: Path, name: str) -> None:
    """Write the run's weights in half precision, its settings, and codes of MNIST's into the package."""
    target = SHIPPED / name
    target.mkdir(parents=True, exist_ok=True)
    opened = open_run(run)
    weights = {
        key: value.half().contiguous()
        for key, value in load_file(run / WEIGHTS).items()
        if key.partition(".")[0] not in opened.model.only_for_training
    }
    save_file(weights, target / WEIGHTS)
    record = json.loads((run / SETTINGS).read_text())
    if name.startswith("mnist") and isinstance(opened.model, Encodes):
        pictures = opened.pictures("test")
        chosen = torch.arange(0, len(pictures), len(pictures) // CODES.get(name, 2000))
        space = LatentSpace(opened)
        keep_codes(target, space.encode(pictures.pictures(chosen)), pictures.labels[chosen])
    if not name.startswith("digits"):
        record["data"] = {key: record["data"][key] for key in KEPT} | {"name": name.partition("-")[0]}
    (target / SETTINGS).write_text(json.dumps(record, indent=1) + "\n")
    print(f"{target}: {sum(file.stat().st_size for file in target.iterdir()):,} bytes")


def main() -> None:
    """Train and ship the models named, or all that are shipped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(MODELS | MEASURED))
    parser.add_argument("--runs", type=Path, default=Path("runs/shipped"), help="where the runs go")
    parser.add_argument("--mnist", default="mnist", help="MNIST's pictures, where not torchvision's")
    parser.add_argument("--faces", default="faces", help="a folder of pictures for faces-gan")
    parser.add_argument("--ship-only", action="store_true", help="take the runs as they are")
    parser.add_argument("--train-only", action="store_true", help="leave the package as it is")
    options = parser.parse_args()
    torch.set_num_threads(1)  # networks this small gain nothing from more
    named: dict[str, Data] = {"mnist": options.mnist, "faces": options.faces, "digits": "digits"}
    for name in options.names or MODELS:
        kind = name.partition("-")[0]
        data = smooth_digits() if kind == "smooth" else named[kind]
        run = options.runs / name if options.ship_only else train(name, options.runs, data)
        if name in MODELS and not options.train_only:
            ship(run, name)


if __name__ == "__main__":
    main()
