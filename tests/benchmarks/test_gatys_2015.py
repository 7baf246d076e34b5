import pytest
import torch
from benchmarks.baselines import gatys_2015


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_the_baseline_paints(small_network, photo, painting_picture, optimizer):
    """The comparison's opponent works: it comes nearer to the painting's Gram matrices."""

    def distance(picture):
        maps = (small_network.record(p, ["stage1.relu"])["stage1.relu"] for p in (picture, painting_picture))
        first, second = map(gatys_2015.gram, maps)
        return (first - second).norm().item()

    painted = gatys_2015.paint(small_network, photo, painting_picture, optimizer=optimizer, iterations=80)
    assert painted.shape == photo.shape and 0 <= painted.min() <= painted.max() <= 1
    assert distance(painted) < 0.8 * distance(photo)


def test_gram_is_divided_by_the_number_of_elements():
    maps = torch.rand(1, 3, 4, 5)
    flat = maps.reshape(3, 20)
    torch.testing.assert_close(gatys_2015.gram(maps), flat @ flat.T / 60)
