"""What brush is trained towards, against the sums as written; what it is trained on."""

import numpy as np
import pytest
import torch

from pareidolia.training import SingleProcess


@pytest.fixture
def looking(teacher):
    from brush_loss import Looking

    return Looking(teacher)


def smooth(*size):
    coarse = torch.rand(*size[:2], 9, 9)
    return torch.nn.functional.interpolate(coarse, size[2:], mode="bicubic").clamp(0, 1)


def test_the_losses_are_those_of_the_aux_maps(looking):
    from brush_loss import smaller

    painted, photos = smooth(2, 3, 160, 160), smooth(2, 3, 160, 160)
    painting = smooth(1, 3, 176, 160)
    content, styles = looking.losses(painted, photos, looking.flat_grams(painting).expand(2, -1))

    def gram(maps):
        return maps.flatten(2) @ maps.flatten(2).mT / maps[0, 0].numel()

    expected = []
    for scale in range(3):
        found, wanted = (looking.network(smaller(each, scale)) for each in (painted, painting))
        for ours, aim in zip(map(gram, found), map(gram, wanted), strict=True):
            expected.append((ours - aim).square().sum((1, 2)) / aim.square().sum())
        if scale == 1:
            aim = looking.network(smaller(photos, 1))[3]
            relative = (found[3] - aim).square().sum((1, 2, 3)) / aim.square().sum((1, 2, 3))
            torch.testing.assert_close(content, relative, rtol=1e-3, atol=1e-6)
    torch.testing.assert_close(styles, torch.stack(expected, 1), rtol=1e-3, atol=1e-5)


def test_one_large_error_counts_by_its_root_without_a_jump():
    from brush import tame

    below, at, above = (tame(torch.tensor([value])) for value in (2.999, 3.0, 3.001))
    assert below < at < above and above - below == pytest.approx(0.002, rel=0.01)
    assert tame(torch.tensor([300.0])) == pytest.approx(2 * 30 - 3)


def test_a_sitting_is_a_function_of_seed_and_step(looking, tmp_path):
    from PIL import Image

    from brush_material import Sittings, pack_paintings

    folder = tmp_path / "paintings"
    folder.mkdir()
    for number in range(3):
        Image.effect_noise((300, 280), 40 + 40 * number).convert("RGB").save(folder / f"{number}.png")
    pack_paintings([folder], [2], looking, tmp_path / "packed")
    np.save(tmp_path / "photos.npy", np.random.default_rng(0).integers(0, 256, (5, 96, 96, 3), np.uint8))
    source = Sittings(tmp_path / "photos.npy", tmp_path / "packed", crop=64, batch=3, seed=1)
    first, again, other = (source.batch(step, SingleProcess()) for step in (4, 4, 5))
    assert first.photos.shape == (3, 3, 64, 64) and first.paintings.shape == (3, 3, 256, 256)
    assert torch.equal(first.photos, again.photos) and torch.equal(first.grams, again.grams)
    assert not torch.equal(first.photos, other.photos)
    # The Gram matrices that are kept are the paintings' own.
    torch.testing.assert_close(first.grams.float(), looking.flat_grams(first.paintings), rtol=0.05, atol=0.02)
