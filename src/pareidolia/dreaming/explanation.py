"""Why dogs? The class scores along a dream, and what dreams of many beginnings end in."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from pareidolia.dreaming.aims import default_layer
from pareidolia.dreaming.dream import Dream
from pareidolia.dreaming.groups import ClassGroups, find_groups
from pareidolia.dreaming.settings import DreamSettings
from pareidolia.networks import Network, preserve_state
from pareidolia.pictures import as_picture, sheet
from pareidolia.progress import Progress
from pareidolia.randomness import seeded_generator

_TOP = 5


@dataclass(frozen=True)
class Answer:
    """The network's output for a picture.

    Attributes:
        step: steps made before it.
        top: the likeliest classes with (logit, probability).
        first: the likeliest class.
        groups: probability of each group of classes.
    """

    step: int
    top: dict[str, tuple[float, float]]
    first: int
    groups: dict[str, float]


@dataclass(frozen=True)
class ExplainedDream:
    """One dream: its beginning, its end, and the outputs along the way, the undreamt picture's first."""

    name: str
    before: Tensor
    after: Tensor
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Explanation:
    """Dreams of many beginnings, and of one photo at each of several layers.

    Attributes:
        courses: one for each beginning; the user's photo is the first.
        layers: pictures of dreams of the photo, from the first layer to the last.
        classes: which of the network's classes are dogs, birds and insects.
    """

    courses: tuple[ExplainedDream, ...]
    layers: Mapping[str, Tensor]
    classes: ClassGroups

    def beginnings(self) -> Tensor:
        """A sheet: each beginning above the dream it ended in, with the likeliest class."""
        shown = []
        for course in self.courses:
            for picture, answer in ((course.before, course.answers[0]), (course.after, course.answers[-1])):
                name, (_, probability) = next(iter(answer.top.items()))
                shown.append((picture, f"{name} {probability:.0%}"))
        names = [course.name for course in self.courses]
        return sheet(shown, 2, column_titles=("before", "after"), row_titles=names, longer_side=224)

    def course_of_layers(self) -> Tensor:
        """A sheet of the photo's dreams from the first layer to the last."""
        return sheet([(picture, name) for name, picture in self.layers.items()], 3)

    def numbers(self) -> dict[str, Any]:
        """Everything measured, as JSON has it."""
        return {
            "share of the classes": {group: self.classes.share(group) for group in self.classes.members},
            "mean probability before": self._mean_masses(0),
            "mean probability after": self._mean_masses(-1),
            "dreams that end in": {
                group: self._ends().count(group) for group in (*self.classes.members, "other")
            },
            "courses": {
                course.name: [asdict(answer) for answer in course.answers] for course in self.courses
            },
        }

    def text(self) -> str:
        """What the numbers show, and what they do not show, in Markdown."""
        before, after, ends = self._mean_masses(0), self._mean_masses(-1), self._ends()
        lines = [
            "# Why dogs?",
            "",
            "| | of the classes | probability before | after | dreams that end so |",
        ]
        lines.append("| --- | --- | --- | --- | --- |")
        for group in self.classes.members:
            lines.append(
                f"| {group} | {self.classes.share(group):.1%} | {before[group]:.1%} | {after[group]:.1%} | "
                f"{ends.count(group)} of {len(ends)} |"
            )
        share = self.classes.share("dogs")
        ended = ends.count("dogs") / len(ends)
        if ended > 2 * share:
            verdict = f"{ended:.0%} of these dreams end in a dog, {ended / share:.1f} times the dogs' share."
        elif ended >= share / 2:
            verdict = f"{ended:.0%} of these dreams end in a dog, about the share of dogs among the classes."
        else:
            verdict = f"Only {ended:.0%} of these dreams end in a dog by the likeliest class."
        first, last = self.courses[0].answers[0], self.courses[0].answers[-1]
        lines += [
            "",
            verdict,
            f"In the photo's own dream the dogs' probability goes from {first.groups['dogs']:.1%} to "
            f"{last.groups['dogs']:.1%}; the likeliest class from {next(iter(first.top))} to "
            f"{next(iter(last.top))}.",
            "",
            f"The network was taught to tell {len(self.classes.members['dogs'])} breeds of dogs apart, so "
            "many of its channels look for eyes, muzzles and fur, and a dream strengthens what the channels "
            "look for. That is an "
            f"explanation that fits, not one that {len(ends)} dreams prove: the default layer was chosen "
            "because its dreams please, and a network taught on other pictures would have to be compared. "
            "`layers.png` has the photo's dreams from the first layer to the last.",
        ]
        return "\n".join(lines) + "\n"

    def _ends(self) -> list[str]:
        return [self.classes.of(course.answers[-1].first) for course in self.courses]

    def _mean_masses(self, place: int) -> dict[str, float]:
        found = [course.answers[place].groups for course in self.courses]
        return {group: sum(each[group] for each in found) / len(found) for group in self.classes.members}


