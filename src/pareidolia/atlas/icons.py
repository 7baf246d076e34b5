"""Icons: what a network would have to see, for a layer to answer in the direction of a cell's average."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.atlas.settings import IconSettings
from pareidolia.atlas.stages import Array, key_of
from pareidolia.networks import Network, untouched
from pareidolia.painting import Gallery, Seen, Term
from pareidolia.pictures import resize_picture
from pareidolia.settings import BadPicture, NetworkSettings


@dataclass(frozen=True)
class Direction(Term):
    """−⟨a, d⟩ · max(0.1, cos(a, d))^n of the activation a at the middle of a layer's map (lucid).

    Attributes:
        layer: its name.
        direction: d, C numbers; the caller whitens it.
        power: n; 0 is the plain dot product, which strays to what excites the layer most.
    """

    layer: str
    direction: Tensor
    power: float = 2.0
    name = "direction"

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self.layer})

    def loss(self, seen: Seen) -> Tensor:
        found = middle(seen.activations[self.layer])
        direction = self.direction.to(found)
        dot = found @ direction
        cosine = dot / (found.norm(dim=1) * direction.norm() + 1e-4)
        return -(dot * cosine.clamp(min=0.1) ** self.power).sum()


def middle(maps: Tensor) -> Tensor:
    """The activation vectors N×C at the middle of maps N×C×H×W; of N×C these themselves."""
    if maps.ndim == 2:
        return maps
    return maps[..., maps.shape[-2] // 2, maps.shape[-1] // 2]


def directions(layer: str, vectors: Tensor, power: float) -> Sequence[Direction]:
    """The objective of each of `vectors` (N×C), scaled to length 1 so that all are painted alike."""
    return [Direction(layer, each / each.norm().clamp(min=1e-12), power) for each in vectors]


@dataclass(frozen=True)
class IconJob:
    """How the icons of a layer are painted; it can be sent to another machine.

    network: its settings, paths absolute. identity: what it must turn out to be.
    """

    network: NetworkSettings
    identity: Mapping[str, str]
    layer: str
    settings: IconSettings
    seed: int

    def key(self, wanted: Array) -> str:
        """The key of the icons of directions N×C."""
        options = self.settings.model_dump(exclude={"icons_at_once"})
        digest = hashlib.sha256(wanted.tobytes()).hexdigest()
        return key_of("icons", self.identity, self.layer, options, self.seed, wanted.shape, digest)


def paint_icons(network: Network, job: IconJob, wanted: Array) -> Array:
    """The icons of directions N×C, painted at once: N×size×size×3 levels.

    Each comes out as if it were painted alone. A network that takes one size only paints at that size, and
    its icons are made smaller.
    """
    size = job.settings.icon_size
    canvas = _canvas_size(network, job.layer, size)
    gallery = Gallery(
        network,
        directions(job.layer, torch.from_numpy(wanted), job.settings.cosine_power),
        [(canvas, job.settings.icon_steps)],
        seed=job.seed,
        at_once=len(wanted),
    )
    for _ in gallery:
        pass
    pictures = resize_picture(gallery.pictures.cpu(), (size, size))
    levels: Array = (pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return levels


def _canvas_size(network: Network, layer: str, size: int) -> tuple[int, int]:
    grey = torch.full((1, network.input_shape[0], size, size), 0.5)
    try:
        with untouched(network.module), torch.no_grad():
            network.record(grey, [layer])
    except BadPicture:
        return network.input_shape[1], network.input_shape[2]
    return size, size
