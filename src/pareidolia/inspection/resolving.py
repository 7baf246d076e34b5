"""What people hold in their hands, made into what the inspections work on."""

from torch import Tensor

from pareidolia.inspection.targets import Target, TargetLike, as_target
from pareidolia.networks import Network, NetworkLike, as_network
from pareidolia.pictures import PicturesLike, as_picture, as_pictures
from pareidolia.settings import BadPicture


def as_photos(given: PicturesLike, name: str = "photos") -> list[Tensor]:
    """Pictures that need not have one size, each as a tensor of its own.

    Args:
        given: one or several of what `as_pictures` takes.
        name: what errors call it.

    Returns:
        One tensor 1×C×H×W in [0, 1] for each picture.

    Raises:
        BadPicture: If one of them is not a picture, or there is none.
    """
    if not isinstance(given, (list, tuple)):
        return [picture[None] for picture in as_pictures(given, name)]
    if not given:
        raise BadPicture(f"{name} holds no pictures: give at least one")
    return [as_picture(each, name=f"{name}[{place}]") for place, each in enumerate(given)]


def resolve(
    network: NetworkLike, pictures: PicturesLike, target: TargetLike
) -> tuple[Network, Tensor, Target]:
    """A network, pictures and a target, from what was given for them.

    Args:
        network: what `as_network` takes.
        pictures: what `as_pictures` takes.
        target: what `as_target` takes.

    Returns:
        The network, the pictures N×C×H×W in [0, 1] on its device, and the target.

    Raises:
        BadNetwork: If the network cannot be taken.
        BadPicture: If the pictures cannot be taken.
        UnknownName: If there is no such network, layer or class.
        PareidoliaError: If the target cannot be taken. Each error names what is wrong and what would have
            done.
    """
    looking = as_network(network)
    shown = as_pictures(pictures).to(looking.device)
    return looking, shown, as_target(target, looking, shown)