def explain(
    beginnings: Mapping[str, Tensor],
    settings: DreamSettings,
    network: Network,
) -> Generator[Progress, None, Explanation]:
    """Dream of each beginning and follow the probabilities of the classes on the way.

    All is dreamt at the network's own size, at which its classes mean most. A step is one dream.

    Args:
        beginnings: 1×3×H×W in [0, 1] by name, the user's photo first.
        settings: of the dreams; their size and start are replaced.
        network: dreams and classifies.

    Returns:
        A generator that yields progress after each dream and returns the courses of all dreams.

    Raises:
        BadNetwork: If the network has no breeds of dogs among its classes.
    """
    classes = find_groups(network.class_names, network.name)
    settings = settings.model_copy(update={"size": max(network.input_shape[1:]), "start": "photo"})
    aims = layers_of(network)
    courses: list[ExplainedDream] = []
    total = len(beginnings) + len(aims)
    for name, picture in beginnings.items():
        courses.append(_course(name, picture, settings, network, classes))
        yield Progress(len(courses), total, f"dreaming of {name}")
    photo, layers = next(iter(beginnings.values())), {}
    for layer in aims:
        painting = Dream(
            photo,
            settings=settings.model_copy(update={"aim": (layer,)}),
            network=network,
        )
        for _ in painting:
            pass
        layers[layer] = painting.picture
        yield Progress(len(courses) + len(layers), total, f"dreaming at {layer}")
    return Explanation(tuple(courses), layers, classes)


def layers_of(network: Network) -> list[str]:
    """The layers at which the photo is dreamt, from the first to the last."""
    return sorted(
        {*network.style_layers, default_layer(network)}, key=lambda name: network.layer(name).finish
    )


def noises(count: int, side: int, seed: int) -> Iterator[tuple[str, Tensor]]:
    """Square pictures of grey noise of standard deviation 0.1.

    Args:
        count: number of pictures.
        side: in pixels.
        seed: of the noise.

    Yields:
        A name and a picture 1×3×H×W in [0, 1].
    """
    generator = seeded_generator(seed)
    for number in range(1, count + 1):
        noise = torch.randn((1, 3, side, side), generator=generator)
        yield f"noise {number}", (0.5 + 0.1 * noise).clamp(0, 1)


def _course(
    name: str, picture: Tensor, settings: DreamSettings, network: Network, classes: ClassGroups
) -> ExplainedDream:
    still = as_picture(picture, size=settings.size).to(network.device)
    painting = Dream(picture, settings=settings, network=network)
    answers = [_answer(0, still, network, classes)]
    for step in painting:
        answers.append(_answer(step.index, painting.picture, network, classes))
    return ExplainedDream(name, still, painting.picture, tuple(answers))


def _answer(step: int, picture: Tensor, network: Network, classes: ClassGroups) -> Answer:
    with preserve_state(network.module), torch.no_grad():
        logits = network(picture)[0]
    probabilities = logits.softmax(dim=0)
    best = logits.topk(min(_TOP, len(logits))).indices.tolist()
    top = {classes.names[index]: (float(logits[index]), float(probabilities[index])) for index in best}
    return Answer(step, top, best[0], classes.masses(probabilities))
