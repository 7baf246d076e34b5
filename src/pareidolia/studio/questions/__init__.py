"""Small questions that the page asks while something is dragged, clicked or dropped: answered within moments.

Each is a function of what it is about; the answer is JSON, pictures in it are PNG in Base64. This runs in the
worker beside its jobs.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pareidolia.settings import PareidoliaError
from pareidolia.studio.questions import files, latent, networks

Question = Callable[[Mapping[str, Any]], dict[str, Any]]
QUESTIONS: Mapping[str, Question] = {
    each.__name__: each
    for each in (
        *(networks.layers, networks.names, networks.classes, networks.units, networks.unit),
        *(latent.plane, latent.decode, latent.encode, latent.decoder),
        *(files.record, files.video),
    )
}
"""The questions by name."""


def answer(question: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a question of the page.

    Args:
        question: its name, one of `QUESTIONS`.
        about: what it is about; pictures and runs are paths.

    Returns:
        The answer, as JSON has it.

    Raises:
        PareidoliaError: If there is no such question, or it cannot be answered.
    """
    if question not in QUESTIONS:
        raise PareidoliaError(f"there is no question '{question[:40]}'")
    return QUESTIONS[question](about)
