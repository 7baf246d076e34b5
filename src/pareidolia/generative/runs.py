"""Run directories: what was trained, and how to open it.

RUN/
  settings.json      the model's name and settings, the data's name, shape and classes
  model.safetensors  the weights that the run gives (the moving average where one is kept)
  checkpoint.pt      everything to go on from; checkpoint.previous.pt the one before
  log.jsonl          a line of losses every so many steps
  samples/           sheets drawn on the way
"""

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import load_file
from torch import nn

from pareidolia.generative.settings import ModelSettings
from pareidolia.settings import PareidoliaError, UnknownName
from pareidolia.training.data import PictureSet, open_pictures

SETTINGS, WEIGHTS = "settings.json", "model.safetensors"
SHIPPED = Path(__file__).parent / "shipped"
MODELS = {
    "vae": ("pareidolia.generative.vae:VAE", "pareidolia.generative.settings:VAESettings"),
}


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
        colour = "grey" if channels == 1 else "rgb"
        return open_pictures(data or self.data, split, size=size, colour=colour)


def open_run(path: str | Path, device: torch.device | str = "cpu") -> Run:
    """Open a run directory, or a shipped model by its name ("digits-vae").

    Raises PareidoliaError where there is no run, or a broken one.
    """
    folder = Path(path)
    if not (folder / SETTINGS).is_file():
        if folder.is_dir():
            raise PareidoliaError(f"{folder} holds no {SETTINGS}: it is no run of pareidolia train")
        shipped = sorted(each.name for each in SHIPPED.glob("*/") if each.is_dir())
        if str(path) not in shipped:
            raise UnknownName("run or shipped model", str(path), shipped)
        folder = SHIPPED / str(path)
    record = json.loads((folder / SETTINGS).read_text())
    model = build(record["model"], record["settings"], record["shape"], len(record["classes"]))
    model.load_state_dict({key: value.float() for key, value in load_file(folder / WEIGHTS).items()})
    model.to(device).eval().requires_grad_(False)
    return Run(
        str(path),
        record["model"],
        model,
        model.settings,
        record["data"],
        tuple(record["shape"]),
        tuple(record["classes"]),
    )


def build(kind: str, settings: dict[str, Any], shape: tuple[int, int, int], classes: int) -> Any:
    """A new model of that kind, with weights drawn by its seed."""
    if kind not in MODELS:
        raise UnknownName("model", kind, MODELS)
    model_class, settings_class = (_find(place) for place in MODELS[kind])
    validated = settings_class.model_validate(settings)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(validated.seed)
        model: nn.Module = model_class(validated, tuple(shape), classes)
    return model


def _find(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)
