import torch

from pareidolia.dreaming import BestMatch, Energy, RandomClass, objectives
from pareidolia.painting import ModelOutputs
from pareidolia.settings import Unit


def maps(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)).requires_grad_(True)


def seen(activations=None, logits=None, step=0):
    return ModelOutputs(torch.zeros(1, 3, 4, 4), activations or {}, logits, step)


def test_energy_sends_the_activations_themselves_back():
    activations = maps(1, 4, 5, 6)
    Energy(Unit("layer"), scale=2.0).loss(seen({"layer": activations})).backward()
    torch.testing.assert_close(activations.grad, -activations.detach() / 2)


def test_energy_of_a_channel_leaves_the_others_alone():
    activations = maps(1, 4, 5, 6)
    Energy(Unit("layer", 2)).loss(seen({"layer": activations})).backward()
    expected = torch.zeros(1, 4, 5, 6)
    expected[:, 2] = -activations.detach()[:, 2]
    torch.testing.assert_close(activations.grad, expected)


def test_a_guide_sends_back_the_best_match_of_each_position(monkeypatch):
    """Against the published objective_guide, position by position; in portions too."""
    features, guide = maps(1, 4, 5, 6), maps(1, 4, 3, 7, seed=1).detach() - 0.5
    expected = torch.zeros(1, 4, 5, 6)
    total = 0.0
    for row in range(5):
        for column in range(6):
            vector = features.detach()[0, :, row, column]
            candidates = [guide[0, :, i, j] for i in range(3) for j in range(7)]
            best = max(candidates, key=lambda other: float(vector @ other))
            expected[0, :, row, column] = best
            total += float(vector @ best)
    for at_once in (1 << 24, 50):
        monkeypatch.setattr(objectives, "_PRODUCTS_AT_ONCE", at_once)
        features.grad = None
        loss = BestMatch("layer", guide, scale=3.0).loss(seen({"layer": features}))
        loss.backward()
        torch.testing.assert_close(loss.item(), -total / 3)
        torch.testing.assert_close(features.grad, -expected / 3)


def test_a_random_class_is_a_function_of_seed_and_step_and_the_others_are_zeroed():
    logits = maps(1, 10)
    met = []
    for step in range(200):
        logits.grad = None
        RandomClass(3).loss(seen(logits=logits, step=step)).backward()
        (index,) = logits.grad[0].nonzero().flatten().tolist()
        assert logits.grad[0, index] == -1
        met.append(index)
    assert met == [RandomClass(3).class_at(step, 10) for step in range(200)]
    assert met != [RandomClass(4).class_at(step, 10) for step in range(200)]
    assert set(met) == set(range(10))
