"""What people hold in their hands, made into what the inspections work on."""

from torch import Tensor

from pareidolia.inspection.targets import Target, TargetLike, as_target
from pareidolia.networks import Network, NetworkLike, as_network
from pareidolia.pictures import PicturesLike, as_picture, as_pictures
from pareidolia.settings import BadPicture


def as_photos(given: PicturesLike, name: str = "photos") -> list[Tensor]:
    """Pictures of any sizes, each 1×C×H×W in [0, 1], from one or a sequence of what `as_pictures` takes.

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

    Raises:
        BadNetwork, BadPicture, UnknownName, PareidoliaError: what was given is none of these; the error names
            the argument and says what would have done.
    """
    looking = as_network(network)
    shown = as_pictures(pictures).to(looking.device)
    return looking, shown, as_target(target, looking, shown)
