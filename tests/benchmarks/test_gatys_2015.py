import pytest
import torch
from benchmarks.baselines import gatys_2015


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_the_baseline_paints(small_network, photo, painting_picture, optimizer):
    """The comparison's opponent works: at every layer it comes nearer to the painting's Gram matrices."""
    layers = small_network.style_layers

    def distances(picture):
        both = (small_network.record(each, layers).values() for each in (picture, painting_picture))
        grams = (map(gatys_2015.gram, maps) for maps in both)
        return torch.stack([(first - second).norm() for first, second in zip(*grams, strict=True)])

    painted = gatys_2015.paint(small_network, photo, painting_picture, optimizer=optimizer, iterations=160)
    assert painted.shape == photo.shape and 0 <= painted.min() <= painted.max() <= 1
    assert (distances(painted) < 0.8 * distances(photo)).all()


def test_gram_is_divided_by_the_number_of_elements():
    maps = torch.rand(1, 3, 4, 5)
    flat = maps.reshape(3, 20)
    torch.testing.assert_close(gatys_2015.gram(maps), flat @ flat.T / 60)
