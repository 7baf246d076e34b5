"""Pictures given in Python, kept in a run's folder so that they are found again."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from pareidolia.pictures import write_atomically
from pareidolia.settings import BadData
from pareidolia.training.data.folders import Split
from pareidolia.training.data.pictureset import PictureSet

KEPT = "data.safetensors"


def keep_pictures(path: Path, sets: Mapping[Split, PictureSet]) -> None:
    """Write the splits to one file: bytes and labels under "train/pictures", "train/labels" and so on."""
    tensors = {}
    for split, pictures in sets.items():
        tensors[f"{split}/pictures"] = pictures.bytes.contiguous()
        if pictures.labels is not None:
            tensors[f"{split}/labels"] = pictures.labels.contiguous()
    classes = json.dumps(next(iter(sets.values())).classes)
    with write_atomically(path) as file:
        file.write(save(tensors, {"classes": classes}))


def open_kept(path: Path, split: Split) -> PictureSet:
    """Open one split of the pictures that are kept in a run's folder.

    Args:
        path: the file that `keep_pictures` wrote.
        split: train or test.

    Returns:
        The pictures with their labels.

    Raises:
        PareidoliaError: If the file is not there or broken, or no pictures were kept for that split.
    """
    try:
        with safe_open(path, "pt") as file:
            names = set(file.keys())
            classes = tuple(json.loads(file.metadata()["classes"]))
            levels = file.get_tensor(f"{split}/pictures")
            labels = file.get_tensor(f"{split}/labels") if f"{split}/labels" in names else None
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BadData(f"{path}, which keeps the run's pictures, cannot be read: {error}") from error
    if not len(levels):
        raise BadData(f"no pictures were kept for the {split} split in {path.parent}")
    return PictureSet(str(path.parent), split, levels, labels, classes)
