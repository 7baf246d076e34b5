import pytest
import torch

from pareidolia.painting import (
    Activation,
    ClassScore,
    Direction,
    Diverse,
    ModelOutputs,
    PowerNorm,
    Sum,
    read_objective,
)
from pareidolia.settings import PareidoliaError, UnknownName


def maps(*shape, seed=0):
    drawn = torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (drawn + 0.1).requires_grad_(True)


def seen(activations, logits=None, picture=None):
    return ModelOutputs(torch.zeros(2, 3, 4, 4) if picture is None else picture, {"a": activations}, logits)


def test_a_direction_sends_itself_back_from_every_position():
    features, vector = maps(2, 4, 5, 6), torch.tensor([1.0, -2.0, 0.5, 0.0])
    loss = Direction("a", vector).loss(seen(features))
    loss.backward()
    wanted = -vector.double().view(1, 4, 1, 1).expand(2, 4, 5, 6) / 30
    torch.testing.assert_close(features.grad, wanted)
    torch.testing.assert_close(loss.detach(), (features.detach() * wanted).sum())


def test_each_picture_may_have_a_direction_of_its_own():
    features, vectors = maps(2, 4, 5, 6), torch.tensor([[1.0, 0, 0, 0], [0, 0, 3.0, 0]])
    Direction("a", vectors).loss(seen(features)).backward()
    wanted = -vectors.double().view(2, 4, 1, 1).expand(2, 4, 5, 6) / 30
    torch.testing.assert_close(features.grad, wanted)


@pytest.mark.parametrize(("place", "at"), [("middle", (2, 3)), ((1, 4), (1, 4))])
def test_a_direction_in_one_place_with_its_cosine(place, at):
    """Against the formula written out, and its gradient h·v c^p differentiated by hand."""
    features, vector, power = maps(1, 4, 5, 6), torch.tensor([1.0, 2.0, 0.5, 0.1]).double(), 2
    loss = Direction("a", vector, power, place).loss(seen(features))
    loss.backward()
    h = features.detach()[0, :, *at]
    product, size, length = h @ vector, h.norm(), vector.norm()
    cosine = product / (size * length)
    torch.testing.assert_close(loss.detach(), -product * cosine**power)
    slope = (power + 1) * cosine**power * vector - power * product * cosine**power * h / size**2
    torch.testing.assert_close(features.grad[0, :, *at], -slope)
    features.grad[0, :, *at] = 0
    assert not features.grad.any()


def test_a_direction_that_is_not_met_still_has_a_slope():
    features = -maps(1, 3, 2, 2).detach()
    features.requires_grad_(True)
    Direction("a", [1.0, 1.0, 1.0], 3).loss(seen(features)).backward()
    torch.testing.assert_close(features.grad, torch.full_like(features, -(0.1**3) / 4))


def test_a_direction_of_other_length_is_refused():
    with pytest.raises(PareidoliaError, match="a has 4 channels, but the direction is 3 numbers"):
        Direction("a", [1.0, 2.0, 3.0]).loss(seen(maps(2, 4, 5, 6)))


