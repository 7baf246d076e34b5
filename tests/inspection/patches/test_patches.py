"""The operations `patches` and `evolution`: what is found, shown and told."""

import pytest
import torch
from safetensors.torch import save_file

from pareidolia.collecting import EngineSettings
from pareidolia.inspection import project, project_each
from pareidolia.inspection.attribution.overlays import colored
from pareidolia.inspection.patches import (
    EvolutionSettings,
    FeatureEvolution,
    PatchesSettings,
    StrongestPatches,
)
from pareidolia.inspection.patches.crops import crop
from pareidolia.networks import load_network_from
from pareidolia.pictures import from_uint8, open_uint8
from pareidolia.safety.weights_files import find_checkpoints
from pareidolia.settings import BadNetwork, PareidoliaError, Unit, UnknownName


def finished(operation):
    steps = list(operation)
    assert all(0 < step.index <= step.total for step in steps)
    return [*dict.fromkeys(step.stage for step in steps)]


def test_patches_are_what_fired_most_and_where(photos, chosen, tmp_path) -> None:
    settings = PatchesSettings(**chosen, units=("0-3", "11"), top=4, painted=False)
    found = StrongestPatches(photos, settings, index=tmp_path / "index")
    assert finished(found) == ["looking at photos", "sending back"]
    assert found.units == [0, 1, 2, 3, 11] and list(found.patches) == found.units
    field = found.network.layer("relu2").receptive_field
    for unit, patches in found.patches.items():
        assert [p.activation for p in patches] == sorted((p.activation for p in patches), reverse=True)
        assert len({p.name for p in patches}) == len(patches) <= 4
        for patch in patches:
            picture = from_uint8([open_uint8(photos / patch.name, (32, 32))]).contiguous()
            with torch.no_grad():
                maps = found.network.record(picture, ["relu2"])["relu2"][0, unit]
            assert abs(float(maps[patch.unit.position]) - patch.activation) < 1e-5
            assert abs(float(maps.max()) - patch.activation) < 1e-5
            assert torch.equal(patch.patch, crop(picture, field, patch.unit.position))
            row, column = patch.unit.position
            alone = project(found.network, picture, "relu2", [f"{unit}@{row},{column}"])
            expected = crop(colored(alone.signal), field, patch.unit.position)
            assert torch.allclose(patch.signal, expected, atol=1e-3)
    assert "5 units of relu2 over 12 photos" in found.caption and "skipped 1: broken.jpg" in found.caption
    assert found.picture.min() >= 0 and found.picture.max() <= 1


def test_more_units_cost_no_look_at_the_photos(photos, chosen, tmp_path) -> None:
    first = StrongestPatches(
        photos, PatchesSettings(**chosen, units=("0",), painted=False), index=tmp_path / "index"
    )
    finished(first)
    more = PatchesSettings(**chosen, units=("0-11",), painted=False)
    again = StrongestPatches(photos, more, index=tmp_path / "index")
    assert finished(again) == ["sending back"]
    assert len(list((tmp_path / "index").iterdir())) == 1
    other = StrongestPatches(
        photos, more.model_copy(update={"layer": "relu1", "units": ("7",)}), index=tmp_path / "index"
    )
    assert finished(other)[0] == "looking at photos"
    assert len(list((tmp_path / "index").iterdir())) == 2


def test_painted_features_stand_beside(photos, chosen, tmp_path) -> None:
    settings = PatchesSettings(**chosen, units=("2", "5"), top=2)
    found = StrongestPatches(photos, settings, index=tmp_path / "index")
    assert finished(found)[-1] == "painting"
    assert {unit: tuple(picture.shape) for unit, picture in found.painted.items()} == {
        2: (1, 3, 32, 32),
        5: (1, 3, 32, 32),
    }
    bare = StrongestPatches(photos, settings.model_copy(update={"painted": False}), index=tmp_path / "index")
    finished(bare)
    assert found.block(2).shape[-1] > bare.block(2).shape[-1]
    assert torch.equal(found.block(2)[..., -300:], bare.block(2)[..., -300:])


def test_a_unit_that_never_fires_is_told(photos, chosen, tmp_path) -> None:
    settings = PatchesSettings(**chosen, units=("0-1",), top=2)
    network = load_network_from(settings)
    with torch.no_grad():
        network.module.conv2.weight[1] = 0
        network.module.conv2.bias[1] = -1
    found = StrongestPatches(photos, settings, index=tmp_path / "index", network=network)
    finished(found)
    assert found.patches[1] == [] and 1 not in found.painted
    assert found.unit_caption(1) == "1: never active" and "never active: 1" in found.caption
    assert found.picture.shape[0] == 1


