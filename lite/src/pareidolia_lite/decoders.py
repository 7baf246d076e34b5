"""Generative models that come along: codes to pictures."""

import json
from typing import Any

import numpy as np

from pareidolia_lite.errors import LiteError
from pareidolia_lite.pictures import Picture
from pareidolia_lite.sessions import NETWORKS, Array, Session

_PAPER = np.float32(0.965)
_GAP = 1


def decoder_names() -> list[str]:
    """The models that come along."""
    return sorted(each.stem for each in NETWORKS.glob("decoders/*.onnx"))


class Decoder:
    """A model that makes pictures of codes, each `latent` numbers.

    Args:
        name: of `decoder_names`.

    Raises:
        LiteError: If there is no such model.
    """

    def __init__(self, name: str) -> None:
        if name not in decoder_names():
            raise LiteError(f"there is no model '{name}': there are {', '.join(decoder_names())}")
        self._decode = Session(NETWORKS / "decoders" / f"{name}.onnx")
        self._prior: dict[str, Any] = json.loads(self._decode.metadata["prior"])
        self.latent = int(self._prior["latent"])

    def decode(self, codes: Array) -> Array:
        """Decode.

        Args:
            codes: N×L.

        Returns:
            N×C×H×W in [0, 1].

        Raises:
            LiteError: If the codes are of another length.
        """
        codes = np.asarray(codes, np.float32)
        if codes.ndim != 2 or codes.shape[1] != self.latent:
            raise LiteError(f"a code of this model is {self.latent} numbers, not {codes.shape[-1]}")
        return self._decode(z=codes)

    def draw(self, count: int, seed: int = 0) -> Array:
        """Codes of the model's prior, count×L."""
        chance = np.random.default_rng(seed)
        if self._prior["name"] == "StandardNormal":
            return chance.standard_normal((count, self.latent)).astype(np.float32)
        # Petals: Gaussians in a ring, each long towards the origin.
        turn = 2 * np.pi * chance.integers(self._prior["components"], size=count) / self._prior["components"]
        along = self._prior["radius"] + self._prior["along"] * chance.standard_normal(count)
        across = self._prior["across"] * chance.standard_normal(count)
        outwards, sideways = np.stack([np.cos(turn), np.sin(turn)]), np.stack([-np.sin(turn), np.cos(turn)])
        codes: Array = (along * outwards + across * sideways).T.astype(np.float32)
        return codes


def laid_out(pictures: Array, side: int = 64) -> Picture:
    """Pictures N×C×h×w on a sheet that is about square, enlarged to about `side` pixels in sharp squares."""
    count, _, height, width = pictures.shape
    larger = max(1, side // max(height, width))
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    cell = (height * larger + 2 * _GAP, width * larger + 2 * _GAP)
    sheet = np.full((3, rows * cell[0], columns * cell[1]), _PAPER, np.float32)
    for number, picture in enumerate(pictures):
        top, left = number // columns * cell[0] + _GAP, number % columns * cell[1] + _GAP
        enlarged = picture.repeat(larger, axis=1).repeat(larger, axis=2)
        sheet[:, top : top + enlarged.shape[1], left : left + enlarged.shape[2]] = enlarged
    return sheet