def test_the_middle_is_that_of_the_map_whatever_its_size():
    for height, width in ((5, 6), (4, 4), (1, 1)):
        features = maps(2, 4, height, width)
        Activation("a:1@middle").loss(seen(features)).backward()
        wanted = torch.zeros_like(features)
        wanted[:, 1, height // 2, width // 2] = -1
        torch.testing.assert_close(features.grad, wanted)


@pytest.mark.parametrize("power", [2, 3, 6])
def test_a_power_norm_and_its_gradient(power):
    picture = maps(2, 3, 4, 5).detach().requires_grad_(True)
    origin = (0.2, 0.5, 0.9)
    loss = PowerNorm(origin, power).loss(seen(maps(1), picture=picture))
    loss.backward()
    away = picture.detach() - torch.tensor(origin).double().view(1, 3, 1, 1)
    torch.testing.assert_close(loss.detach(), away.abs().pow(power).sum(), rtol=1e-6, atol=0)
    torch.testing.assert_close(
        picture.grad, power * away.sign() * away.abs() ** (power - 1), rtol=1e-5, atol=1e-7
    )


def test_a_class_score_sends_back_one():
    logits = maps(2, 7)
    ClassScore(3, "x").loss(seen(maps(1), logits)).backward()
    wanted = torch.zeros(2, 7, dtype=torch.float64)
    wanted[:, 3] = -1
    torch.testing.assert_close(logits.grad, wanted)


def likeness(features, copies, weight=1.0):
    losses = Diverse(Activation("a:0"), "a", copies, weight).losses(seen(features))
    return losses["likeness"] / losses["activation of a:0"].detach().abs()


def test_diversity_is_the_mean_cosine_of_gram_matrices_by_each_pictures_own_loss():
    features = maps(3, 4, 5, 6)
    losses = Diverse(Activation("a:0"), "a", 3, 0.5).losses(seen(features, picture=torch.zeros(3, 3, 4, 4)))
    grams = [(f := each.flatten(1)) @ f.T for each in features.detach()]
    own = features.detach()[:, 0].mean((1, 2)).abs()
    wanted = sum(
        own[i] * (a * b).sum() / (a.norm() * b.norm()) / 2
        for i, a in enumerate(grams)
        for b in grams
        if a is not b
    )
    torch.testing.assert_close(losses["likeness"].detach(), 0.5 * wanted)


def test_a_faint_picture_is_led_no_more_strongly_for_the_others_strength():
    def gradient(strength):
        features = maps(2, 4, 5, 6)
        louder = torch.cat([features[:1], strength * features[1:].detach()])
        (sent,) = torch.autograd.grad(
            Diverse(Activation("a:0"), "a", 2).losses(seen(louder))["likeness"], features
        )
        return sent[0]

    torch.testing.assert_close(gradient(1), gradient(100))


def test_diversity_of_equal_and_of_strange_pictures():
    same = maps(1, 4, 3, 3).detach().repeat(2, 1, 1, 1)
    torch.testing.assert_close(float(likeness(same, 2)), 1.0)
    strange = torch.zeros(2, 4, 3, 3, dtype=torch.float64)
    strange[0, 0], strange[1, 1] = 1, 1
    losses = Diverse(Activation("a"), "a", 2).losses(seen(strange))
    assert float(losses["likeness"]) == 0


def test_crops_of_one_picture_count_as_that_picture():
    whole = maps(2, 4, 4, 6).detach()
    halves = torch.cat([part for each in whole.split(1) for part in each.split(3, dim=3)])
    torch.testing.assert_close(likeness(whole, 2), likeness(halves, 2))


def test_an_aim_as_text_is_the_algebra_in_python(small_network):
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    read = read_objective("stage2.relu:3 - 0.5*stage3.relu:1@2,3 + 2 * stage1.relu@middle", small_network)
    built = (
        Activation("stage2.relu:3")
        - 0.5 * Activation("stage3.relu:1@2,3")
        + 2 * Activation("stage1.relu@middle")
    )
    assert read.layers == built.layers
    look = ModelOutputs(picture, small_network.record(picture, read.layers))
    mine, other = (sum(each.losses(look).values()) for each in (read, built))
    torch.testing.assert_close(mine, other)
    negative = sum(read_objective("-stage2.relu:3", small_network).losses(look).values())
    torch.testing.assert_close(negative, -Activation("stage2.relu:3").loss(look))


def test_objectives_form_a_vector_space(small_network):
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    look = ModelOutputs(picture, small_network.record(picture, ["stage2.relu"]))
    a, b = Activation("stage2.relu:3"), Activation("stage2.relu:4")

    def value(objective):
        return float(sum(objective.losses(look).values()))

    assert value(2 * (a + b) - a) == pytest.approx(value(a) + 2 * value(b))
    assert isinstance(-a, Sum) and value(a - a) == 0


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("stage9.relu:1", UnknownName, "did you mean"),
        ("stage2.relu:99", PareidoliaError, "channels 0 to 7"),
        ("stage2.relu:1 + ", PareidoliaError, "not an address"),
        ("", PareidoliaError, "not an aim"),
        ("0.5*", UnknownName, "no layer '0.5"),
        ("stage2.relu:x", PareidoliaError, "not an address"),
        ("class:cat", PareidoliaError, "no class names"),
    ],
)
def test_aims_that_cannot_be_read(text, error, words, small_network):
    with pytest.raises(error, match=words):
        read_objective(text, small_network)
