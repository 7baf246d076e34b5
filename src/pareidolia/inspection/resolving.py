"""What people hold in their hands, made into what the inspections work on."""

from torch import Tensor

from pareidolia.inspection.named_targets import TargetLike, as_target
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network, NetworkLike, as_network
from pareidolia.pictures import PicturesLike, as_picture, as_pictures
from pareidolia.settings import BadPicture


def as_photos(given: PicturesLike, name: str = "photos") -> list[Tensor]:
    """Pictures of any sizes, each 1×C×H×W in [0, 1], from one or a sequence of what `as_pictures` takes.

    Args:
        given: one or several pictures.
        name: of the argument, in errors.

    Returns:
        The pictures.

    Raises:
        BadPicture: one of them is not a picture, or there is none.
    """
    if not isinstance(given, (list, tuple)):
        return [picture[None] for picture in as_pictures(given, name)]
    if not given:
        raise BadPicture(f"{name} holds no pictures: give at least one")
    return [as_picture(each, name=f"{name}[{place}]") for place, each in enumerate(given)]


def resolve(
    network: NetworkLike, pictures: PicturesLike, target: TargetLike
) -> tuple[Network, Tensor, Target]:
    """A network, pictures N×C×H×W on its device, and a target, from whatever was given for them.

    Args:
        network: what `as_network` takes.
        pictures: what `as_pictures` takes.
        target: what `as_target` takes.

    Returns:
        All three.

    Raises:
        BadNetwork: If there is no such network.
        BadPicture: If the pictures are none.
        UnknownName: If there is no such target.
        PareidoliaError: If an argument is of another type; the error names it and what it may be.
    """
    looking = as_network(network)
    shown = as_pictures(pictures).to(looking.device)
    return looking, shown, as_target(target, looking, shown)
