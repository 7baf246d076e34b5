"""Crops against what a position truly sees, and their borders."""

import pytest
import torch

from pareidolia.inspection.patches.blocks import block
from pareidolia.inspection.patches.crops import crop, to_tile
from pareidolia.networks import ReceptiveField
from pareidolia.pictures.sheets import PAPER


@pytest.mark.parametrize("position", [(4, 5), (0, 0), (7, 7), (0, 6)])
def test_the_crop_is_all_that_a_unit_sees(position, small_network) -> None:
    layer = small_network.layer("stage3.relu")
    picture = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    marked = picture.clone().requires_grad_()
    maps = small_network.record(marked, ["stage3.conv"])["stage3.conv"]
    maps[0, 3, *position].backward()
    seen = marked.grad[0].abs().amax(dim=0) > 0
    patch = crop(picture, layer.receptive_field, position)
    assert patch.shape[-2:] == layer.receptive_field.size
    # The pixels that matter, and no others but a margin, are in the patch.
    rows, columns = seen.any(dim=1).nonzero().flatten(), seen.any(dim=0).nonzero().flatten()
    height, width = layer.receptive_field.size
    top, left = (
        min(max(p, 0), 32 - s)
        for p, s in zip(layer.receptive_field.window(*position)[:2], (height, width), strict=True)
    )
    inside = patch[..., rows[0] - top : rows[-1] + 1 - top, columns[0] - left : columns[-1] + 1 - left]
    assert torch.equal(inside, picture[..., rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def test_over_the_border_it_is_moved_inside() -> None:
    picture = torch.arange(120.0).view(1, 1, 10, 12).expand(-1, 3, -1, -1)
    field = ReceptiveField(size=(5, 5), stride=(1, 1), start=(-2, -2))
    for position, corner in (((0, 0), (0, 0)), ((9, 11), (5, 7)), ((5, 5), (3, 3)), ((0, 5), (0, 3))):
        top, left = corner
        assert torch.equal(crop(picture, field, position), picture[..., top : top + 5, left : left + 5])


def test_fields_larger_than_the_picture() -> None:
    picture = torch.rand(1, 3, 10, 20)
    field = ReceptiveField(size=(15, 15), stride=(4, 4), start=(-7, -7))
    assert torch.equal(crop(picture, field, (1, 2)), picture[..., 1:16])
    for whole in (crop(picture, None, (1, 2)), crop(picture, field, None)):
        assert torch.equal(whole, picture)


def test_tiles_and_blocks() -> None:
    tiny = torch.eye(3).expand(1, 3, 3, 3)
    tile = to_tile(tiny, 48)
    assert tile.shape == (1, 3, 48, 48) and set(tile.unique().tolist()) == {0.0, 1.0}
    oblong = to_tile(torch.zeros(1, 3, 20, 40), 48)
    assert (oblong[..., :12, :] == PAPER).all() and (oblong[..., 12:36, :] == 0).all()
    patches = [torch.full((1, 3, 9, 9), k / 10) for k in range(5)]
    drawn = block(None, patches[:2], patches, tile=20, top=5)
    assert drawn.shape == (1, 3, 42, 2 * 64 + 8)
    assert drawn[0, 0, 10, 10] == 0 and torch.isclose(drawn[0, 0, 10, 32], torch.tensor(0.1))
    assert drawn[0, 0, 10, 54] == PAPER and torch.isclose(drawn[0, 0, 32, 104], torch.tensor(0.4))
    assert block(patches[0], patches[:2], patches, tile=20, top=5).shape == (1, 3, 42, 42 + 8 + 2 * 64 + 8)
    assert block(None, [], [], tile=20, top=4).shape == (1, 3, 42, 42 * 2 + 8)
