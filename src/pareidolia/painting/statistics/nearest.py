"""Nearest neighbours by cosine, among many positions."""

import torch
import torch.nn.functional as F
from torch import Tensor

#: Of a painting's positions so many are looked among, as by STROTSS: all of a map of 32 × 32.
SAMPLED = 1024

_AT_ONCE = 512


def unit(rows: Tensor) -> Tensor:
    """Rows M×N of length 1; those of zeros stay so."""
    return F.normalize(rows, dim=1)


@torch.no_grad()
def nearest(ours: Tensor, theirs: Tensor) -> Tensor:
    """For each row the nearest one of another set, by cosine.

    Args:
        ours: M×N, rows of length 1.
        theirs: S×N, likewise.

    Returns:
        M indexes into `theirs`.
    """
    parts = [(part @ theirs.T).argmax(1) for part in torch.split(ours, _AT_ONCE)]
    return torch.cat(parts)


@torch.no_grad()
def nearest_both_ways(ours: Tensor, theirs: Tensor) -> tuple[Tensor, Tensor]:
    """For each row the nearest one of the other set: M indexes into `theirs`, S indexes into `ours`."""
    of_ours = []
    best = theirs.new_full((len(theirs),), -torch.inf)
    of_theirs = torch.zeros(len(theirs), dtype=torch.long, device=theirs.device)
    for begin in range(0, len(ours), _AT_ONCE):
        cosines = ours[begin : begin + _AT_ONCE] @ theirs.T
        of_ours.append(cosines.argmax(1))
        highest, places = cosines.max(0)
        of_theirs = torch.where(highest > best, places + begin, of_theirs)
        best = torch.maximum(best, highest)
    return torch.cat(of_ours), of_theirs


def cosine_distances(ours: Tensor, theirs: Tensor) -> Tensor:
    """1 − cosine of rows of length 1 in pairs, M; ½ where one of them is zeros."""
    return (ours - theirs).square().sum(1) / 2
