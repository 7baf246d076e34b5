"""The operations that take long, as commands on tiny inputs, and how what they made is compared."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from PIL import Image

from pareidolia.training.log import OF_THE_MACHINE

NETWORK = '''
import torch
from torch import nn

def build():
    """Three classes; layers conv1, relu1, conv2, relu2 before them."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        parts = dict(conv1=nn.Conv2d(3, 6, 3, padding=1), relu1=nn.ReLU(), pool1=nn.MaxPool2d(2),
                     conv2=nn.Conv2d(6, 8, 3, padding=1), relu2=nn.ReLU(), pool2=nn.AdaptiveAvgPool2d(1),
                     flat=nn.Flatten(), classes=nn.Linear(8, 3))
        module = nn.Sequential()
        for name, part in parts.items():
            module.add_module(name, part)
        return module
'''
_LOOKING = ("--network", "net.py:build", "--input", "3x32x32")
_TRAINING = ("photos", "--size", "16", "--epochs", "2", "--batch", "4", "--previews", "1")
_PASSING = ("--method", "one-pass", "--size", "32")


@dataclass(frozen=True)
class LongOperation:
    """A command that takes long.

    Attributes:
        words: of the command, without where its result goes.
        out: where that is.
        resume: the words with which a stopped one goes on; the same command does where there are none.
        needs: a package that must be installed.
    """

    words: tuple[str, ...]
    out: str
    resume: tuple[str, ...] = ("--resume",)
    needs: str = "torch"

    @property
    def command(self) -> tuple[str, ...]:
        """All words of the first start."""
        return (*self.words, "--out", self.out)

    @property
    def going_on(self) -> tuple[str, ...]:
        """All words of a start after a stop."""
        return (*self.command, *self.resume)


def _train(model: str, *more: str) -> LongOperation:
    words = ("train", model, *_TRAINING, "--checkpoint-seconds", "0", *more)
    return LongOperation(words, "run")


_STYLE = ("style", "photo.png", "painting.png", *_LOOKING, "--size", "48", "--coarsest", "44")
_DREAM = ("dream", "photo.png", *_LOOKING, "--aim", "relu2", "--size", "48", "--octaves", "2", "--steps", "2")
OPERATIONS: Mapping[str, LongOperation] = {
    "style": LongOperation((*_STYLE, "--coarse-steps", "2", "--steps", "2", "--bleed", "0"), "out.png"),
    "dream": LongOperation(_DREAM, "out.png"),
    "dream video": LongOperation((*_DREAM, "--frames", "3"), "out.mp4", needs="av"),
    "style video": LongOperation(
        ("style", "video.mp4", "painting.png", *_LOOKING, "--size", "32", "--coarsest", "32", "--steps", "1")
        + ("--coarse-steps", "1", "--frame-steps", "1", "--passes", "1"),
        "out.mp4",
        needs="av",
    ),
    "brush video": LongOperation(("style", "video.mp4", "painting.png", *_PASSING), "out.mp4", needs="av"),
    "patches": LongOperation(
        (
            "patches",
            "photos",
            *_LOOKING,
            "--layer",
            "relu2",
            "--units",
            "0-1",
            "--steps",
            "2",
            "--canvas",
            "16",
        ),
        "sheet.png",
        resume=(),
    ),
    "atlas": LongOperation(
        ("atlas", "build", "photos", *_LOOKING, "--layer", "relu2", "--positions", "4", "--grids", "3")
        + ("--layout", "pca", "--fewest", "1", "--icon-steps", "2", "--icon-size", "16", "--chunk", "3"),
        "atlas",
    ),
    "microscope": LongOperation(
        ("microscope", "photos", *_LOOKING, "--layer", "relu1", "relu2", "--units", "0-2", "--steps", "2")
        + ("--canvas", "16", "--tile", "16", "--at-once", "2", "--chunk", "3", "--no-tuning"),
        "site",
    ),
    "concepts": LongOperation(
        (
            "concepts",
            "photos",
            *_LOOKING,
            "--layer",
            "relu2",
            "--count",
            "2",
            "--chunk",
            "3",
            "--iterations",
            "4",
        ),
        "concepts",
    ),
    "style-sheet": LongOperation(
        ("style-sheet", "photo.png", "painting.png", *_LOOKING, "--size", "44", "--steps", "2")
        + ("--coarse-steps", "1", "--presets", "ink", "--stroke-sizes", "1"),
        "sheet",
    ),
    "style-figures": LongOperation(
        ("style-figures", "photo.png", "painting.png", *_LOOKING, "--size", "44", "--steps", "1")
        + ("--coarse-steps", "1", "--reconstruction-steps", "1", "--style-weights", "1000"),
        "figures",
    ),
    "features": LongOperation(
        ("features", *_LOOKING, "--layer", "relu2", "--units", "0-1", "--size", "32", "--steps", "2"),
        "features.png",
    ),
    "train autoencoder": _train("autoencoder", "--hidden", "8", "--latent", "2"),
    "train vae": _train("vae", "--hidden", "8", "--latent", "2"),
    "train aae": _train("aae", "--hidden", "8", "--latent", "2"),
    "train gan": _train("gan", "--latent", "2"),
    "train flow": _train("flow", "--width", "8", "--blocks", "1"),
    "stylizer": LongOperation(
        ("stylizer", "train", "painting.png", "--photos", "photos", *_LOOKING, "--crop", "64")
        + ("--painting-size", "64", "--width", "4", "--blocks", "1", "--epochs", "1")
        + ("--checkpoint-seconds", "0", "--previews", "1"),
        "run",
    ),
    "style, a folder": LongOperation(("style", "photos", "painting.png", *_PASSING), "painted", resume=()),
}


def available() -> dict[str, LongOperation]:
    """Those whose packages are installed."""
    return {name: each for name, each in OPERATIONS.items() if find_spec(each.needs) is not None}


def write_inputs(folder: Path) -> None:
    """Write what the commands are given."""
    (folder / "net.py").write_text(NETWORK)
    noise = [_noise(number) for number in range(8)]
    noise[0].resize((48, 36)).save(folder / "photo.png")
    noise[1].save(folder / "painting.png")
    for number, picture in enumerate(noise[2:]):
        place = folder / "photos" / ("a" if number % 2 else "b")
        place.mkdir(parents=True, exist_ok=True)
        picture.save(place / f"{number}.png")
    if find_spec("av") is not None:
        from pareidolia.pictures import write_video

        frames = [folder / "photos" / "b" / f"{number}.png" for number in (0, 2, 4)]
        write_video(frames, folder / "video.mp4", 10)


def laid_out(folder: Path) -> tuple[Path, Path]:
    """The folder of the inputs, written, and the place where each case is tried."""
    inputs = folder / "inputs"
    inputs.mkdir()
    write_inputs(inputs)
    return inputs, folder / "case"


def _noise(seed: int) -> Image.Image:
    """A picture with edges and grain, the same every time."""
    generator = torch.Generator().manual_seed(seed)
    small = torch.rand(5, 5, 3, generator=generator).mul(255).to(torch.uint8).numpy()
    return Image.fromarray(small).resize((32, 32), Image.Resampling.BICUBIC)


def fresh(folder: Path, inputs: Path) -> None:
    """Make `folder` anew with the inputs; always under one name, as some results hold absolute paths."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(inputs, folder)


def made(folder: Path, inputs: Path) -> dict[str, str]:
    """A digest of each file that a command made, by its path; of logs without what the machine decides.

    The checkpoint before the last depends on the clock, and is left out.
    """
    given = {path.relative_to(inputs) for path in inputs.rglob("*")}
    found = {path.relative_to(folder) for path in folder.rglob("*") if "__pycache__" not in path.parts}
    return {
        path.as_posix(): _digest(folder / path)
        for path in sorted(found - given)
        if path.name != "checkpoint.previous.pt"
    }


def _digest(path: Path) -> str:
    if path.is_dir():
        return "folder"
    content = path.read_bytes()
    if path.suffix == ".jsonl":
        lines = [json.loads(line) for line in content.splitlines()]
        content = json.dumps([{**line, **dict.fromkeys(OF_THE_MACHINE)} for line in lines]).encode()
    return hashlib.sha256(content).hexdigest()
