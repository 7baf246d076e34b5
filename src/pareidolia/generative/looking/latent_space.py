"""Places in a latent space, by the names that commands take: pictures, labels, random codes."""

import unicodedata
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.capabilities import Encodes, HasPrior, Prior
from pareidolia.generative.codes import LabeledCodes, kept_codes, worth_encoding
from pareidolia.generative.conditions import WithLabel
from pareidolia.generative.looking.inversion import can_invert, find_codes
from pareidolia.generative.runs import Run
from pareidolia.generative.sampling import can_sample, draw_pictures
from pareidolia.pictures import as_picture, luminance, over_white, resize_picture, size_of
from pareidolia.randomness import seeded_generator
from pareidolia.settings import PareidoliaError, UnknownName
from pareidolia.training.data import PictureSet

_AT_ONCE = 500
LATENT_POINTS = "a picture file, sample:NAME, test:NUMBER, train:NUMBER, label:NAME or random:SEED"


@dataclass(frozen=True)
class LatentPoint:
    """A code and its origin.

    Attributes:
        code: 1×L.
        caption: in words, what it is.
        picture: 1×C×H×W as the model saw it, if the code is a picture's.
    """

    code: Tensor
    caption: str
    picture: Tensor | None = None


@dataclass
class LatentSpace:
    """A run's codes: of pictures, labels and its prior.

    Attributes:
        run: opened.
        data: the name of the run's pictures, where they have moved.
    """

    run: Run
    data: str | None = None

    @property
    def name(self) -> str:
        """The run's, without the folders above it."""
        return Path(self.run.name).name

    @property
    def model(self) -> Any:
        """The run's model."""
        return self.run.model

    @cached_property
    def device(self) -> torch.device:
        """The model's device."""
        return next(self.model.parameters(), torch.empty(0)).device

    def resolve(self, name: str) -> LatentPoint:
        """Find a place by name.

        Args:
            name: see `LATENT_POINTS`.

        Returns:
            The place.

        Raises:
            PareidoliaError: If there is no such place, or the model has no encoder to find it.
        """
        kind, _, value = name.partition(":")
        if kind in ("test", "train") and value.isdecimal():
            return self._numbered(self.test if kind == "test" else self.training, int(value), name)
        if kind == "label" and value:
            return LatentPoint(self.mean_code(value), f"mean of label {value}")
        if kind == "random" and value.isdecimal():
            return LatentPoint(self.draw(1, int(value)), name)
        fitted, told = fit_picture(name, self.run.shape)
        return LatentPoint(self.encode(fitted), told, fitted)

    def encode(self, pictures: Tensor) -> Tensor:
        """Encode pictures; without an encoder, seek codes from which the model makes them (`inversion.py`).

        Args:
            pictures: N×C×H×W in [0, 1].

        Returns:
            N×L.

        Raises:
            PareidoliaError: If the model has no encoder, and codes cannot be sought either.
        """
        if not isinstance(self.model, Encodes) and can_invert(self.model):
            return find_codes(self.model, pictures.to(self.device))
        encoder = self.encoder
        with torch.no_grad():
            parts = [encoder.encode(part.to(self.device)) for part in torch.split(pictures, _AT_ONCE)]
        return torch.cat(parts)

    def decode(self, codes: Tensor) -> Tensor:
        """N×L → N×C×H×W in [0, 1], on the CPU."""
        with torch.no_grad():
            parts = [self.model.decode(part.to(self.device)) for part in torch.split(codes, _AT_ONCE)]
        return torch.cat(parts).float().cpu()

    def samples(self, count: int, seed: int, prior: Prior | None = None) -> Tensor:
        """Draw pictures.

        Args:
            count: how many.
            seed: of the draw.
            prior: where codes are drawn from in place of the model's prior.

        Returns:
            count×C×H×W in [0, 1], on the CPU.

        Raises:
            PareidoliaError: If the model cannot draw pictures.
        """
        if prior is None and not can_sample(self.model):
            _ = self.draw(1, seed)
        return draw_pictures(self.model, count, seeded_generator(seed), prior).float().cpu()

    def draw(self, count: int, seed: int) -> Tensor:
        """Draw codes from the prior.

        Args:
            count: how many.
            seed: of the draw.

        Returns:
            count×L.

        Raises:
            PareidoliaError: If the model has no prior.
        """
        if not isinstance(self.model, HasPrior):
            raise PareidoliaError(
                f"{self.name} is {described(self.run)}, which has no prior to draw codes from: "
                "its codes are only those of pictures, to which sample --sampler gmm fits a mixture"
            )
        return self.model.prior.sample(count, seeded_generator(seed)).to(self.device)

    @property
    def encoder(self) -> Encodes:
        """The model as an encoder.

        Returns:
            The model.

        Raises:
            PareidoliaError: If it cannot encode.
        """
        if not isinstance(self.model, Encodes):
            raise PareidoliaError(
                f"{self.name} is {described(self.run)}, which has no encoder to find the codes of many "
                "pictures with; random:SEED and single pictures name places"
            )
        return self.model

    @property
    def codes(self) -> Tensor:
        """Of known pictures, N×L."""
        return self.known.codes

    @cached_property
    def known(self) -> LabeledCodes:
        """Codes of the training pictures; or those that are kept beside the run, if no data are named."""
        _ = self.encoder
        kept = self.kept
        if kept is not None:
            return replace(kept, codes=kept.codes.to(self.device))
        pictures = self.training
        chosen = worth_encoding(self.model, len(pictures))
        codes = torch.cat([self.encode(pictures.pictures(part)) for part in torch.split(chosen, _AT_ONCE)])
        labels = None if pictures.labels is None else pictures.labels[chosen]
        return LabeledCodes(codes, labels, f"{len(chosen):,} training pictures")

    @cached_property
    def kept(self) -> LabeledCodes | None:
        """Codes of test pictures that are kept beside the run, if there are any and no data are named."""
        return None if self.data else kept_codes(self.run.folder, self.model.latent)

    def labeled(self, label: str) -> Tensor:
        """Find the known codes with a label.

        Args:
            label: name of a class.

        Returns:
            N Booleans.

        Raises:
            UnknownName: If there is no such label.
            PareidoliaError: If the data have no labels.
        """
        number, labels = self.label_number(label), self.known.labels
        if labels is None:
            raise PareidoliaError(f"{self.run.data}, which {self.name} was trained on, has no labels")
        return labels == number

    def label_number(self, label: str) -> int:
        """Find the number of a label.

        Args:
            label: name of a class.

        Returns:
            Its place among the classes.

        Raises:
            UnknownName: If there is no such label.
            PareidoliaError: If the data have no labels.
        """
        if not self.run.classes:
            raise PareidoliaError(f"{self.run.data}, which {self.name} was trained on, has no labels")
        # Names from a Mac's disk spell й as и and a breve; typed ones do not.
        names = [unicodedata.normalize("NFC", name) for name in self.run.classes]
        if unicodedata.normalize("NFC", label) not in names:
            raise UnknownName("label", label, self.run.classes)
        return names.index(unicodedata.normalize("NFC", label))

    def mean_code(self, label: str) -> Tensor:
        """Mean of the label's known codes, 1×L; without an encoder, the middle of a prior with that label."""
        prior = getattr(self.model, "prior", None)
        if isinstance(prior, WithLabel) and not isinstance(self.model, Encodes):
            return prior.with_label(
                torch.zeros(1, prior.latent, device=self.device), self.label_number(label)
            )
        return self.codes[self.labeled(label).to(self.device)].mean(0, keepdim=True)

    @cached_property
    def training(self) -> PictureSet:
        """The pictures that the model was trained on."""
        return self.run.pictures("train", self.data)

    @cached_property
    def test(self) -> PictureSet:
        """The pictures kept for the test."""
        return self.run.pictures("test", self.data)

    def _numbered(self, pictures: PictureSet, number: int, name: str) -> LatentPoint:
        if number >= len(pictures):
            raise PareidoliaError(
                f"there is no picture {name}: {pictures.name} has {len(pictures)}, counted from 0"
            )
        picture = pictures.pictures(slice(number, number + 1))
        return LatentPoint(self.encode(picture), name, picture)


