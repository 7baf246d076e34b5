"""Options of the loop: parts of a batch, optimizers, weight decay, averages by pictures, and the log."""

import json

import pytest
import torch
from torch import nn

from pareidolia.generative.building import build, settings_of
from pareidolia.generative.training import prepare
from pareidolia.settings import PareidoliaError
from pareidolia.training import Losses, Phase, TrainingRun
from pareidolia.training.data import PictureSet
from pareidolia.training.data.order import Pictures
from pareidolia.training.log import read_log
from pareidolia.training.run import _decay
from pareidolia.training.settings import TrainingSettings

GIVEN = PictureSet(
    "given", "train", torch.randint(0, 256, (60, 1, 4, 4), generator=torch.Generator().manual_seed(0)).byte()
)


def trained(steps=5, kind="vae", **values):
    settings = settings_of(kind, {"hidden": (8,), "latent": 2, "batch": 20, "epochs": 2, **values})
    model = build(kind, settings, GIVEN.shape, 0)
    run = TrainingRun(model, Pictures(GIVEN, settings.batch, 0), settings)
    for _ in range(steps):
        run.step()
    return run


@pytest.mark.parametrize(("kind", "values"), [("vae", {}), ("gan", {"r1_every": 2}), ("aae", {"r1": 1.0})])
def test_parts_of_a_batch_give_the_weights_of_the_whole(kind, values):
    whole, parts = trained(kind=kind, **values), trained(kind=kind, accumulate=4, **values)
    for ours, theirs in zip(parts.model.parameters(), whole.model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, atol=2e-4, rtol=1e-3)
    ours, theirs = parts.metrics.take(), whole.metrics.take()
    assert ours.keys() == theirs.keys()
    assert all(ours[name] == pytest.approx(theirs[name], rel=1e-3, abs=1e-4) for name in ours)


def test_parts_that_are_not_even_are_refused():
    with pytest.raises(PareidoliaError, match="20 pictures a step cannot be computed in 3 even parts"):
        trained(0, accumulate=3)


class Still(nn.Module):
    """A model whose loss pulls each weight by 1."""

    def __init__(self, weight_decay=None, pull=0.0):
        super().__init__()
        self.layer, self.weight_decay, self.pull = nn.Linear(3, 2), weight_decay, pull
        nn.init.ones_(self.layer.weight)
        nn.init.ones_(self.layer.bias)

    def phases(self):
        return [Phase("only", self.parameters(), self.loss, weight_decay=self.weight_decay)]

    def loss(self, batch, context):
        return Losses(self.pull * sum(each.sum() for each in self.parameters()))


def after(model, steps=3, **values):
    settings = TrainingSettings(batch=20, epochs=2, learning_rate=0.1, **values)
    run = TrainingRun(model, Pictures(GIVEN, 20, 0), settings)
    for _ in range(steps):
        run.step()
    return model.layer


def test_weight_decay_takes_its_share_of_matrices_alone():
    layer = after(Still(), weight_decay=0.5)
    torch.testing.assert_close(layer.weight, torch.full((2, 3), (1 - 0.1 * 0.5) ** 3))
    assert (layer.bias == 1).all()
    of_phase = after(Still(weight_decay=0.0), weight_decay=0.5)
    assert (of_phase.weight == 1).all()


def test_sgd_goes_down_the_gradient_with_momentum():
    layer = after(Still(pull=1.0), steps=1, optimizer="sgd")
    torch.testing.assert_close(layer.bias, torch.full((2,), 1 - 0.1 * 1.9))
    steady = after(Still(pull=5.0), steps=1, optimizer="adam")
    torch.testing.assert_close(steady.bias, torch.full((2,), 0.9))


@pytest.mark.parametrize("batch", [10, 40])
def test_a_half_life_in_pictures_is_the_same_for_each_batch(batch):
    decay = _decay(TrainingSettings(batch=batch, average=0.3, average_half_life=1000))
    assert decay ** (1000 / batch) == pytest.approx(0.5)
    assert _decay(TrainingSettings(average=0.3)) == 0.3
    assert trained(1, average_half_life=100.0).average is not None


def test_the_log_has_speed_memory_and_losses_on_held_out_pictures(tmp_path):
    given = torch.rand(80, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    values = {"hidden": (8,), "latent": 2, "batch": 10, "epochs": 2, "previews": 0, "log_every": 2}
    weights = []
    for name, every in (("with", 5), ("without", 0)):
        settings = settings_of("vae", {**values, "likelihood": "gaussian", "evaluate_every": every})
        training = prepare("vae", given, settings, tmp_path / name)
        training.begin()
        for _ in training:
            pass
        weights.append(training.run.result.state_dict())
    lines = read_log(tmp_path / "with" / "log.jsonl")
    assert all("peak_memory_mb" in line for line in lines if "bound/loss" in line)
    assert all(line["pictures_a_second"] > 0 for line in lines[1:] if "bound/loss" in line)
    held_out = [line["held_out/bound/loss"] for line in lines if "held_out/bound/loss" in line]
    assert len(held_out) == training.run.total // 5 and held_out[-1] < held_out[0]
    assert not any("held_out" in json.dumps(line) for line in read_log(tmp_path / "without" / "log.jsonl"))
    # Measuring changes nothing, not even the running σ.
    assert all(weights[0][name].equal(value) for name, value in weights[1].items())


def test_a_run_from_before_there_was_an_option_goes_on(tmp_path):
    given = torch.rand(40, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    values = {"hidden": (8,), "latent": 2, "batch": 10, "epochs": 1, "previews": 0, "schedule": "linear"}
    training = prepare("vae", given, settings_of("vae", values), tmp_path)
    training.begin()
    training.run.step()
    training.pause()
    training.folder.release()
    for name in ("settings.json", "checkpoint.pt"):
        path = tmp_path / name
        if path.suffix == ".json":
            record = json.loads(path.read_text())
            del record["settings"]["accumulate"], record["settings"]["weight_decay"]
            path.write_text(json.dumps(record))
        else:
            held = torch.load(path, weights_only=False)
            del held["record"]["settings"]["accumulate"], held["record"]["settings"]["weight_decay"]
            torch.save(held, path)
    again = prepare("vae", given, settings_of("vae", values), tmp_path)
    again.begin(resume=True)
    assert again.run.index == 1
    again.folder.release()
    other = prepare("vae", given, settings_of("vae", {**values, "weight_decay": 0.1}), tmp_path)
    with pytest.raises(PareidoliaError, match=r"settings.weight_decay is 0.0 there, 0.1 now"):
        other.begin(resume=True)
