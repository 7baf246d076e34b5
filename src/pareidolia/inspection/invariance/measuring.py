"""How far activations move when a photo does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.inspection.framing import middle
from pareidolia.inspection.invariance.settings import InvarianceSettings
from pareidolia.inspection.invariance.transforms import enlarged, shifted, turned
from pareidolia.networks import Network, NetworkLike, as_network, preserve_state
from pareidolia.networks.devices import in_double
from pareidolia.networks.soundness import check_numbers
from pareidolia.pictures import PictureLike, as_picture, over_white
from pareidolia.settings import BadNetwork

_BATCH = 16


@dataclass(frozen=True)
class TransformResponse:
    """A photo on its way through one transform.

    Attributes:
        transform: shift, scale or turn.
        amounts: pixels down, factors, or degrees counter-clockwise.
        distances: by layer, how far the activations are from the photo's own, see `feature_distance`.
        probabilities: of the class that is likeliest for the photo itself; None if there are no classes.
        examples: five of the transformed pictures, evenly from the first to the last, 5×C×H×W.
    """

    transform: str
    amounts: tuple[float, ...]
    distances: Mapping[str, tuple[float, ...]]
    probabilities: tuple[float, ...] | None
    examples: Tensor


def measure_invariance(
    network: NetworkLike,
    photo: PictureLike,
    layers: Sequence[str],
    settings: InvarianceSettings | None = None,
) -> list[TransformResponse]:
    """Shift, enlarge and turn a photo and follow the activations of some layers.

    The network sees the middle of the photo at the size it was made for. What comes in from outside is the
    picture's reflection or its mean colour, so that no black frame makes the effect. After Zeiler and Fergus
    (2014, figure 5).

    Args:
        network: what `as_network` takes.
        photo: one picture, as `as_picture` takes it.
        layers: names of the layers.
        settings: every option.

    Returns:
        The responses to shifting, enlarging and turning, in this order.

    Raises:
        UnknownName: If there is no such layer.
        BadPicture: If the network cannot look at the photo.
    """
    settings = InvarianceSettings.of(settings)
    network = as_network(network)
    picture = middle(network, over_white(as_picture(photo)).to(network.device))
    half = settings.steps // 2
    furthest = settings.shift * picture.shape[-2]
    ways: dict[str, tuple[Callable[..., Tensor], list[float]]] = {
        # Whole pixels, which need no resampling.
        "shift": (shifted, sorted({float(round(furthest * step / half)) for step in range(-half, half + 1)})),
        "scale": (
            enlarged,
            [1 + (settings.scale - 1) * step / settings.steps for step in range(settings.steps + 1)],
        ),
        "turn": (
            turned,
            [settings.turn * step / (2 * settings.steps) for step in range(2 * settings.steps + 1)],
        ),
    }
    with preserve_state(network.module), torch.no_grad():
        own = _features(network, picture, layers)
        chances = _chances(network, picture)
        likeliest = None if chances is None else int(chances.argmax())
        return [
            _course(name, amounts, change(picture, amounts, settings.border), network, own, likeliest)
            for name, (change, amounts) in ways.items()
        ]


def feature_distance(own: Tensor, others: Tensor) -> Tensor:
    """‖a − b‖ / √(‖a‖² + ‖b‖²) between the features a of one picture and b of others.

    The Euclidean distance of the flattened activations over their joint length: 0 for equal ones (also if
    both are zero), 1 for those that have nothing in common (orthogonal), at most √2; for activations that are
    not negative at most 1. So layers of any size and strength can be compared, which the paper's bare
    distances cannot.

    Args:
        own: a, 1×….
        others: b, N×….

    Returns:
        N.
    """
    a, b = (in_double(each.flatten(1)) for each in (own, others))
    length = torch.sqrt((a**2).sum(dim=1) + (b**2).sum(dim=1))
    return torch.where(length > 0, torch.linalg.vector_norm(a - b, dim=1) / length.clamp(min=1e-300), 0.0)


def _course(
    name: str,
    amounts: list[float],
    pictures: Tensor,
    network: Network,
    own: Mapping[str, Tensor],
    likeliest: int | None,
) -> TransformResponse:
    distances: dict[str, list[float]] = {layer: [] for layer in own}
    probabilities: list[float] = []
    for batch in torch.split(pictures, _BATCH):
        for layer, features in _features(network, batch, list(own)).items():
            distances[layer] += feature_distance(own[layer], features).tolist()
        if likeliest is not None:
            probabilities += _scores(network, batch).softmax(dim=1)[:, likeliest].tolist()
    shown = [round(place * (len(amounts) - 1) / 4) for place in range(5)]
    return TransformResponse(
        name,
        tuple(amounts),
        {layer: tuple(values) for layer, values in distances.items()},
        tuple(probabilities) or None,
        pictures[shown].cpu(),
    )


def _features(network: Network, pictures: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    found = network.record(pictures.contiguous(memory_format=torch.channels_last), layers)
    return {layer: check_numbers(maps, network.name, f" at {layer}") for layer, maps in found.items()}


def _chances(network: Network, pictures: Tensor) -> Tensor | None:
    """The probabilities of the classes, N×K; None if the network has none to choose between."""
    try:
        scores = _scores(network, pictures)
    except BadNetwork:
        return None
    return scores.softmax(dim=1) if scores.shape[1] > 1 else None


def _scores(network: Network, pictures: Tensor) -> Tensor:
    return network(pictures.contiguous(memory_format=torch.channels_last))