def test_layers_without_rows_and_columns_show_whole_photos(photos, tmp_path) -> None:
    (tmp_path / "flat.py").write_text(
        "from torch import nn\n"
        "def build():\n"
        "    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), "
        "nn.Linear(16, 5))\n"
    )
    settings = PatchesSettings(
        network=f"{tmp_path / 'flat.py'}:build", input="3x32x32", device="cpu", layer="4", units=("0-4",),
        top=2, painted=False,
    )  # fmt: skip
    found = StrongestPatches(photos, settings, index=tmp_path / "index")
    finished(found)
    assert all(patch.patch.shape == (1, 3, 32, 32) for patch in found.patches[3])


def test_each_picture_its_own_unit(network, pictures) -> None:
    units = [Unit("relu2", 3, (2, 4)), Unit("relu2", 7)]
    signals = project_each(network, pictures, "relu2", units)
    alone = [
        project(network, pictures[i : i + 1], "relu2", [name]).signal for i, name in enumerate(("3@2,4", "7"))
    ]
    assert torch.allclose(signals, torch.cat(alone), atol=1e-6)
    with pytest.raises(PareidoliaError, match="no channel 99"):
        project_each(network, pictures, "relu2", [Unit("relu2", 99), Unit("relu2", 0)])


def test_refusals(photos, chosen, tmp_path) -> None:
    def make(**changes):
        return StrongestPatches(photos, PatchesSettings(**{**chosen, **changes}), index=tmp_path / "index")

    with pytest.raises(PareidoliaError, match="channels 0 to 11, there is no channel 12"):
        make(units=("0-12",))
    with pytest.raises(UnknownName, match=r"relu2"):
        make(layer="relu3")
    assert not (tmp_path / "index").exists()


@pytest.fixture
def checkpoints(chosen, tmp_path):
    """Three moments of a training, named so that the alphabet would mix them up."""
    network = load_network_from(PatchesSettings(**chosen))
    folder = tmp_path / "history"
    folder.mkdir()
    for step in (0, 9, 10):
        state = {name: tensor * (1 + step / 10) for name, tensor in network.module.state_dict().items()}
        save_file({name: tensor.half() for name, tensor in state.items()}, folder / f"{step}.safetensors")
    return folder


def test_evolution(checkpoints, photos, chosen, tmp_path) -> None:
    settings = EvolutionSettings(**chosen, units=("0", "4"))
    watched = FeatureEvolution(
        [checkpoints], photos, settings, engine=EngineSettings(), index=tmp_path / "index"
    )
    assert [path.stem for path in watched.checkpoints] == ["0", "9", "10"]
    stages = finished(watched)
    assert [stage for stage in stages if "looking" in stage] == [
        f"{step}, looking at photos" for step in ("0", "9", "10")
    ]
    assert [len(moment) for moment in watched.moments] == [2, 2, 2]
    strengths = [float(moment[0][1]) for moment in watched.moments]
    assert strengths == sorted(strengths) and strengths[0] < strengths[1]
    assert watched.caption.startswith("3 checkpoints, at the last 2 units of relu2 over 12 photos")
    assert watched.picture.shape[0] == 1
    again = FeatureEvolution([checkpoints], photos, settings, index=tmp_path / "index")
    assert not any("looking" in stage for stage in finished(again))
    assert torch.equal(again.picture, watched.picture)


def test_evolution_of_another_network(checkpoints, photos, chosen, tmp_path) -> None:
    save_file({"strange": torch.zeros(2)}, checkpoints / "0.safetensors")
    with pytest.raises(BadNetwork, match="are not of"):
        FeatureEvolution([checkpoints], photos, EvolutionSettings(**chosen), index=tmp_path / "index")


def test_checkpoints_are_found(checkpoints, tmp_path) -> None:
    (checkpoints / "log.jsonl").write_text("")
    named = [checkpoints / "10.safetensors", checkpoints / "0.safetensors"]
    assert find_checkpoints(named) == named
    assert [path.stem for path in find_checkpoints([checkpoints])] == ["0", "9", "10"]
    for nothing in ([], [tmp_path]):
        with pytest.raises(PareidoliaError, match="no checkpoints"):
            find_checkpoints(nothing)
