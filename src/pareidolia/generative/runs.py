"""Run directories: what was trained, and how to open it.

RUN/
  settings.json      the model's name and settings, the data's name, shape and classes
  model.safetensors  the weights that the run gives (the moving average where one is kept)
  checkpoint.pt      everything to go on from; checkpoint.previous.pt the one before
  log.jsonl          a line of losses every so many steps
  samples/           sheets drawn on the way
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from pareidolia.generative.building import build, settings_of
from pareidolia.generative.settings import ModelSettings
from pareidolia.networks.weights import load_weights
from pareidolia.safety import distrusting
from pareidolia.settings import PareidoliaError, UnknownName
from pareidolia.training.data import PictureSet, open_pictures
from pareidolia.training.folder import SETTINGS, WEIGHTS, read_record

SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class Run:
    """A trained model and what it was trained on.

    Attributes:
        name: the path or shipped name it was opened by.
        kind: "autoencoder", "vae", "aae" or "gan".
        model: an `nn.Module` in evaluation mode that asks for no gradients; what it can do, the protocols of
            `capabilities.py` tell.
        settings: of the model and its training.
        data: name of the training data, as `open_pictures` takes it.
        shape: C, H, W.
        classes: names of the labels; none where the data had none.
    """

    name: str
    kind: str
    model: Any
    settings: ModelSettings
    data: str
    shape: tuple[int, int, int]
    classes: tuple[str, ...]

    def pictures(self, split: Literal["train", "test"] = "test", data: str | None = None) -> PictureSet:
        """The run's pictures (or others, made to fit): the size and colour that the model takes."""
        channels, size, _ = self.shape
        color = "gray" if channels == 1 else "rgb"
        if data:
            return open_pictures(data, split, size=size, color=color)
        with distrusting(f"the run {self.name}"):
            return open_pictures(self.data, split, size=size, color=color)


def open_run(path: str | Path, device: torch.device | str = "cpu") -> Run:
    """Open a run directory, or a shipped model by its name ("digits-vae").

    Raises PareidoliaError where there is no run, one that has saved no weights yet, a broken one, or one
    whose prior is code and not trusted (`safety/trust.py`).
    """
    folder = _folder(path)
    record = read_record(folder)
    try:
        kind, data = record["model"], record["data"]
        settings = settings_of(kind, record["settings"])
        channels, height, width = data["shape"]
        with distrusting(f"the run {folder}"):  # a prior may be code
            model = build(kind, settings, (channels, height, width), len(data["classes"]))
    except (KeyError, TypeError, ValueError) as error:
        raise PareidoliaError(f"{folder / SETTINGS} is not of a generative model ({error!r})") from error
    if not (folder / WEIGHTS).is_file():
        raise PareidoliaError(f"{folder} has saved no {WEIGHTS} yet: let it train on with --resume")
    load_weights(model, folder / WEIGHTS, f"this {kind}")
    model.to(device).eval().requires_grad_(False)
    return Run(
        str(path), kind, model, settings, data["name"], (channels, height, width), tuple(data["classes"])
    )


def shipped_names() -> list[str]:
    """The models that come with the package."""
    return sorted(each.parent.name for each in SHIPPED.glob(f"*/{SETTINGS}"))


def _folder(path: str | Path) -> Path:
    folder = Path(path).expanduser()
    if folder.is_dir():
        return folder
    if str(path) not in shipped_names():
        raise UnknownName("run or shipped model", str(path), shipped_names())
    return SHIPPED / str(path)
