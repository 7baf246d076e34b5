"""The collected activations of an atlas: the photos they are from, and their vectors piece by piece."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from pareidolia.atlas.stages import key_of
from pareidolia.collecting import Collection
from pareidolia.collecting.specs import Array
from pareidolia.settings import PareidoliaError


class CollectedActivations:
    """M activations of every layer at the same points of the same photos.

    Its `key` is a digest of what was collected; `pictures`, M int64, are the numbers of the photos they are
    from.

    Args:
        collection: a finished one that kept `SampledActivations`.

    Raises:
        PareidoliaError: If it holds no activations.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        manifest = collection.manifest
        self.key = key_of(
            "collect",
            *(manifest[name] for name in ("format", "layers", "keep", "look")),
            {name: value for name, value in manifest["network"].items() if name != "settings"},
            manifest["pictures"]["digest"],
        )
        self.pictures = np.concatenate([*self._all("pictures")] or [np.empty(0, np.int64)])
        if not len(self.pictures):
            raise PareidoliaError(f"not one picture of {collection.files.folder} could be used")

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def photos(self) -> int:
        """How many photos they are from."""
        return len(np.unique(self.pictures))

    def vectors(self, layer: str) -> Iterator[Array]:
        """The activations of a layer in pieces M_i×C float32, in order."""
        return (piece.astype(np.float32) for piece in self._all(f"{layer}/vectors"))

    def positions(self, layer: str) -> Array:
        """Their rows and columns in the layer's map, M×2 int64."""
        return np.concatenate([*self._all(f"{layer}/positions")]).astype(np.int64)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The folders that hold the photos, right below the one collected; empty if there is only one."""
        found = sorted({_folder(name) for name in self.collection.files.names})
        return tuple(found) if len(found) > 1 else ()

    @cached_property
    def label_of(self) -> Array:
        """The label of each activation, a number into `labels`; M int64. Without labels, zeros."""
        number = {label: i for i, label in enumerate(self.labels)}
        of_photo = np.array([number.get(_folder(name), 0) for name in self.collection.files.names], np.int64)
        found: Array = of_photo[self.pictures]
        return found

    def _all(self, name: str) -> Iterator[Array]:
        for shard in self.collection.shards():
            if name in shard:
                yield shard[name]


def _folder(name: str) -> str:
    return name.split("/")[0] if "/" in name else "."
