"""A unit within a class: its loss in closed form, and that painting raises both."""

import pytest
import torch
from torch import nn

from pareidolia.networks import Network
from pareidolia.painting import FourierCanvas, ModelOutputs, Painting, Stage, read_objective
from pareidolia.settings import PareidoliaError, Unit


@pytest.fixture
def network():
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)
    )
    return Network(
        "net", module.requires_grad_(False), mean=(0.5,) * 3, std=(0.2,) * 3, input_shape=(3, 16, 16)
    )


def test_the_loss_is_the_mean_activation_times_the_probability(network):
    aim = read_objective("within-class:1:2,target=1", network)
    maps, logits = torch.rand(2, 6, 4, 4), torch.randn(2, 3)
    outputs = ModelOutputs(torch.rand(2, 3, 16, 16), {"1": maps}, logits)
    expected = -(maps[:, 2].mean(dim=(1, 2)) * logits.softmax(1)[:, 1]).sum()
    assert torch.stack(list(aim.losses(outputs).values())).sum() == pytest.approx(float(expected), abs=1e-6)


def test_painting_raises_the_unit_and_the_class(network):
    canvas = FourierCanvas.noise((16, 16), torch.Generator().manual_seed(0))
    unit = int(
        network.record(canvas.render(canvas.values).detach(), "1")["1"].mean(dim=(0, 2, 3)).argmax()
    )  # one that is not shut

    def both(picture):
        return float(network.record(picture, "1")["1"][:, unit].mean()), float(
            network(picture).softmax(1)[0, 1]
        )

    aim = read_objective(f"within-class:1:{unit},target=1", network)
    painting = Painting(network, canvas, [Stage((16, 16), 12, lambda size: aim, 0.05)])
    before = both(painting.picture)
    for _ in painting:
        pass
    after = both(painting.picture)
    assert after[0] > before[0] and after[0] * after[1] > before[0] * before[1]


def test_a_class_that_there_is_not_and_a_missing_target_are_named(network):
    with pytest.raises(PareidoliaError, match="no class 7"):
        read_objective("within-class:1:2,target=7", network)
    with pytest.raises(PareidoliaError, match="target"):
        read_objective("within-class:1:2", network)
    assert Unit("1", 2) == read_objective("within-class:1:2,target=0", network).parts[0][1].unit
