"""What brush is trained towards, against the sums as written; what it is trained on."""

import numpy as np
import pytest
import torch

from brush_material import Sitting
from pareidolia.networks import load_network
from pareidolia.training import SingleProcess, StepContext


@pytest.fixture(scope="module")
def looking(tmp_path_factory):
    """VGG-19 with random weights looks, in coordinates fitted on smooth pictures."""
    import brush_loss
    import feature_distillation

    def random_weights(name, device):
        return load_network(name, weights="random", device=device)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feature_distillation, "load_network", random_weights)
        found = brush_loss.Looking()
    folder = tmp_path_factory.mktemp("bases")
    found.fit((smooth(1, 3, 64, 64) for _ in range(6)), folder / "bases.safetensors")
    return found


def smooth(*size):
    coarse = torch.rand(*size[:2], 9, 9)
    return torch.nn.functional.interpolate(coarse, size[2:], mode="bicubic").clamp(0, 1)


def test_the_losses_are_relative_errors_of_means_and_covariances(looking):
    from brush_loss import smaller

    painted, photos = smooth(2, 3, 160, 160), smooth(2, 3, 160, 160)
    painting = smooth(1, 3, 176, 160)
    told = looking.compare(painted, photos, looking.flat_statistics(painting).expand(2, -1))
    expected = []
    for scale in range(3):
        found, wanted = (looking.maps(smaller(each, scale)) for each in (painted, painting))
        for ours, aim in zip(found, wanted, strict=True):
            rows = []
            for each in ours:
                far = (each.mean((1, 2)) - aim[0].mean((1, 2))).square().sum()
                other = (
                    (each.flatten(1).cov(correction=0) - aim[0].flatten(1).cov(correction=0)).square().sum()
                )
                far = far / aim[0].mean((1, 2)).square().sum()
                rows.append((far + other / aim[0].flatten(1).cov(correction=0).square().sum()) / 2)
            expected.append(torch.stack(rows))
        if scale == 1:
            aim = looking.maps(smaller(photos, 1))[3]
            relative = (found[3] - aim).square().sum((1, 2, 3)) / aim.square().sum((1, 2, 3))
            torch.testing.assert_close(told.content, relative, rtol=1e-3, atol=1e-6)
    torch.testing.assert_close(told.styles, torch.stack(expected, 1), rtol=1e-3, atol=1e-5)


def test_the_coordinates_keep_angles_and_are_about_one(looking):
    for basis, maps in zip(looking._bases, looking.maps(smooth(1, 3, 64, 64)), strict=True):
        products = basis @ basis.T
        torch.testing.assert_close(products / products[0, 0], torch.eye(len(basis)), rtol=0, atol=1e-4)
        assert 0.3 < float(maps.square().mean()) < 3


def test_the_sliced_distance_looks_at_values_and_not_at_places():
    from brush_loss import sliced

    generator = torch.Generator().manual_seed(2)
    maps = torch.randn(2, 1, 12, 10, generator=generator)
    elsewhere = maps.flatten(2)[..., torch.randperm(120, generator=generator)].view_as(maps)
    assert sliced([maps], [elsewhere], generator).max() < 1e-10
    # All values further by c are c² away, as a share of their variance.
    shifted = sliced([maps + 0.5], [maps], generator)
    torch.testing.assert_close(shifted, 0.25 / maps.flatten(1).var(1))
    # Of more positions, the quantiles: half as busy everywhere is not as busy as half of the places.
    calm = torch.cat([torch.zeros(1, 1, 40, 10), torch.randn(1, 1, 40, 10, generator=generator)], dim=2)
    gray = torch.randn(1, 1, 20, 10, generator=generator) * calm.std()
    assert sliced([calm[:, :, ::4]], [calm], generator) < 0.05 < 0.08 < sliced([gray], [calm], generator)


def test_a_lattice_is_what_repeats_with_the_squares():
    from brush_loss import lattice

    torch.manual_seed(1)
    rows = torch.arange(160.0)[:, None].expand(160, 160)

    def picture(period):
        wave = 0.1 * torch.sin(2 * torch.pi * rows / period + 0.3)
        return (0.5 + wave + 0.1 * torch.randn(160, 160)).expand(1, 3, -1, -1)

    # An amplitude of 0.1 has a variance of 0.005 of 0.015.
    for period in (8, 16 / 3, 4, 16 / 5):
        assert float(lattice(picture(period))) == pytest.approx(1 / 3, rel=0.1)
    for period in (4.5, 6.4, 11):
        assert float(lattice(picture(period))) < 0.02
    # What has as much of every wave has no lattice.
    assert float(lattice(torch.rand(1, 1, 640, 640).expand(1, 3, -1, -1))) < 0.01
    assert float(lattice(torch.full((1, 3, 160, 160), 0.5))) == 0


