"""Targets beyond a class's score: against rivals, of a segment, of a detection, of likeness to a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.ops import box_iou

from pareidolia.inspection.targets import ClassTarget, Target
from pareidolia.networks import Network, NetworkLike, as_network
from pareidolia.networks.classes import class_index
from pareidolia.pictures import PictureLike, as_picture
from pareidolia.settings import BadNetwork, PareidoliaError, Unsuited

# Boxes that overlap less are not the same detection.
_SAME = 0.5


@dataclass(frozen=True)
class ContrastTarget:
    """A class's score less the mean of those nearest to it: what sets it apart (Zhang et al. 2025, eq. 4).

    Attributes:
        target: the class.
        rivals: how many classes of the nearest scores.
        contrast: γ, how much of their mean score is subtracted.
    """

    target: ClassTarget
    rivals: int = 3
    contrast: float = 0.6

    def __call__(self, network: Network, pictures: Tensor) -> Tensor:
        """S_c − γ · mean of S over the rivals, N."""
        logits = network(pictures)
        chosen = torch.tensor(self.target.indices, device=logits.device).expand(len(logits))[:, None]
        own = logits.gather(1, chosen)
        distances = (logits.detach() - own.detach()).abs().scatter(1, chosen, torch.inf)
        count = min(self.rivals, logits.shape[1] - 1)
        rivals = distances.topk(count, largest=False).indices
        others = logits.gather(1, rivals).mean(dim=1) if count else torch.zeros_like(own[:, 0])
        return own[:, 0] - self.contrast * others

    def one(self, index: int) -> "ContrastTarget":
        """The same of picture `index`."""
        return replace(self, target=self.target.one(index))


def contrasted(target: Target, rivals: int, contrast: float, method: str) -> ContrastTarget:
    """A class against its rivals, for a method that explains classes alone.

    Args:
        target: the class.
        rivals: see `ContrastTarget`.
        contrast: see `ContrastTarget`.
        method: which is named in errors.

    Returns:
        The target.

    Raises:
        Unsuited: the target is not a class.
    """
    if not isinstance(target, ClassTarget):
        raise Unsuited(f"{method} explains classes alone: it compares a class with others")
    return ContrastTarget(target, rivals, contrast)


@dataclass(frozen=True, eq=False)
class SegmentTarget:
    """A class's score on a part of the picture, of a network that gives a score for each class and pixel.

    Attributes:
        index: the class.
        region: h×w, the weight of each of the output's pixels; the score is the weighted mean.
        words: what captions call it.
    """

    index: int
    region: Tensor
    words: str = "the segment"

    def __call__(self, network: Network, pictures: Tensor) -> Tensor:
        """The mean score over the region, N."""
        weights = self.region.to(pictures)
        return (class_maps(network, pictures)[:, self.index] * weights).sum(dim=(1, 2)) / weights.sum()

    def one(self, index: int) -> "SegmentTarget":
        """The target itself: it is the same for every picture."""
        return self


def segment_target(network: NetworkLike, picture: PictureLike, name: str | int) -> SegmentTarget:
    """The part of a picture in which a network sees a class, and its score there.

    Args:
        network: gives a score for each class and pixel: a tensor N×K×h×w, or a dict that has it as `out` or
            `logits`.
        picture: what `as_picture` takes.
        name: the class, by number or, where the network has names, by name.

    Returns:
        The target.

    Raises:
        PareidoliaError: it sees the class nowhere, or there is no such class.
        BadNetwork: it gives no such scores.
    """
    network = as_network(network)
    with torch.no_grad():
        maps = class_maps(network, as_picture(picture).to(network.device))[0]
    names = network.class_names or [str(number) for number in range(len(maps))]
    index = class_index(str(name), names)
    region = maps.argmax(dim=0) == index
    if not region.any():
        raise PareidoliaError(f"{network.name} sees {names[index]} nowhere in the picture")
    return SegmentTarget(index, region, f"the segment {names[index]}")


def class_maps(network: Network, pictures: Tensor) -> Tensor:
    """A segmentation network's scores for each class and pixel, N×K×h×w; BadNetwork where it gives none."""
    output = network.output(pictures)
    if isinstance(output, Mapping):
        output = next((output[key] for key in ("out", "logits") if key in output), None)
    if not isinstance(output, Tensor) or output.ndim != 4:
        raise BadNetwork(f"{network.name} gives no scores N×K×h×w for each pixel: it segments nothing")
    return output


