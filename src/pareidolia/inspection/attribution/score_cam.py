"""Score-CAM: each channel of a late layer weighs as much as the score of the picture seen through its map."""

import torch
from torch import Tensor

from pareidolia.inspection.attribution.batching import batches, fitting
from pareidolia.inspection.attribution.cam import cam_layer, enlarged
from pareidolia.inspection.attribution.registry import Steps
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network, preserve_state
from pareidolia.progress import Progress

# Keeps a map that is the same everywhere from dividing by zero.
_EPSILON = 1e-8


def score_cam_steps(
    network: Network,
    pictures: Tensor,
    target: Target,
    *,
    layer: str | None = None,
    channels: int | None = None,
    batch_size: int | None = None,
) -> Steps[Tensor]:
    """max(0, Σ_k w_k A_k), w = softmax over channels of S(x ⊙ M_k) (Wang et al. 2020, eq. 5 to 8).

    M_k is A_k scaled to [0, 1] and enlarged. Where it hides, the picture has the network's mean color, which
    is zero once it is normalized. The channels that vary most may be tried alone (Faster Score-CAM).
    A generator: it yields how far it is and returns the map N×1×H×W, not negative.
    """
    name = layer or cam_layer(network)
    with preserve_state(network.module), torch.no_grad():
        recorded = network.record(pictures, name)[name]
    found = []
    for index, (picture, maps) in enumerate(zip(pictures, recorded, strict=True)):
        tried = _most_varied(maps, channels)
        scores = []
        for some in batches(len(tried), batch_size or fitting(picture)):
            with preserve_state(network.module), torch.no_grad():
                seen = _seen_through(tried[some], picture, network)
                scores.append(target.one(index)(network, seen).float())
            yield Progress(index * len(tried) + some.stop, len(pictures) * len(tried), "score-cam")
        weights = torch.cat(scores).softmax(dim=0)
        found.append((weights.view(-1, 1, 1) * tried).sum(dim=0, keepdim=True).clamp(min=0))
    return enlarged(torch.stack(found), pictures)


def _most_varied(maps: Tensor, channels: int | None) -> Tensor:
    """Of maps C×h×w those of the largest deviation, in their order."""
    if channels is None or channels >= len(maps):
        return maps
    strongest = maps.flatten(1).std(dim=1).topk(channels).indices
    return maps[strongest.sort().values]


def _seen_through(maps: Tensor, picture: Tensor, network: Network) -> Tensor:
    """The picture through each of some maps K×h×w: K×C×H×W."""
    raised = maps - maps.amin(dim=(1, 2), keepdim=True)
    masks = enlarged((raised / (raised.amax(dim=(1, 2), keepdim=True) + _EPSILON))[:, None], picture)
    mean = torch.tensor(network.mean).clamp(0, 1).to(picture)
    hidden = (mean if len(mean) == len(picture) else mean.mean()).view(-1, 1, 1)
    return (hidden + masks * (picture - hidden)).clamp(0, 1).contiguous(memory_format=torch.channels_last)
