import torch

from pareidolia.dreaming import BestMatch, objectives
from pareidolia.painting import Energy, ModelOutputs, RandomClass
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


def test_energy_of_the_middle_counts_as_much_as_the_whole_layer():
    activations = maps(2, 4, 5, 7)
    Energy(Unit("layer", 1, "middle"), scale=2.0).loss(seen({"layer": activations})).backward()
    expected = torch.zeros(2, 4, 5, 7)
    expected[:, 1, 2, 3] = -activations.detach()[:, 1, 2, 3] * 35 / 2
    torch.testing.assert_close(activations.grad, expected)
    flat, units = torch.full((1, 4, 5, 7), 0.3), (Unit("layer"), Unit("layer", None, "middle"))
    whole, middle = (Energy(unit).loss(seen({"layer": flat})) for unit in units)
    torch.testing.assert_close(whole, middle)
    assert [Energy(unit).adds_over_positions for unit in units] == [True, False]
