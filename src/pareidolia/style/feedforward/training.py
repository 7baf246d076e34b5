"""From paintings, photos and settings to the training of a style network, ready to step."""

from collections.abc import Sequence
from pathlib import Path, PurePath

import torch
from torch import Tensor, nn

import pareidolia
from pareidolia.networks import Network, load_network_from
from pareidolia.networks.devices import choose_device
from pareidolia.pictures import open_picture, save_picture, sheet
from pareidolia.settings import VERSION, PareidoliaError
from pareidolia.style.feedforward.loss import PerceptualLoss
from pareidolia.style.feedforward.network import StylizerNetwork
from pareidolia.style.feedforward.photos import MARGIN, CroppedPhotos, StyledCrops
from pareidolia.style.feedforward.settings import StylizerSettings
from pareidolia.style.inputs import scaled
from pareidolia.training import (
    Losses,
    Phase,
    ProcessGroup,
    SingleProcess,
    StepContext,
    Training,
    TrainingFolder,
    TrainingRun,
)
from pareidolia.training.data import open_pictures

KIND = "stylizer"
_PHOTOS_SHOWN = 12_000
_ON_A_SHEET = 4


class StylizerTraining(nn.Module):
    """A style network and the one phase in which it is trained.

    Its parameters are the network's alone; the loss's network is none of its modules.
    """

    def __init__(self, network: StylizerNetwork, loss: PerceptualLoss) -> None:
        super().__init__()
        self.network = network
        self._loss = loss

    def phases(self) -> list[Phase]:
        """Make the perceptual loss of painted crops small."""
        return [Phase("paint", self.network.parameters(), self._paint)]

    def _paint(self, batch: StyledCrops, context: StepContext) -> Losses:
        painted = self.network(batch.photos, batch.styles)
        parts = self._loss.parts(painted, batch.photos, batch.styles)
        metrics = {name: part.detach() for name, part in parts.items()}
        return Losses(torch.stack(list(parts.values())).sum(), metrics)


def prepare(
    styles: Sequence[str],
    photos: str,
    settings: StylizerSettings,
    out: Path,
    *,
    process_group: ProcessGroup | None = None,
    device: torch.device | None = None,
    tensorboard: bool = False,
    loss_network: Network | None = None,
) -> Training:
    """The training of a network that paints in the style of each of the paintings.

    styles: paintings, files or `sample:NAME`, a style each.
    photos: a folder.
    out: the run's folder.
    process_group, device: where it computes; one device alone, chosen by the settings, unless given.
    loss_network: the network whose activations the loss compares; by default the one the settings name.

    Raises PareidoliaError where pictures or settings are of no use.
    """
    if not styles:
        raise PareidoliaError("a style network needs at least one painting")
    device = device or choose_device(settings.device)
    loss = loss_for(settings, [open_picture(style) for style in styles], device, loss_network)
    pictures = open_pictures(photos, "train", size=round(settings.crop * MARGIN), color="rgb")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = StylizerNetwork(len(styles), settings.width, settings.blocks)
    source = CroppedPhotos(pictures, settings.crop, len(styles), settings.batch, settings.seed, device)
    run = TrainingRun(
        StylizerTraining(network, loss),
        source,
        settings,
        epochs=_PHOTOS_SHOWN / len(pictures),
        device=device,
        process_group=process_group or SingleProcess(),
    )
    record = {
        "pareidolia": pareidolia.__version__,
        "version": VERSION,
        "model": KIND,
        "settings": settings.model_dump(mode="json"),
        "paintings": [PurePath(style.removeprefix("sample:")).stem for style in styles],
        "data": {"name": photos, "pictures": len(pictures), "fingerprint": pictures.fingerprint},
    }
    return Training(run, TrainingFolder(out, record, tensorboard=tensorboard), pictures, draw_preview)


def loss_for(
    settings: StylizerSettings,
    paintings: Sequence[Tensor],
    device: torch.device,
    loss_network: Network | None = None,
) -> PerceptualLoss:
    """The loss that the settings ask for, through their network or `loss_network`, frozen on `device`."""
    loss_network = loss_network or load_network_from(
        settings, pooling=settings.pooling, padding=settings.padding
    )
    loss_network.module.to(device).requires_grad_(False)
    return PerceptualLoss(
        loss_network,
        [scaled(painting, settings.painting_size).to(device) for painting in paintings],
        content_layers=settings.content_layers or (loss_network.content_layer,),
        style_layers=settings.style_layers or loss_network.style_layers,
        content_weight=settings.content_weight,
        style_weight=settings.style_weight,
        smoothness=settings.smoothness,
        match=settings.match,
    )


@torch.no_grad()
def draw_preview(run: TrainingRun, path: Path) -> None:
    """Save a sheet of photos, each beside how every style is painted so far."""
    source = run.source
    assert isinstance(source, CroppedPhotos)
    network: StylizerNetwork = run.result.network  # type: ignore[assignment]
    photos = source.batch(0, SingleProcess()).photos[:_ON_A_SHEET]
    styles = torch.eye(network.styles, device=photos.device)
    columns = [photos, *(network(photos, style[None]) for style in styles)]
    cells = [(column[row : row + 1].cpu(), "") for row in range(len(photos)) for column in columns]
    titles = ["photo", *(f"style {number}" for number in range(1, network.styles + 1))]
    title = f"step {run.index} of {run.total}"
    save_picture(sheet(cells, len(columns), title=title, column_titles=titles), path, overwrite=True)
