import pytest
import torch
from torch import nn

from pareidolia.inspection.visualization import Features, FeatureSettings
from pareidolia.inspection.visualization.features import growing
from pareidolia.networks import Network
from pareidolia.painting import Activation, Direction
from pareidolia.settings import PareidoliaError, UnknownName


def features(network, objectives=None, **options):
    settings = FeatureSettings(
        **{"size": 32, "steps": 6, "layer": "stage2.relu", "units": ("0-3",), **options}
    )
    painting = Features(settings, network, objectives)
    for _ in painting:
        pass
    return painting


def mean_activation(network, pictures, address):
    layer, channel = address.split(":")
    with torch.no_grad():
        return network.record(pictures, [layer])[layer][:, int(channel)].mean(dim=(1, 2))


def test_each_picture_makes_its_own_unit_fire(small_network):
    painting = features(small_network, units=("0-7",), steps=FeatureSettings().steps)
    pictures = painting.pictures
    assert not any(painting.silent())
    for unit in range(8):
        fired = mean_activation(small_network, pictures, f"stage2.relu:{unit}")
        assert int(fired.argmax()) == unit


@pytest.mark.parametrize("canvas", ["fourier", "maco"])
def test_a_unit_is_painted_alike_in_any_company(canvas, small_network):
    """MACO sees several crops of each picture, which are not its neighbor's."""
    together = features(small_network, units=("0-3",), at_once=3, canvas=canvas).pictures
    alone = torch.cat([features(small_network, units=(f"{i}",), canvas=canvas).pictures for i in range(4)])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=0)


@pytest.mark.parametrize("canvas", ["fourier", "maco"])
def test_copies_are_painted_alike_in_any_company(canvas, small_network):
    options = {"copies": 2, "canvas": canvas}
    together = features(small_network, units=("0-2",), **options).pictures
    alone = features(small_network, units=("1",), **options).pictures
    torch.testing.assert_close(together[2:4], alone, atol=1e-4, rtol=0)


@pytest.mark.parametrize("canvas", ["fourier", "maco"])
def test_what_a_network_without_colours_responds_to_is_grey(canvas):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.Conv2d(6, 4, 3))
    network = Network("gray", module, mean=(0.4,), std=(0.3,), input_shape=(1, 32, 32))
    pictures = features(network, layer="2", canvas=canvas).pictures
    assert pictures.shape == (4, 3, 32, 32) and pictures.std() > 0.01
    assert (pictures.amax(1) - pictures.amin(1)).max() == 0
    # It is what the network saw, to the rounding of the weights of red, green and blue.
    seen = network.record(pictures[:, :1], ["2"])["2"]
    torch.testing.assert_close(seen, network.record(pictures, ["2"])["2"], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("canvas", ["fourier", "maco"])
def test_the_same_seed_gives_the_same_bytes(canvas, small_network):
    one, other, another = (
        features(small_network, canvas=canvas, copies=2, seed=seed).pictures for seed in (1, 1, 2)
    )
    assert torch.equal(one, other) and not torch.equal(one, another)
    assert one.shape == (8, 3, 32, 32) and 0 <= float(one.min()) <= float(one.max()) <= 1


def test_diversity_keeps_the_copies_apart(small_network):
    def likeness(diversity):
        pictures = features(small_network, units=("3",), copies=3, steps=60, diversity=diversity).pictures
        maps = small_network.record(pictures, ["stage2.relu"])["stage2.relu"].detach().flatten(2)
        grams = torch.nn.functional.normalize((maps @ maps.mT).flatten(1), dim=1)
        return float((grams @ grams.T).sum() - 3) / 6

    assert likeness(3.0) < likeness(0.0)


def test_sums_differences_and_directions_of_ones_own(small_network):
    aim = "stage2.relu:3 - stage2.relu:4"
    painting = features(small_network, aim=(aim, "stage3.relu@middle"), steps=40)
    assert painting.captions == (aim, "stage3.relu@middle")
    direction = torch.zeros(8)
    direction[3], direction[4] = 1, -1
    objectives = {"both": Direction("stage2.relu", direction), "one": Activation("stage2.relu:3")}
    own = features(small_network, objectives, steps=40)
    torch.testing.assert_close(own.pictures[:1], painting.pictures[:1], atol=1e-2, rtol=0)
    (three,), (four,) = (
        mean_activation(small_network, painting.pictures[:1], f"stage2.relu:{unit}") for unit in (3, 4)
    )
    assert three > four


def test_a_dead_unit_is_told_and_marked(small_network):
    with torch.no_grad():
        small_network.module.get_submodule("stage2.conv").bias[1] = -1e6
    painting = features(small_network, units=("3", "1"), starts=2)
    assert painting.caption.endswith("dead, since nothing made them respond: 1")
    assert painting.starts[1] == 2
    sheet = painting.picture
    assert sheet.shape[0] == 1
    # Its panel, the second, is pale.
    darkest = [float(panel.min()) for panel in sheet[..., 40:70, :].chunk(2, dim=3)]
    assert darkest[0] < 0.7


def test_half_of_the_steps_are_made_at_half_the_size(small_network):
    aims = [Activation("stage2.relu:3")]
    assert growing(small_network, aims, (32, 32), 7) == [((16, 16), 3), ((32, 32), 4)]
    assert growing(small_network, aims, (32, 32), 1) == [((32, 32), 1)]


def test_a_network_of_one_size_is_painted_at_that_size():
    module = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 16 * 16, 4), torch.nn.ReLU())
    network = Network("flat", module, mean=(0.5,) * 3, std=(0.5,) * 3, input_shape=(3, 16, 16))
    assert growing(network, [Activation("2:1")], (16, 16), 8) == [((16, 16), 8)]
    own = Features(FeatureSettings(layer="2", units=("0-3",), steps=2), network)
    assert own.pictures.shape == (4, 3, 16, 16)
    assert features(network, layer="2", units=("0-1",), size=24).pictures.shape == (2, 3, 24, 24)


def test_what_cannot_be_painted_is_refused(small_network):
    with pytest.raises(UnknownName, match="did you mean"):
        features(small_network, layer="stage2.rela")
    with pytest.raises(PareidoliaError, match="channels 0 to 7"):
        features(small_network, units=("8",))
    with pytest.raises(PareidoliaError, match="layer to differ in"):
        features(small_network, {"class": _Class()}, copies=2)


class _Class(Activation):
    layers = frozenset()

    def __init__(self):
        self.name = "class"
