"""The operation `saliency`: which pixels of photos made a network say so."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil

from torch import Tensor

from pareidolia.inspection.attribution.explanation import Explanation
from pareidolia.inspection.attribution.overlays import blended, check_colormap, shown
from pareidolia.inspection.attribution.registry import (
    METHODS,
    Method,
    Steps,
    left_out_in_words,
    stands_for_all,
)
from pareidolia.inspection.attribution.settings import SaliencySettings
from pareidolia.inspection.framing import FramedPhoto, frame_photo
from pareidolia.inspection.named_targets import TargetLike, as_target, find_target
from pareidolia.inspection.resolving import as_photos
from pareidolia.inspection.targets import ClassTarget, Target
from pareidolia.networks import Network, NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTO
from pareidolia.pictures import PicturesLike, over_white, sheet
from pareidolia.progress import Progress, Work
from pareidolia.settings import Unsuited

# The shorter side, in pixels, that a picture on a sheet has at least.
_SHORTEST = 96
# The colormap's share where none is given.
_ALPHA = 0.5


@dataclass
class _Explained:
    """A photo, how the network sees it, what is explained in words, and the maps by method, 1×C×H×W."""

    photo: Tensor
    seen: FramedPhoto
    target: str
    maps: dict[str, Tensor] = field(default_factory=dict)


@operation(
    "saliency",
    group=LOOK,
    help="Show which pixels of a photo made the network say so.",
    settings=SaliencySettings,
    inputs=(PHOTO,),
    network=True,
    objects=("target",),
)
class Saliency(Work):
    """Which pixels made the network say so, for one or several photos and one or several methods.

    Iterate to the end, then take `result`. One photo and one method give the map over the photo; more give a
    sheet, a row for each photo.

    Args:
        photo: one picture or several of any sizes, as `as_photos` takes them.
        settings: every option.
        network: what `as_network` takes; None takes the one that the settings name.
        target: what is explained, where that is an object; else the settings have it.

    Raises:
        BadPicture: If a photo cannot be opened, or the network cannot look at it.
        PareidoliaError: If the target names nothing, or more than one thing.
    """

    def __init__(
        self,
        photo: PicturesLike,
        settings: SaliencySettings | None = None,
        network: NetworkLike = None,
        *,
        target: TargetLike | None = None,
    ) -> None:
        self.settings = SaliencySettings.of(settings)
        self.network = network_for(self.settings, network)
        self.photos = as_photos(photo, "photo")
        self._target = target
        if self.settings.colormap is not None:
            check_colormap(self.settings.colormap)
        #: The methods asked for; of all methods those that suit the network, once it is known.
        self.methods = [METHODS[name] for name in self.settings.asked_methods]
        #: The names of those that do not.
        self.left_out: list[str] = []
        self._explained: list[_Explained] = []

    def __iter__(self) -> Iterator[Progress]:
        """Explain each photo by each method; every method is a stage."""
        self._explained = []
        self.methods, self.left_out = [METHODS[name] for name in self.settings.asked_methods], []
        several = len(self.photos) * len(self.methods) > 1
        for photo in self.photos:
            seen = frame_photo(self.network, photo, self.settings.size)
            target = (
                find_target(self.settings.target, self.network, seen.picture, seen.logits)
                if self._target is None
                else as_target(self._target, self.network, seen.picture)
            )
            explained = _Explained(over_white(photo), seen, describe(target, self.network, seen.logits))
            for method in list(self.methods):
                options = self.settings.options_of(method.name).settled(self.network, seen)
                steps = method.steps(self.network, seen.picture, target, options)
                try:
                    explained.maps[method.name] = yield from _staged(method.name, steps, several)
                except Unsuited:
                    if not self._may_leave_out(method):
                        raise
            self._explained.append(explained)

    def _may_leave_out(self, method: Method) -> bool:
        """Leave a method out that does not suit the network, if it was asked for as one of all."""
        if not stands_for_all(self.settings.methods, method.name):
            return False
        self.methods.remove(method)
        self.left_out.append(method.name)
        return True

    @property
    def result(self) -> Explanation:
        """The picture with its maps; the iteration must have ended."""
        maps = [
            {name: found[0].float().cpu() for name, found in each.maps.items()} for each in self._explained
        ]
        targets = "; ".join(each.target for each in self._explained)
        if len(self._explained) == 1 and self.settings.methods is None:
            (method,), (explained,) = self.methods, self._explained
            caption = f"{_caption(method, explained)} for {targets}"
            return Explanation(self._shown(method, explained), caption, maps=maps)
        panels = [panel for each in self._explained for panel in self._panels(each)]
        columns = min(4, len(panels)) if len(self._explained) == 1 else 1 + len(self.methods)
        shortest = min(min(picture.shape[2:]) for picture, _ in panels)
        named = self.methods[0].name if self.settings.methods is None else f"{len(self.methods)} methods"
        return Explanation(
            sheet(panels, columns, enlarge=ceil(_SHORTEST / shortest)),
            f"{named} for {targets}{left_out_in_words(self.left_out, self.network.name)}",
            maps=maps,
        )

    def _panels(self, explained: _Explained) -> Iterator[tuple[Tensor, str]]:
        yield explained.seen.picture.cpu(), explained.target
        for method in self.methods:
            yield self._shown(method, explained), _caption(method, explained)

    def _shown(self, method: Method, explained: _Explained) -> Tensor:
        """The map over what the network saw; or, where that is asked for, over the photo itself."""
        found = explained.maps[method.name]
        if not self.settings.over_photo:
            return shown(method, explained.seen.picture, found).cpu()
        if method.colored:
            found = found.abs().amax(dim=1, keepdim=True)
        return blended(
            seen_part(explained.photo, explained.seen.picture),
            found.cpu(),
            signed=method.signed and not method.colored,
            colormap=self.settings.colormap,
            alpha=self.settings.alpha if self.settings.alpha is not None else _ALPHA,
        )


def saliency_picture(
    photo: PicturesLike,
    settings: SaliencySettings | None = None,
    network: NetworkLike = None,
    *,
    target: TargetLike | None = None,
) -> Explanation:
    """Which pixels made the network say so: `Saliency`, run to the end."""
    saliency = Saliency(photo, settings, network, target=target)
    for _ in saliency:
        pass
    return saliency.result


def seen_part(photo: Tensor, picture: Tensor) -> Tensor:
    """The middle of `photo` that a network saw as `picture`: all of it, or a part of its proportions.

    Both are 1×C×H×W; the result keeps the photo's resolution.
    """
    (height, width), (rows, columns) = photo.shape[2:], picture.shape[2:]
    seen_height, seen_width = (
        min(height, round(width * rows / columns)),
        min(width, round(height * columns / rows)),
    )
    # Framing rounds to whole pixels of the picture: a pixel of that is not a cut.
    if height - seen_height <= height / rows and width - seen_width <= width / columns:
        return photo
    top, left = (height - seen_height) // 2, (width - seen_width) // 2
    return photo[..., top : top + seen_height, left : left + seen_width]


def describe(target: Target, network: Network, logits: Tensor | None) -> str:
    """A target in words; a class with its name and its probability by the picture's `logits` 1×K."""
    if not isinstance(target, ClassTarget) or logits is None:
        return str(getattr(target, "unit", getattr(target, "words", "the objective")))
    index = target.indices[0]
    name = network.class_names[index] if network.class_names else f"class {index}"
    return f"{name} {100 * float(logits[0].softmax(dim=0)[index]):.3g} %"


def _staged(stage: str, steps: Steps[Tensor], several: bool) -> Steps[Tensor]:
    """The same steps under the name of their stage; a stage without any is a step where there are several."""
    reported = False
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            if several and not reported:
                yield Progress(1, 1, stage)
            found: Tensor = end.value
            return found
        reported = True
        yield replace(step, stage=stage)


def _caption(method: Method, explained: _Explained) -> str:
    """The method's name, and whether its map is zero, which can be true: deconvnet often dies on the way."""
    empty = not bool(explained.maps[method.name].any())
    return f"{method.name} (nothing reached the pixels)" if empty else method.name
