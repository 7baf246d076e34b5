"""Run directories: what was trained, and how to open it.

RUN/
  settings.json      the model's name and settings, the data's name, shape and classes
  data.safetensors   the pictures, where they were given in Python and have no name
  model.safetensors  the weights that the run gives (the moving average where one is kept)
  checkpoint.pt      everything to go on from; checkpoint.previous.pt the one before
  log.jsonl          a line of losses every so many steps
  samples/           sheets drawn on the way
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from pareidolia.generative.building import build, settings_of
from pareidolia.generative.model import leave_out
from pareidolia.generative.settings import ModelSettings
from pareidolia.networks.weights import fit_state_dict, read_state_dict
from pareidolia.safety import distrusting, expanded
from pareidolia.settings import BadData, BadRecord, UnknownName
from pareidolia.training.data import PictureSet, open_pictures
from pareidolia.training.data.folders import Split
from pareidolia.training.data.found import find_again
from pareidolia.training.data.kept import KEPT, open_kept
from pareidolia.training.data.opening import is_folder
from pareidolia.training.folder import SNAPSHOTS, WEIGHTS
from pareidolia.training.records import SETTINGS, read_record

SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class Run:
    """A trained model and what it was trained on.

    Attributes:
        name: the path or shipped name it was opened by.
        kind: the model's name, such as "vae".
        model: an `nn.Module` in evaluation mode that asks for no gradients; what it can do, the protocols of
            `capabilities.py` tell.
        settings: of the model and its training.
        data: name of the training data, as it was given.
        shape: C, H, W.
        classes: names of the labels; none where the data had none.
        folder: where the run lies.
        record: what its settings.json says of the data.
    """

    name: str
    kind: str
    model: Any
    settings: ModelSettings
    data: str
    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    folder: Path = field(default_factory=Path, compare=False)
    record: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def pictures(
        self, split: Split = "test", data: str | None = None, *, moved_to: str | None = None
    ) -> PictureSet:
        """The run's pictures, or others, of the size and colour that the model takes.

        Args:
            split: which of them.
            data: the name of others.
            moved_to: a folder that may be the run's own, moved; another one is passed over.

        Returns:
            The pictures.

        Raises:
            PareidoliaError: they are not there, or other pictures lie there now.
        """
        channels, height, width = self.shape
        color = "gray" if channels == 1 else "rgb"
        if data is not None and channels in (2, 4):
            raise BadData(
                f"{self.name} was trained on pictures with alpha, given in Python: {data} has none such"
            )
        if data is not None:
            return open_pictures(data, split, size=(height, width), color=color)
        if self.record.get("kept"):
            return open_kept(self.folder / KEPT, split)
        if moved_to is not None and not is_folder(self.data):
            found = open_pictures(moved_to, "train", size=(height, width), color=color)
            if found.fingerprint == self.record.get("fingerprint"):
                whole = found if split == "train" else None
                return whole or open_pictures(moved_to, split, size=(height, width), color=color)
        name = find_again(self.record or {"name": self.data}, self.folder, moved_to)
        with distrusting(f"the run {self.name}"):
            return open_pictures(name, split, size=(height, width), color=color)


def open_run(path: str | Path, device: torch.device | str = "cpu") -> Run:
    """Open a run directory, or a shipped model by its name ("digits-vae").

    Args:
        path: the folder, a file of its snapshots, or the name.
        device: where to.

    Returns:
        The run.

    Raises:
        PareidoliaError: If there is no run, it has saved no weights yet, it is broken, or its prior is code
            and not trusted (`safety/trust.py`).
    """
    folder, weights = _place(path)
    record = read_record(folder)
    try:
        kind, data = record["model"], record["data"]
        settings = settings_of(kind, record["settings"])
        channels, height, width = _checked(data["shape"])
        with distrusting(f"the run {folder}"):  # a prior may be code
            model = build(kind, settings, (channels, height, width), len(data["classes"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadRecord(f"{folder / SETTINGS} is not of a generative model ({error!r})") from error
    if not weights.is_file():
        raise BadRecord(f"{folder} has saved no {WEIGHTS} yet: let it train on with --resume")
    tensors = read_state_dict(weights, model.state_dict())
    leave_out(model, tensors)
    fit_state_dict(model, tensors, weights, f"this {kind}")
    model.to(device).eval().requires_grad_(False)
    shape, classes = (channels, height, width), tuple(data["classes"])
    return Run(str(path), kind, model, settings, str(data["name"]), shape, classes, folder, data)


def _checked(shape: Sequence[Any]) -> Sequence[int]:
    """The shape of pictures, C, H, W, as a run's settings name it; ValueError where no picture has it."""
    if not all(isinstance(each, int) and each > 0 for each in shape):
        raise ValueError(f"pictures of the shape {shape}")
    return shape


def shipped_names() -> list[str]:
    """The models that come with the package."""
    return sorted(each.parent.name for each in SHIPPED.glob(f"*/{SETTINGS}"))


def _place(path: str | Path) -> tuple[Path, Path]:
    """The folder of a run and the file of its weights."""
    folder = expanded(path)
    if folder.is_file() and folder.parent.name == SNAPSHOTS:
        return folder.parent.parent, folder
    if folder.is_dir():
        return folder, folder / WEIGHTS
    if str(path) not in shipped_names():
        raise UnknownName("run or shipped model", str(path), shipped_names())
    return SHIPPED / str(path), SHIPPED / str(path) / WEIGHTS
