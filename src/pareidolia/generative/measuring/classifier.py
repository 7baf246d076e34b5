"""A small classifier of the training data's labels, to judge a model's samples."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.randomness import seed_torch
from pareidolia.training import Batch, Losses, Phase, StepContext
from pareidolia.training.data import Pictures, PictureSet
from pareidolia.training.run import TrainingRun
from pareidolia.training.settings import TrainingSettings

_AT_ONCE = 500
#: Enough for 1 % of errors on MNIST's digits; they take some seconds.
_STEPS, _BATCH = 2000, 100


class Classifier(nn.Module):
    """Two convolutions and two linear layers: N×C×H×W in [0, 1] → N×K logits. At least 4 px.

    Pooled to 7×7 before the linear layers, so that pictures of all sizes cost about the same there.
    """

    def __init__(self, shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        side = min(7, shape[1] // 2, shape[2] // 2)
        self.layers = nn.Sequential(
            nn.Conv2d(shape[0], 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveMaxPool2d(side),
            nn.Flatten(),
            nn.Linear(32 * side * side, 128),
            nn.ReLU(),
            nn.Linear(128, classes),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Logits."""
        logits: Tensor = self.layers(pictures)
        return logits

    def phases(self) -> Sequence[Phase]:
        """One: cross-entropy."""
        return [Phase("labels", self.parameters(), self._loss)]

    def _loss(self, batch: Batch, context: StepContext) -> Losses:
        assert batch.labels is not None
        return Losses(F.cross_entropy(self(batch.pictures), batch.labels))

    @torch.no_grad()
    def probabilities(self, pictures: Tensor) -> Tensor:
        """N×K."""
        return torch.cat([self(part).softmax(1) for part in torch.split(pictures, _AT_ONCE)])


def train_classifier(
    pictures: PictureSet, seed: int, device: torch.device, *, steps: int = _STEPS
) -> Classifier:
    """A classifier of the set's labels, the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        seed_torch(seed)
        classifier = Classifier(pictures.shape, len(pictures.classes))
    settings = TrainingSettings(
        epochs=steps * _BATCH / len(pictures), batch=_BATCH, learning_rate=2e-3, schedule="cosine", seed=seed
    )
    for _ in TrainingRun(classifier, Pictures(pictures, _BATCH, seed, device), settings, device=device):
        pass
    return classifier.eval().requires_grad_(False)


@torch.no_grad()
def accuracy(classifier: Classifier, pictures: PictureSet) -> Tensor:
    """Whether each of the set's pictures is classified correctly, N Booleans."""
    assert pictures.labels is not None
    named = classifier.probabilities(pictures.pictures()).argmax(1)
    return named.cpu() == pictures.labels
