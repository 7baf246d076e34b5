import math

import pytest
import torch
from tests.training.small_models import SETTINGS, TwoPhases, source, stripes
from torch import nn

from pareidolia.settings import PareidoliaError
from pareidolia.training import Losses, Phase, TrainingRun
from pareidolia.training.run import NonFiniteError


def make(**changes):
    settings = SETTINGS.model_copy(update=changes)
    return TrainingRun(TwoPhases(), source(settings), settings)


def weights(run):
    return torch.cat([each.flatten() for each in run.result.state_dict().values()])


def test_steps_count_pictures_not_batches():
    run = make()
    assert run.total == math.ceil(3 * 40 / 8)
    assert [step.index for step in run] == list(range(1, 16))
    assert run.finished and run.epoch == 3
    with pytest.raises(PareidoliaError, match="all its 15 steps"):
        run.step()


@pytest.mark.parametrize("stop", [1, 6, 14])
@pytest.mark.parametrize("average", [0.0, 0.9])
def test_a_resumed_run_ends_with_the_same_bytes(stop, average):
    whole, first, second = (make(average=average, warm_up=3, schedule="cosine") for _ in range(3))
    logged = [step.losses for step in whole]
    for _ in range(stop):
        first.step()
    state = first.state_dict()
    first.step()  # what happens after a checkpoint leaves it alone
    second.load_state_dict(state)
    resumed = [step.losses for step in second]
    assert torch.equal(weights(whole), weights(second))
    assert resumed == logged[stop:]
    assert second.metrics.take() == whole.metrics.take()


def test_the_same_seed_gives_the_same_weights_and_another_others():
    runs = [make(seed=seed) for seed in (0, 0, 1)]
    for run in runs:
        list(run)
    assert torch.equal(weights(runs[0]), weights(runs[1]))
    assert not torch.equal(weights(runs[0]), weights(runs[2]))


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    list(make())
    assert torch.equal(before, torch.get_rng_state())


def test_a_phase_runs_every_nth_step_and_changes_its_parameters_alone():
    run = make()
    critic = [each.detach().clone() for each in run.model.critic.parameters()]
    assert set(run.step().losses) == {"denoise", "critic"}
    after = [each.detach().clone() for each in run.model.critic.parameters()]
    assert not torch.equal(critic[0], after[0])
    assert set(run.step().losses) == {"denoise"}
    assert torch.equal(after[0], run.model.critic.weight)
    assert all(each.grad is None for each in run.model.parameters())


def test_the_average_ramps_up_then_decays_and_is_what_the_run_gives():
    run = make(average=0.5)
    start = run.model.decoder.bias.detach().clone()
    run.step()
    first = run.model.decoder.bias.detach().clone()
    # (1 + t) / (10 + t) after t = 1 updates is 2/11, below 0.5.
    expected = start * 2 / 11 + first * 9 / 11
    torch.testing.assert_close(run.result.decoder.bias, expected)
    assert torch.equal(run.result.seen, run.model.seen)


def test_gradients_are_clipped_to_the_norm():
    class Steep(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(4))

        def phases(self):
            return [Phase("only", [self.weight], lambda batch, context: Losses(1000 * self.weight.sum()))]

    settings = SETTINGS.model_copy(update={"clip": 1.0})
    run = TrainingRun(Steep(), source(settings), settings)
    seen = []
    adam = run.phases[0].optimizer
    adam.register_step_pre_hook(lambda *_: seen.append(run.model.weight.grad.norm().item()))
    run.step()
    assert seen == [pytest.approx(1.0, rel=1e-5)]


class Diverging(nn.Module):
    """Its loss is no number from the fourth step on."""

    def __init__(self, bad):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.bad = bad

    def phases(self):
        return [Phase("fall", [self.weight], self.loss)]

    def loss(self, batch, context):
        return Losses(self.weight.sum() * (self.bad if context.step == 3 else 1.0))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_stops_before_a_weight_changes(bad):
    run = TrainingRun(Diverging(bad), source(), SETTINGS)
    for _ in range(3):
        run.step()
    before = run.model.weight.item()
    with pytest.raises(NonFiniteError, match=r"step 4.*--learning-rate"):
        run.step()
    assert run.model.weight.item() == before and run.index == 3


def test_weights_that_are_no_numbers_are_not_saved():
    run = make()
    run.step()
    run.model.decoder.bias.data[0] = math.nan
    with pytest.raises(NonFiniteError, match="a weight"):
        run.state_dict()


def test_mixed_precision_trains_and_resumes():
    whole, first, second = (make(precision="bfloat16") for _ in range(3))
    list(whole)
    for _ in range(7):
        first.step()
    second.load_state_dict(first.state_dict())
    list(second)
    assert torch.equal(weights(whole), weights(second))
    assert whole.model.decoder.weight.dtype == torch.float32


def test_a_phase_brings_its_own_optimizer():
    class Slope(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(2))

        def phases(self):
            def descent(parameters, rate):
                return torch.optim.SGD(parameters, rate, momentum=0.5)

            return [Phase("fall", [self.weight], lambda *_: Losses(3 * self.weight.sum()), optimizer=descent)]

    settings = SETTINGS.model_copy(update={"learning_rate": 0.1})
    run = TrainingRun(Slope(), source(settings), settings)
    run.step()
    run.step()
    # 0.1 · 3, then 0.1 · (0.5 · 3 + 3).
    torch.testing.assert_close(run.model.weight.detach(), torch.full((2,), -0.75))


@pytest.mark.parametrize("data", [stripes(), stripes().pictures(), list(stripes().bytes)])
def test_a_run_of_data_is_the_run_of_its_source(data):
    whole, of_data = make(), TrainingRun.of(TwoPhases(), data, SETTINGS)
    assert [step.losses for step in whole] == [step.losses for step in of_data]
    assert torch.equal(weights(whole), weights(of_data))


def test_the_settings_say_where_to_compute():
    settings = SETTINGS.model_copy(update={"device": "cpu"})
    assert TrainingRun(TwoPhases(), source(settings), settings).device == torch.device("cpu")
    if not torch.cuda.is_available():
        with pytest.raises(PareidoliaError, match="no device 'cuda' on this machine"):
            TrainingRun(TwoPhases(), source(), SETTINGS.model_copy(update={"device": "cuda"}))


def test_an_average_from_before_it_was_torchs_goes_on():
    whole, first, second = (make(average=0.9) for _ in range(3))
    list(whole)
    for _ in range(6):
        first.step()
    state = first.state_dict()
    average = state["average"]
    weights_of_it = {key.removeprefix("module."): value for key, value in average.items() if "." in key}
    state["average"] = {"updates": 6, "weights": weights_of_it | {"seen": average["module.seen"]}}
    second.load_state_dict(state)
    list(second)
    assert torch.equal(weights(whole), weights(second))