@dataclass(frozen=True, eq=False)
class DetectionTarget:
    """How well a detection is found again: overlap (IoU) and confidence of the box nearest to it, summed.

    0 where no box of its label overlaps it by half.

    Attributes:
        box: left, top, right and bottom in pixels.
        label: the class's number.
        words: what captions call it.
    """

    box: tuple[float, float, float, float]
    label: int
    words: str = "the detection"

    def __call__(self, network: Network, pictures: Tensor) -> Tensor:
        """The sum for each picture, N."""
        return torch.stack([self._score(found, pictures) for found in detections(network, pictures)])

    def one(self, index: int) -> "DetectionTarget":
        """The target itself: it is the same for every picture."""
        return self

    def _score(self, found: Mapping[str, Tensor], pictures: Tensor) -> Tensor:
        same = found["labels"] == self.label
        overlaps = box_iou(found["boxes"].new_tensor([self.box]), found["boxes"])[0]
        best = overlaps.where(same, 0)
        if not len(best) or best.max() <= _SAME:
            return pictures.sum() * 0  # nothing to explain, yet differentiable
        index = best.argmax()
        total: Tensor = best[index] + found["scores"][index]
        return total


def detection_target(network: NetworkLike, picture: PictureLike, rank: int = 0) -> DetectionTarget:
    """One of a network's detections in a picture.

    Args:
        network: gives boxes, labels and scores, as torchvision's detectors do.
        picture: what `as_picture` takes.
        rank: 0 is the most confident.

    Returns:
        The target.

    Raises:
        PareidoliaError: there are not as many.
        BadNetwork: the network detects nothing at all.
    """
    network = as_network(network)
    with torch.no_grad():
        (found,) = detections(network, as_picture(picture).to(network.device))
    if rank >= len(found["scores"]):
        raise PareidoliaError(
            f"{network.name} detects {len(found['scores'])} things in the picture, none of rank {rank}"
        )
    index = int(found["scores"].argsort(descending=True, stable=True)[rank])
    label, left, top, right, bottom = int(found["labels"][index]), *found["boxes"][index].tolist()
    names = network.class_names
    word = names[label] if names and label < len(names) else f"class {label}"
    return DetectionTarget((left, top, right, bottom), label, f"the detection {word}")


def detections(network: Network, pictures: Tensor) -> Sequence[Mapping[str, Tensor]]:
    """What a detector finds in each picture: boxes n×4, labels n, scores n; BadNetwork where it is none."""
    output = network.output(pictures)
    found = output if isinstance(output, list) else [output]
    if not all(isinstance(each, Mapping) and {"boxes", "labels", "scores"} <= {*each} for each in found):
        raise BadNetwork(f"{network.name} gives no boxes, labels and scores: it detects nothing")
    return found


@dataclass(frozen=True, eq=False)
class SimilarityTarget:
    """The cosine of the angle between a picture's embedding and another: what makes two pictures alike.

    Attributes:
        embedding: the other's, N numbers.
        layer: whose channels, averaged over positions, are the embedding; None takes the network's output.
        words: what captions call it.
    """

    embedding: Tensor
    layer: str | None = None
    words: str = "the likeness"

    def __call__(self, network: Network, pictures: Tensor) -> Tensor:
        """The cosines, N, in [-1, 1]."""
        return F.cosine_similarity(embeddings(network, pictures, self.layer), self.embedding[None], dim=1)

    def one(self, index: int) -> "SimilarityTarget":
        """The target itself: it is the same for every picture."""
        return self


def similarity_target(
    network: NetworkLike, picture: PictureLike, layer: str | None = None
) -> SimilarityTarget:
    """Likeness to a picture, as a network sees it.

    Args:
        network: what `as_network` takes.
        picture: what `as_picture` takes.
        layer: see `SimilarityTarget`.

    Returns:
        The target.
    """
    network = as_network(network)
    with torch.no_grad():
        found = embeddings(network, as_picture(picture).to(network.device), layer)
    return SimilarityTarget(found[0], layer)


def embeddings(network: Network, pictures: Tensor, layer: str | None = None) -> Tensor:
    """What a layer (its channels, averaged over positions), or the network itself, makes of pictures, N×K."""
    if layer is None:
        return network(pictures)
    values = network.record(pictures, layer)[layer]
    return values.flatten(2).mean(dim=2) if values.ndim > 2 else values
