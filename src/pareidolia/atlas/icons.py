"""Icons: what a network would have to see for a layer to respond in the direction of a cell's mean."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from pareidolia.atlas.settings import IconSettings
from pareidolia.atlas.stages import key_of
from pareidolia.collecting.specs import Array
from pareidolia.networks import Network
from pareidolia.networks.padding import Padding
from pareidolia.painting import Gallery
from pareidolia.painting.gallery import alike, fourier_noise
from pareidolia.painting.terms import Direction
from pareidolia.pictures import resize_picture
from pareidolia.pictures.rounding import to_uint8
from pareidolia.settings import NetworkSettings

#: How convolutions pad an icon's border: with zeros, a frame would be painted.
PADDING: Padding = "replicate"
#: A little above that of features: an icon gets few steps, and must not stay pale.
_LEARNING_RATE = 0.06


@dataclass(frozen=True)
class IconJob:
    """How the icons of a layer are painted; it can be sent to another machine.

    Attributes:
        network: settings of the network, with absolute paths.
        identity: digests by name that the loaded network must have.
        layer: name of the layer.
        settings: size and steps of an icon.
        seed: of the first canvas.
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
        return key_of(
            "icons", self.identity, self.layer, options, _LEARNING_RATE, self.seed, wanted.shape, digest
        )


def paint_icons(network: Network, job: IconJob, wanted: Array) -> Array:
    """Paint icons together; each comes out as if it were painted alone.

    A network that takes one size only paints at that size, and its icons are made smaller.

    Args:
        network: the network as it paints.
        job: how icons are painted.
        wanted: directions, N×C.

    Returns:
        N×size×size×3 uint8.
    """
    size = job.settings.icon_size
    canvas = _canvas_size(network, job.layer, size)
    # Of one length, so that all are painted alike.
    vectors = torch.nn.functional.normalize(torch.from_numpy(wanted), dim=1)
    gallery = Gallery(
        network,
        # One objective for all: an objective each costs as much as a few convolutions. At every position, not
        # in the middle alone as in the article: what fills a small icon is read more easily.
        [Direction(job.layer, vectors, job.settings.cosine_power)],
        [(canvas, job.settings.icon_steps)],
        copies=len(wanted),
        start=alike(fourier_noise(canvas, job.seed), len(wanted)),
        learning_rate=_LEARNING_RATE,
        seed=job.seed,
        at_once=len(wanted),
    )
    for _ in gallery:
        pass
    pictures = resize_picture(gallery.pictures.cpu(), (size, size))
    levels: Array = to_uint8(pictures).permute(0, 2, 3, 1).numpy()
    return levels


def _canvas_size(network: Network, layer: str, size: int) -> tuple[int, int]:
    if network.one_size or not network.accepts((size, size), [layer]):
        return network.input_shape[1], network.input_shape[2]
    return size, size
