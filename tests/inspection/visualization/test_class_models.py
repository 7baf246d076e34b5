"""Class models against the loop written out, and against the closed form of a linear network."""

import copy

import pytest
import torch
from torch import nn

from pareidolia.inspection.framing import frame
from pareidolia.inspection.visualization import ClassModels, ClassModelSettings, Features, FeatureSettings
from pareidolia.inspection.visualization.class_models import usual_penalty
from pareidolia.networks import Network, load_network
from pareidolia.settings import BadPicture, PareidoliaError, UnknownName

MEAN = (0.4, 0.5, 0.6)


def network(module, names=("cat", "dog", "fox")):
    return Network("own", module, mean=MEAN, std=(1.0,) * 3, input_shape=(3, 16, 16), class_names=names)


@pytest.fixture
def linear():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        return network(nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 3)).double())


@pytest.fixture
def curved():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        parts = (nn.Conv2d(3, 6, 3), nn.Softplus(), nn.Conv2d(6, 3, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        return network(nn.Sequential(*parts))


def painted(net, names=("dog", "fox"), regularize="l2", **options):
    painting = ClassModels(names, ClassModelSettings(size=16, regularize=regularize, **options), net)
    for _ in painting:
        pass
    return painting


def test_zeros_show_the_mean_colour(curved):
    painting = ClassModels(("dog",), ClassModelSettings(size=16, regularize="l2"), curved)
    assert torch.equal(painting.pictures, torch.tensor(MEAN).view(1, 3, 1, 1).expand(1, 3, 16, 16))


def test_a_linear_network_has_its_closed_form(linear):
    """S_c = w·I + b less λ|I|² is greatest at I = w/(2λ), unbounded."""
    weight = 0.02
    painting = painted(linear, penalty=weight, learning_rate=5.0, momentum=0.5, steps=300)
    for picture, row in zip(painting.pictures, (1, 2), strict=True):
        added = picture.double() - torch.tensor(MEAN).double().view(3, 1, 1)
        closed = linear.module[1].weight[row].detach().view(3, 16, 16) / (2 * weight)
        torch.testing.assert_close(added, closed, atol=1e-5, rtol=1e-5)
    assert float(painting.pictures.max()) > 1 and float(painting.pictures.min()) < 0


def test_the_usual_penalty_follows_the_strength_of_the_gradients(linear):
    """Scores a hundred times as strong give the same picture, and a linear network has its closed form."""
    louder = copy.deepcopy(linear)
    with torch.no_grad():
        louder.module[1].weight *= 100
    one, other = (painted(net, steps=40) for net in (linear, louder))
    assert other.penalty == pytest.approx(100 * one.penalty, rel=1e-5)
    torch.testing.assert_close(one.pictures, other.pictures, atol=1e-5, rtol=1e-4)
    strength = linear.module[1].weight.detach().norm(dim=1).mean().item()
    assert one.penalty == pytest.approx(strength / (2 * 0.2 * (3 * 16 * 16) ** 0.5), rel=1e-5)


def test_the_usual_penalty_holds_class_models_of_the_shipped_network_in_the_range_of_pictures():
    settings = ClassModelSettings(network="retina", regularize="l2", size=96, steps=32)
    painting = ClassModels(("Egyptian cat", "flamingo"), settings)
    for _ in painting:
        pass
    mean = torch.tensor(load_network("retina", device="cpu").mean).view(1, 3, 1, 1)
    contrast = (painting.pictures - mean).square().mean((1, 2, 3)).sqrt()
    assert all(0.05 < each < 0.5 for each in contrast)


def test_a_network_whose_scores_are_all_shut_has_a_penalty(linear):
    with torch.no_grad():
        linear.module[1].weight.zero_()
    assert usual_penalty(linear, (16, 16)) == 1


def test_it_is_gradient_ascent_with_momentum_on_the_score_less_the_norm(curved):
    weight, rate, momentum, steps = 0.01, 0.7, 0.8, 25
    painting = painted(curved, penalty=weight, learning_rate=rate, momentum=momentum, steps=steps)
    mean = torch.tensor(MEAN).view(1, 3, 1, 1)
    for picture, index in zip(painting.pictures, (1, 2), strict=True):
        image, speed = torch.zeros(1, 3, 16, 16), torch.zeros(1, 3, 16, 16)
        for _ in range(steps):
            image.requires_grad_(True)
            score = curved.module(image)[0, index]  # normalised: (mean + I − mean) / 1
            (gradient,) = torch.autograd.grad(score - weight * image.square().sum(), image)
            speed = momentum * speed + gradient
            image = (image + rate * speed).detach()
        torch.testing.assert_close(picture[None], image + mean, atol=1e-5, rtol=1e-5)


def test_a_score_that_is_shut_at_first_is_woken_and_stays_awake():
    """SqueezeNet rectifies its scores: at zeros many send nothing back, and the norm must not hide it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        layer = nn.Conv2d(3, 3, 3)
    nn.init.constant_(layer.bias, -0.05)
    shut = network(nn.Sequential(layer, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()))
    painting = painted(shut, steps=60, learning_rate=0.5, penalty=1e-3)
    canvas = painting.pictures.clone().requires_grad_()  # it is unbounded, as nothing but a canvas may be
    assert (shut(canvas)[:, 1:].diagonal() > 0).all()


@pytest.mark.parametrize(("regularize", "rate"), [("l2", 0.5), ("robust", 0.03)])
def test_classes_on_a_sheet_are_those_painted_alone(regularize, rate, curved):
    options = {"regularize": regularize, "steps": 10, "learning_rate": rate}
    together = painted(curved, **options).pictures
    for name, picture in zip(("dog", "fox"), together, strict=True):
        alone = painted(curved, (name,), **options).pictures
        torch.testing.assert_close(picture[None], alone)


def test_classes_that_are_seen_in_crops_are_those_painted_alone(curved):
    """By class models and by features, which see several crops of each picture."""
    large = Network(
        "large", curved.module, mean=MEAN, std=(1.0,) * 3, input_shape=(3, 64, 64), class_names=tuple("abc")
    )

    def models(*names):
        return ClassModels(names, ClassModelSettings(size=64, steps=6), large).run(progress=False).pictures

    def features(*names):
        aims = tuple(f"class:{name}" for name in names)
        return Features(FeatureSettings(aim=aims, size=64, steps=6), large).run(progress=False).pictures

    for paint in (models, features):
        alone = torch.cat([paint(name) for name in "bc"])
        torch.testing.assert_close(paint("b", "c"), alone, atol=1e-4, rtol=0)


def test_robust_models_raise_the_score_and_stay_pictures(curved):
    painting = painted(curved, regularize="robust", steps=30)
    pictures = painting.pictures
    assert 0 <= float(pictures.min()) <= float(pictures.max()) <= 1
    gray = curved(torch.full((1, 3, 16, 16), 0.5))[0]
    scores = curved(pictures)
    assert scores[0, 1] > gray[1] and scores[1, 2] > gray[2]
    assert painting.picture.shape[0] == 1 and float(painting.picture.min()) >= 0


def test_classes_that_are_not_there_are_refused(curved):
    with pytest.raises(UnknownName, match="no class 'goldfish'"):
        painted(curved, ("goldfish",))
    with pytest.raises(PareidoliaError, match="classes are 0 to 2"):
        painted(curved, ("7",))


def test_a_network_without_classes_is_refused(small_network):
    with pytest.raises(PareidoliaError, match="no class"):
        painted(small_network, ("dog",))
    with pytest.raises(PareidoliaError, match="no class"):
        painted(small_network, ("3",))


@pytest.mark.parametrize("channels", [2, 4, 5])
def test_channels_that_cannot_be_shown_are_refused_before_the_work(channels):
    module = nn.Sequential(nn.Conv2d(channels, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    network = Network.of(module.eval(), input_shape=(channels, 16, 16))
    with pytest.raises(BadPicture, match=f"pictures of {channels} channels, which cannot be shown"):
        ClassModels(0, ClassModelSettings(steps=1), network)
    assert frame(network, torch.rand(1, channels, 20, 20)).shape == (1, channels, 16, 16)


def test_a_strip_is_refused_at_the_size_of_a_network():
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    )
    network = Network.of(module.eval(), input_shape=(3, 16, 16))
    with pytest.raises(BadPicture, match=r"strip of 4000x8 pixels.*cut a part out, or give a --size"):
        frame(network, torch.rand(1, 3, 8, 4000))
    assert frame(network, torch.rand(1, 3, 8, 4000), size=1000).shape == (1, 3, 2, 1000)
