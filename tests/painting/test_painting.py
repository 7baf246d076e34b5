import copy

import pytest
import torch

from pareidolia.painting import Activation, FourierCanvas, Painting, PixelCanvas, Stage, Term, TotalVariation
from pareidolia.painting.transforms import Roll, Turn
from pareidolia.settings import PareidoliaError


class Towards(Term):
    """Squared distance of the picture from a grey value: its minimum is known."""

    name = "towards"
    layers = frozenset()

    def __init__(self, value):
        self.value = value

    def loss(self, seen):
        return (seen.picture - self.value).square().sum()


def plain(size=(16, 20), value=0.5):
    return PixelCanvas(torch.full((1, 3, *size), value))


def towards(value, steps=30, size=(16, 20), rate=0.05):
    return Stage(size, steps, lambda _: Towards(value), rate)


@pytest.mark.parametrize(("optimizer", "rate"), [("adam", 0.05), ("lbfgs", 0.5)])
def test_painting_reaches_a_known_minimum(small_network, optimizer, rate):
    painting = Painting(small_network, plain(), [towards(0.8, 60, rate=rate)], optimizer=optimizer)
    steps = list(painting)
    assert [step.index for step in steps] == list(range(1, 61))
    assert steps[-1].loss < 1e-3 * steps[0].loss
    torch.testing.assert_close(painting.picture, torch.full((1, 3, 16, 20), 0.8), atol=0.01, rtol=0)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_pixels_never_leave_their_bounds(small_network, optimizer):
    painting = Painting(small_network, plain(), [towards(1.5, 40)], optimizer=optimizer)
    for _ in painting:
        assert 0 <= float(painting.picture.min()) <= float(painting.picture.max()) <= 1
    torch.testing.assert_close(painting.picture, torch.ones(1, 3, 16, 20))


def make(network, optimizer, canvas):
    stages = [
        Stage(size, 4, lambda _: -Activation("stage2.relu:3") * 5 + 0.1 * TotalVariation(), rate)
        for size, rate in (((20, 24), 0.05), ((30, 36), 0.03))
    ]
    return Painting(
        network,
        copy.deepcopy(canvas),
        stages,
        optimizer=optimizer,
        transforms=(Roll(4), Turn()),
        average=0.8,
        seed=3,
    )


CANVASES = {
    "pixels": PixelCanvas(torch.rand((1, 3, 20, 24), generator=torch.Generator().manual_seed(0))),
    "fourier": FourierCanvas.noise((20, 24), torch.Generator().manual_seed(0)),
}


@pytest.mark.parametrize("kind", list(CANVASES))
@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
@pytest.mark.parametrize("stop", range(9))
def test_a_painting_stopped_anywhere_goes_on_to_the_same_bytes(
    small_network, tmp_path, optimizer, kind, stop
):
    whole = make(small_network, optimizer, CANVASES[kind])
    expected = [step.losses for step in whole]
    first = make(small_network, optimizer, CANVASES[kind])
    before = [first.step().losses for _ in range(stop)]
    torch.save(first.state_dict(), tmp_path / "state")
    second = make(small_network, optimizer, CANVASES[kind])
    second.load_state_dict(torch.load(tmp_path / "state", weights_only=True))
    assert torch.equal(second.picture, first.picture)
    assert before + [step.losses for step in second] == expected
    assert torch.equal(second.picture, whole.picture)


def test_the_state_taken_at_one_step_does_not_move_with_the_next(small_network):
    painting = make(small_network, "adam", CANVASES["pixels"])
    painting.step()
    state = painting.state_dict()
    copied = copy.deepcopy(state)
    painting.step()
    other = make(small_network, "adam", CANVASES["pixels"])
    other.load_state_dict(state)
    same = make(small_network, "adam", CANVASES["pixels"])
    same.load_state_dict(copied)
    assert torch.equal(other.picture, same.picture)
    assert other.step().losses == same.step().losses


def test_the_picture_is_the_corrected_average_of_the_canvases(small_network):
    painting = Painting(small_network, plain(), [towards(0.9, 5)], average=0.7)
    canvases = []
    for _ in painting:
        canvases.append(painting.canvas.values.detach().clone())
    weights = torch.tensor([0.7 ** (4 - i) for i in range(5)])
    expected = sum(w * c for w, c in zip(weights / weights.sum(), canvases, strict=True))
    torch.testing.assert_close(painting.picture, expected)


def test_a_stage_begins_from_the_average_of_the_one_before(small_network):
    stages = [towards(0.9, 5), Stage((32, 40), 1, lambda _: Towards(0.9), 1e-9)]
    painting = Painting(small_network, plain(), stages, average=0.7)
    for _ in range(5):
        painting.step()
    before = painting.picture
    painting.step()
    torch.testing.assert_close(painting.picture.mean(), before.mean(), atol=1e-4, rtol=0)
    assert painting.picture.shape == (1, 3, 32, 40)


def test_adam_carries_its_moments_to_the_next_size(small_network):
    stages = [towards(0.9, 6, rate=0.01), Stage((32, 40), 2, lambda _: Towards(0.9), 0.01)]
    painting = Painting(small_network, plain(), stages)
    for _ in range(6):
        painting.step()
    painting.step()
    (state,) = painting._optimizer.state.values()
    assert float(state["step"]) == 7


def test_a_step_leaves_the_network_as_it_was(small_network):
    module = small_network.module.train()
    module.stage1.conv.weight.grad = torch.ones_like(module.stage1.conv.weight)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    make(small_network, "adam", CANVASES["pixels"]).step()
    assert module.training and all(p.requires_grad for p in module.parameters())
    assert (module.stage1.conv.weight.grad == 1).all() and module.stage2.conv.weight.grad is None
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in module.modules())


def test_a_loss_that_is_no_number_stops_before_the_canvas_is_touched(small_network):
    painting = Painting(small_network, plain(), [towards(float("nan"))])
    with pytest.raises(PareidoliaError, match="became NaN or infinite at step 1"):
        painting.step()
    assert torch.equal(painting.picture, torch.full((1, 3, 16, 20), 0.5))


def test_a_finished_painting_refuses_another_step(small_network):
    painting = Painting(small_network, plain(), [towards(0.9, 1)])
    list(painting)
    with pytest.raises(PareidoliaError, match="all its 1 steps"):
        painting.step()


def test_a_unit_painted_fires_more_than_on_noise(small_network):
    canvas = FourierCanvas.noise((40, 40), torch.Generator().manual_seed(0))
    stage = Stage((40, 40), 30, lambda _: Activation("stage2.relu:3"), 0.05)
    steps = list(Painting(small_network, canvas, [stage]))
    assert steps[-1].loss < 1.8 * steps[0].loss < 0
