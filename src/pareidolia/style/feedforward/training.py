"""From paintings, photos and settings to the training of a style network, ready to step."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from pareidolia.networks import NetworkLike, network_for
from pareidolia.networks.devices import choose_device
from pareidolia.operations import PAINT, Input, operation
from pareidolia.pictures import PictureLike, as_picture, over_white, save_picture, sheet
from pareidolia.pictures.naming import path_of
from pareidolia.progress import Work
from pareidolia.randomness import seed_torch
from pareidolia.settings import VERSION, PareidoliaError
from pareidolia.style.feedforward.loss import PerceptualLoss
from pareidolia.style.feedforward.network import StylizerNetwork
from pareidolia.style.feedforward.photos import MARGIN, CroppedPhotos, StyledCrops
from pareidolia.style.feedforward.settings import StylizerSettings
from pareidolia.style.inputs import scaled
from pareidolia.training import (
    Losses,
    Phase,
    SingleProcess,
    StepContext,
    Training,
    TrainingFolder,
    TrainingRun,
)
from pareidolia.training.data import open_pictures
from pareidolia.training.process_group import current_process_group
from pareidolia.training.settings import TrainingOptions
from pareidolia.version import __version__

KIND = "stylizer"
_PHOTOS_SHOWN = 12_000
_ON_A_SHEET = 4


class StylizerTraining(nn.Module):
    """A style network and the one phase in which it is trained.

    Its parameters are the network's alone; the loss's network is not one of its modules.
    """

    def __init__(self, network: StylizerNetwork, loss: PerceptualLoss) -> None:
        super().__init__()
        self.network = network
        self._loss = loss

    def phases(self) -> list[Phase]:
        """One phase: minimise the perceptual loss of painted crops."""
        return [Phase("paint", self.network.parameters(), self._paint)]

    def _paint(self, batch: StyledCrops, context: StepContext) -> Losses:
        painted = self.network(batch.photos, batch.styles)
        parts = self._loss.parts(painted, batch.photos, batch.styles)
        metrics = {name: part.detach() for name, part in parts.items()}
        return Losses(torch.stack(list(parts.values())).sum(), metrics)


def prepare(
    styles: Sequence[PictureLike],
    photos: str | Path,
    settings: StylizerSettings,
    out: Path,
    *,
    tensorboard: bool = False,
    loss_network: NetworkLike = None,
) -> Training:
    """The training of a network that paints in the style of each of the paintings.

    Args:
        styles: paintings, a style each: files, `sample:NAME`, or 1×3×H×W in [0, 1].
        photos: a folder.
        settings: every option.
        out: the run's folder.
        tensorboard: whether TensorBoard's files are written too.
        loss_network: the network whose activations the loss compares; by default the one the settings name.

    Returns:
        The training; its folder is not begun yet.

    Raises:
        PareidoliaError: If pictures or settings are of no use.
    """
    if not styles:
        raise PareidoliaError("a style network needs at least one painting")
    process_group, device = current_process_group()
    device = device or choose_device(settings.device)
    loss = loss_for(settings, [over_white(as_picture(style)) for style in styles], device, loss_network)
    pictures = open_pictures(str(photos), "train", size=round(settings.crop * MARGIN), color="rgb")
    with torch.random.fork_rng(devices=[]):
        seed_torch(settings.seed)
        network = StylizerNetwork(len(styles), settings.width, settings.blocks)
    source = CroppedPhotos(pictures, settings.crop, len(styles), settings.batch, settings.seed, device)
    run = TrainingRun(
        StylizerTraining(network, loss),
        source,
        settings,
        epochs=_PHOTOS_SHOWN / len(pictures),
        device=device,
        process_group=process_group,
    )
    record = {
        "pareidolia": __version__,
        "version": VERSION,
        "model": KIND,
        "settings": settings.model_dump(mode="json"),
        "paintings": [path_of(style, f"style {number}").stem for number, style in enumerate(styles, 1)],
        "data": {"name": str(photos), "pictures": len(pictures), "fingerprint": pictures.fingerprint},
    }
    return Training(run, TrainingFolder(out, record, tensorboard=tensorboard), pictures, draw_preview)


@operation(
    "stylizer train",
    group=PAINT,
    help="Train a network to paint any photo like a painting, or like each of several.",
    settings=StylizerSettings,
    inputs=(
        Input(
            "styles", "Files, or sample:waves and the like; each is a style of its own.", "file", many=True
        ),
        Input(
            "photos",
            "A folder of photos to train on, of any kind; a few hundred do.",
            "photos",
            keyword=True,
        ),
    ),
    proceeds="in a folder",
    out="folder",
    options={"training": TrainingOptions},
    network=True,
)
def train(
    styles: Sequence[PictureLike],
    photos: str | Path,
    settings: StylizerSettings | None = None,
    network: NetworkLike = None,
    *,
    out: str | Path,
    overwrite: bool = False,
    resume: bool = False,
    training: TrainingOptions | None = None,
) -> Work:
    """Begin or continue the training of a style network; iterate over the result to train.

    Args:
        styles: paintings, a style each.
        photos: a folder to train on.
        settings: every option.
        network: the network whose activations the loss compares; the one that the settings name if None.
        out: the run's folder.
        overwrite: whether a run that is there may be replaced.
        resume: whether a run that is there is continued.
        training: what computes it.

    Returns:
        The training.

    Raises:
        PareidoliaError: If pictures or settings cannot be used, or the folder holds a run and neither
            `overwrite` nor `resume` is given.
    """
    options, settings = training or TrainingOptions(), settings or StylizerSettings()
    begun = prepare(
        styles, photos, settings, Path(out), tensorboard=options.tensorboard, loss_network=network
    )
    begun.begin(overwrite=overwrite, resume=resume)
    return begun


def loss_for(
    settings: StylizerSettings,
    paintings: Sequence[Tensor],
    device: torch.device,
    loss_network: NetworkLike = None,
) -> PerceptualLoss:
    """The loss that settings describe.

    Args:
        settings: weights and layers.
        paintings: 1×3×h×w in [0, 1], a style each.
        device: where to compute.
        loss_network: the network whose activations are compared; the one that the settings name if None.

    Returns:
        The loss, with its network frozen on `device`.
    """
    loss_network = network_for(settings, loss_network, pooling=settings.pooling, padding=settings.padding)
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
