"""Data sets of torchvision and of the Hugging Face hub, by name."""

import inspect
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch.utils.data import Dataset

from pareidolia.pictures import size_of
from pareidolia.safety import distrusted, expanded
from pareidolia.settings import BadData, UnknownName, one_line
from pareidolia.settings.extras import require
from pareidolia.training.data.folders import Split
from pareidolia.training.data.given import as_picture_set, one_picture, split_pictures
from pareidolia.training.data.packing import LARGEST_AS_IS, Size
from pareidolia.training.data.pictureset import PictureSet

_SPLITS: Mapping[Split, tuple[str, ...]] = {
    "train": ("train", "training"),
    "test": ("test", "val", "valid", "validation"),
}


@dataclass(frozen=True)
class Items(Dataset[tuple[Any, Any]]):
    """Pictures with labels, one after the other, from wherever they are.

    Attributes:
        of: the picture, and its label or None, of each number.
        count: how many there are.
        classes: names of the labels, if they are known.
        whole: whether they are all there is, so that a tenth is kept for the test.
    """

    of: Callable[[int], tuple[Any, Any]]
    count: int
    classes: Sequence[str] = ()
    whole: bool = False

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        if not 0 <= number < self.count:
            raise IndexError(number)
        return self.of(number)


def as_named_set(items: Items, name: str, split: Split, size: Size | None, color: str) -> PictureSet:
    """The items as a set, decoded one by one.

    Args:
        items: of that split, or all there are.
        name: of the set.
        split: of the set.
        size: height and width; None leaves pictures of the first one's size if that is at most 64 px, and
            cuts others to 64×64.
        color: "gray", "rgb", or "auto".

    Returns:
        The pictures.

    Raises:
        PareidoliaError: If there are fewer than two, or one is not a picture.
    """
    if size is None and len(items):
        first = size_of(one_picture(items[0][0], f"the first picture of {name}"))
        size = first if max(first) <= LARGEST_AS_IS else (LARGEST_AS_IS, LARGEST_AS_IS)
    found = as_picture_set(items, size=size, color=color)
    if items.whole:
        found = split_pictures(found)[split == "test"]
    if len(found) < 2:
        raise BadData(f"{name} has {len(found)} pictures for the {split} split: at least two are needed")
    return replace(found, name=name, split=split)


def torchvision_items(name: str, kind: str, root: str, split: Split) -> Items:
    """A data set of torchvision.

    Args:
        name: as it was given, for errors.
        kind: its class, such as "CIFAR10".
        root: its folder; empty is $PAREIDOLIA_DATA or data/.
        split: "train" or "test"; validation stands in where there is no test.

    Returns:
        Its items.

    Raises:
        UnknownName: If torchvision has no such data set.
        PareidoliaError: If it needs more than a folder, is not there, or cannot be fetched; it is not fetched
            where only a file that is not trusted names it.
    """
    from torchvision import datasets

    makers = {each: getattr(datasets, each) for each in datasets.__all__ if each != "VisionDataset"}
    if kind not in makers:
        raise UnknownName("data set of torchvision", kind, makers)
    parameters = inspect.signature(makers[kind]).parameters
    where = expanded(root or os.environ.get("PAREIDOLIA_DATA", "data"))
    asks = distrusted()
    given: dict[str, Any] = {"root": where} if "root" in parameters else {}
    if "download" in parameters:
        given["download"] = asks is None
    lacking = [
        each.name
        for each in parameters.values()
        if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD and each.name not in given
    ]
    if lacking:
        raise BadData(
            f"{name} needs {', '.join(lacking)} too: make it in Python, and give it to pareidolia.train"
        )
    made, whole = _made(makers[kind], parameters, given, split, name, asks)
    classes = getattr(made, "classes", ())
    names = [str(each) for each in classes] if isinstance(classes, list | tuple) else []
    return Items(lambda number: _pair(made[number]), len(made), names, whole)


def _made(
    maker: Callable[..., Any],
    parameters: Mapping[str, Any],
    given: dict[str, Any],
    split: Split,
    name: str,
    asks: str | None,
) -> tuple[Any, bool]:
    """The data set of a split, and whether it has none, so that it is all there is."""
    word = next((each for each in ("split", "image_set") if each in parameters), None)
    ways: list[dict[str, Any]] = [{}]
    if "train" in parameters:
        ways = [{"train": split == "train"}]
    elif word is not None:
        ways = [{word: each} for each in _SPLITS[split]]
    why: Exception | None = None
    for way in ways:
        try:
            return maker(**given, **way), way == {}
        except MemoryError:
            raise
        except Exception as error:  # each data set raises in its own way
            why = why if why is not None and isinstance(error, ValueError) else error
    fetched = f"{asks} names it, so it is not fetched unasked" if asks else "it could not be fetched"
    raise BadData(
        f"{name} is not whole in {given.get('root', '.')}, and {fetched} ({one_line(why or ValueError())}): "
        f"name the folder it is in, as {name.partition(':')[0]}:{maker.__name__}:FOLDER"
    ) from why


def _pair(item: Any) -> tuple[Any, Any]:
    """A picture and its label; labels that are no single number or name count as none."""
    picture, label = (*item, None)[:2] if isinstance(item, tuple) else (item, None)
    single = getattr(label, "numel", lambda: 1)() == 1 and not isinstance(label, list | tuple | dict)
    return picture, label if single else None


def hub_items(name: str, address: str, split: Split) -> Items:
    """A data set of the Hugging Face hub, or a folder in its form, through the package `datasets`.

    No code of it is run. The picture is the first column of pictures, the label the first of classes.

    Args:
        name: as it was given, for errors.
        address: "OWNER/NAME", with "@CONFIG" if it has several; or a folder.
        split: "train" or "test"; validation stands in where there is no test, and where there is none either
            a tenth is kept.

    Returns:
        Its items.

    Raises:
        MissingExtra: If `datasets` is not installed.
        PareidoliaError: If it is not there or cannot be fetched, or has no pictures; it is not fetched where
            only a file that is not trusted names it.
    """
    datasets = require("datasets", extra="data")
    path, _, config = address.partition("@")
    asks = distrusted()
    here = datasets.DownloadConfig(local_files_only=True) if asks is not None else None
    try:
        found = datasets.load_dataset(path, config or None, download_config=here)
    except MemoryError:
        raise
    except Exception as error:  # of the package, of its file systems, of the network
        fetched = f"; {asks} names it, so it is not fetched unasked" if asks else ""
        raise BadData(f"{name} cannot be opened ({one_line(error)}){fetched}") from error
    chosen = next((each for each in _SPLITS[split] if each in found), None)
    rows = found[chosen] if chosen else next(iter(found.values()))
    alone = not any(each in found for each in _SPLITS["test"])
    pictures = [key for key, kind in rows.features.items() if isinstance(kind, datasets.Image)]
    if not pictures:
        raise BadData(f"{name} has no pictures: its columns are {', '.join(rows.features)}")
    labels = [key for key, kind in rows.features.items() if isinstance(kind, datasets.ClassLabel)]
    rows = rows.select_columns([pictures[0], *labels[:1]])
    classes = rows.features[labels[0]].names if labels else ()

    def of(number: int) -> tuple[Any, Any]:
        row = rows[number]
        return row[pictures[0]], row[labels[0]] if labels else None

    return Items(of, len(rows), classes, whole=alone)
