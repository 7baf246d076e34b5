"""`Explanation`: the picture that `saliency` makes, with the maps behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import Tensor

from pareidolia.pictures import check_target, write_atomically
from pareidolia.pictures.result import Result


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(Result):
    """A picture that explains, and the maps behind it.

    Attributes:
        maps: for each photo its map by each method, C×H×W as the network saw the photo, float32; C is 1, or 3
            where signed color is meant.
    """

    maps: Sequence[Mapping[str, Tensor]] = ()

    def save_maps(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Save the maps as arrays: one to a .npy file, several to a .npz by number of the photo and method.

        Raises:
            PareidoliaError: another suffix, a file that is there already, or a folder that cannot be written.
        """
        arrays = {
            f"{photo}-{method}": found.numpy()
            for photo, maps in enumerate(self.maps)
            for method, found in maps.items()
        }
        check_target(path, overwrite, maps_suffixes(len(arrays)))
        with write_atomically(path) as file:
            if len(arrays) == 1:
                np.save(file, next(iter(arrays.values())))
            else:
                np.savez(file, **arrays)  # type: ignore[arg-type]
        return Path(path)


def maps_suffixes(count: int) -> tuple[str, ...]:
    """How the name of a file for `count` maps ends."""
    return (".npy",) if count == 1 else (".npz",)