def test_the_means_of_a_painting_are_those_that_were_kept(looking):
    from brush_loss import means_of

    pictures = smooth(2, 3, 96, 96)
    for mean, maps in zip(means_of(looking.flat_statistics(pictures)), looking.maps(pictures), strict=True):
        torch.testing.assert_close(mean, maps.mean((2, 3)))


def test_steps_lower_the_loss_of_the_painter_and_then_of_the_critic(looking):
    from brush import BrushSettings, BrushTraining
    from pareidolia.style.brush.network import BrushNetwork

    torch.manual_seed(0)
    paintings = smooth(2, 3, 256, 256)
    sitting = Sitting(smooth(2, 3, 96, 96), paintings, looking.flat_statistics(paintings), (0, 0))
    training = BrushTraining(BrushNetwork(), looking, BrushSettings())
    context = StepContext(0, 1, 0.0, 2, torch.Generator())
    for phase in training.phases():
        parameters = list(phase.parameters)
        optimizer, totals = torch.optim.Adam(parameters, 3e-3), []
        for _ in range(8):
            context.generator.manual_seed(0)
            losses = phase.loss(sitting, context)
            losses.total.backward(inputs=parameters)
            optimizer.step()
            optimizer.zero_grad()
            totals.append(losses.total.detach().item())
        assert totals[-1] < totals[0]


def test_training_begins_with_a_run_and_leaves_its_critic_out(looking, tmp_path):
    from safetensors.torch import save_file

    from brush import BrushSettings, BrushTraining, begin_with
    from pareidolia.style.brush.network import BrushNetwork

    run, network = BrushTraining(BrushNetwork(), looking, BrushSettings()), BrushNetwork()
    kept = run.state_dict()
    assert any(name.startswith("critic.") for name in kept)
    save_file(kept, tmp_path / "model.safetensors")
    begin_with(network, tmp_path / "model.safetensors", None)
    for name, given in run.network.state_dict().items():
        assert torch.equal(network.state_dict()[name], given), name


def test_one_large_error_counts_by_its_root_without_a_jump():
    from brush import tame

    below, at, above = (tame(torch.tensor([value])) for value in (2.999, 3.0, 3.001))
    assert below < at < above and above - below == pytest.approx(0.002, rel=0.01)
    assert tame(torch.tensor([300.0])) == pytest.approx(2 * 30 - 3)


def test_a_sitting_is_a_function_of_seed_and_step(looking, tmp_path):
    from PIL import Image

    from brush_material import Sittings, keep_statistics, pack_paintings

    folder = tmp_path / "paintings"
    folder.mkdir()
    for number in range(3):
        Image.effect_noise((300, 280), 40 + 40 * number).convert("RGB").save(folder / f"{number}.png")
    pack_paintings([folder], [2], tmp_path / "packed")
    keep_statistics(tmp_path / "packed", looking)
    np.save(tmp_path / "photos.npy", np.random.default_rng(0).integers(0, 256, (5, 96, 96, 3), np.uint8))
    source = Sittings(tmp_path / "photos.npy", tmp_path / "packed", crop=64, batch=3, seed=1)
    first, again, other = (source.batch(step, SingleProcess()) for step in (4, 4, 5))
    assert first.photos.shape == (3, 3, 64, 64) and first.paintings.shape == (3, 3, 256, 256)
    assert torch.equal(first.photos, again.photos) and torch.equal(first.statistics, again.statistics)
    assert not torch.equal(first.photos, other.photos)
    # The statistics that are kept are the paintings' own.
    kept = looking.flat_statistics(first.paintings)
    assert (first.statistics.float() - kept).norm() < 0.02 * kept.norm()


def test_a_painting_that_measures_is_left_out_also_from_another_file(tmp_path):
    from PIL import Image

    from brush_material import pack_paintings

    for name in ("paintings", "measured"):
        (tmp_path / name).mkdir()
    for number in range(2):
        pixels = np.random.default_rng(number).integers(0, 256, (5, 6, 3), np.uint8)
        painting = Image.fromarray(pixels).resize((300, 280), Image.Resampling.BICUBIC)
        painting.save(tmp_path / "paintings" / f"{number}.png")
    painting.resize((450, 400)).save(tmp_path / "measured" / "another.jpg", quality=80)
    folders, measured = [tmp_path / "paintings"], [tmp_path / "measured"]
    pack_paintings(folders, [9], tmp_path / "all")
    pack_paintings(folders, [9], tmp_path / "some", measured)
    every, some = (len(np.load(tmp_path / f"{name}.npy")) for name in ("all", "some"))
    assert 1 <= some < every
