"""The recipe that teaches retina its names, on toy photos."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.recipes.retina_photos import CLASSES, kill_at

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes"))
import retina as retina_recipe
import retina_material
import retina_names as recipe

SIDE = 64


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Random weights of a retina with three classes."""
    monkeypatch.setattr(retina_recipe, "CLASSES", len(CLASSES))
    save_file(retina_recipe.built().half().state_dict(), tmp_path / "begun.safetensors")
    return tmp_path / "begun.safetensors"


def test_a_kept_map_is_what_the_lower_stages_make_of_a_part_of_the_photo(
    packed: Path, tmp_path: Path
) -> None:
    """The photos are gray and flat, so that every part, flipped or not, is the same but for other colors."""
    photos = retina_material.NamedPhotos(packed / "large.npy", CLASSES, 0)
    photos.photos.pictures = np.full_like(photos.photos.pictures, 128)
    torch.manual_seed(0)
    lower = retina_recipe.built()[:4].eval()
    kept = recipe.KeptMaps(photos, tmp_path / "maps.npy", lower, recipe.NamesSettings(side=SIDE), soft=False)
    gray = torch.full((1, 3, SIDE, SIDE), 128 / 255)
    mean, std = (torch.tensor(each)[:, None, None] for each in (recipe.MEAN, recipe.STD))
    with torch.no_grad():
        expected = lower((gray - mean) / std)
    found = kept.of([1, 2, 3, 5], np.array([0, 1, 0, 1]))
    assert np.load(tmp_path / "maps.npy").shape == (2 * len(photos), expected.numel())
    torch.testing.assert_close(found[1:2], expected, rtol=0.03, atol=0.02)


def test_a_killed_run_goes_on_and_leaves_the_lower_stages_alone(
    photos: Path, packed: Path, begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(folder: str) -> Path:
        given = f"--from {begun} --packed {packed} --samples {photos}/samples --maps {tmp_path}/maps"
        numbers = f"--batch 8 --side {SIDE} --steps 6 --measure-every 2 --checkpoint-seconds 0 --warm-up 1"
        monkeypatch.setattr(
            sys, "argv", f"retina_names.py {given} --run {tmp_path / folder} {numbers}".split()
        )
        recipe.main()
        return tmp_path / folder / "retina.safetensors"

    whole = run("whole")
    with monkeypatch.context() as patch:
        kill_at(patch, recipe.Measuring, 4)
        with pytest.raises(KeyboardInterrupt):
            run("killed")
    assert run("killed").read_bytes() == whole.read_bytes()
    before, after = load_file(begun), load_file(whole)
    moved = {name for name in before if not torch.allclose(before[name], after[name], rtol=2e-3, atol=1e-4)}
    assert {name.split(".")[0] for name in moved} == {"stage5", "stage6", "head"}