def described(run: Run) -> str:
    """The kind of model with its article."""
    return f"{'an' if run.kind[0] in 'aeiouAEIOU' else 'a'} {run.kind}"


def fit_picture(source: str, shape: tuple[int, int, int]) -> tuple[Tensor, str]:
    """A picture as a model takes it: the middle of the model's proportions, resized, in its colours.

    Args:
        source: a file or `sample:NAME`.
        shape: C, H, W of the model's pictures.

    Returns:
        1×C×H×W, and the picture's name with what was done to it.

    Raises:
        BadPicture: If the file cannot be opened as a picture.
    """
    channels, *wanted = shape
    picture = as_picture(source)
    picture = picture if channels == 4 else over_white(picture)
    height, width = size_of(picture)
    scale = min(height / wanted[0], width / wanted[1])
    part = max(1, round(wanted[0] * scale)), max(1, round(wanted[1] * scale))
    top, left = (height - part[0]) // 2, (width - part[1]) // 2
    picture = picture[..., top : top + part[0], left : left + part[1]]
    done = []
    if part != (height, width):
        done.append("cut to its middle")
    if part != tuple(wanted):
        done.append(f"resized from {part[1]}x{part[0]}")
        picture = resize_picture(picture, (wanted[0], wanted[1]))
    if channels < 3:
        picture = luminance(picture)
    if picture.shape[1] < channels:  # opaque
        picture = F.pad(picture, (0, 0, 0, 0, 0, 1), value=1.0)
    return picture, f"{Path(source).name} {' and '.join(done)}".strip()
