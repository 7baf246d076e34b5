"""Codes of pictures with their labels, kept beside a run's weights so that looks at them need no pictures.

RUN/codes.safetensors holds `codes` N×L and `labels` N (-1 where unknown) of N test pictures.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from pareidolia.networks.weights import read_state_dict
from pareidolia.settings import BadRecord

CODES = "codes.safetensors"
_SLOWLY = 2000


@dataclass(frozen=True)
class LabeledCodes:
    """Codes of pictures.

    Attributes:
        codes: N×L.
        labels: N int64, or None if the pictures have none.
        source: which pictures, in words: "1,497 training pictures".
    """

    codes: Tensor
    labels: Tensor | None
    source: str


def worth_encoding(model: Any, count: int, most: int | None = None) -> Tensor:
    """Which of `count` pictures to encode: evenly spread, at most `most`, 2,000 where a code takes long."""
    slowly = _SLOWLY if getattr(model, "encodes_slowly", False) else count
    return torch.arange(0, count, -(-count // min(most or count, slowly)))


def keep_codes(folder: Path, codes: Tensor, labels: Tensor | None) -> None:
    """Write codes N×L in half precision, and their labels N, into a run's folder."""
    known = torch.full((len(codes),), -1) if labels is None else labels
    tensors = {"codes": codes.detach().cpu().half().contiguous(), "labels": known.to(torch.int16)}
    save_file(tensors, folder / CODES)


def kept_codes(folder: Path, latent: int) -> LabeledCodes | None:
    """Read the codes that are kept in a run's folder.

    Args:
        folder: the run's.
        latent: length of the model's codes.

    Returns:
        The codes; None if there are none.

    Raises:
        BadNetwork: the file is broken.
        BadRecord: the codes are of another model.
    """
    path = folder / CODES
    if not path.is_file():
        return None
    found = read_state_dict(path)
    codes, labels = found.get("codes"), found.get("labels")
    if codes is None or labels is None or codes.shape != (len(labels), latent):
        raise BadRecord(f"{path} does not hold codes of length {latent} with their labels")
    known = labels.long() if bool((labels >= 0).any()) else None
    return LabeledCodes(codes.float(), known, f"{len(codes):,} test pictures")
