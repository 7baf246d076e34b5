import pytest
import torch

from pareidolia.painting.canvas import decorrelated
from pareidolia.painting.natural import AMPLITUDES, EXPONENTS, PhaseCanvas, natural_magnitudes
from pareidolia.pictures import resize_picture, sample_photo
from pareidolia.settings import MissingExtra


@pytest.mark.parametrize("size", [(24, 32), (25, 31), (24, 31), (25, 32)])
def test_the_magnitudes_stay_those_of_natural_pictures_while_phases_change(size):
    generator = torch.Generator().manual_seed(3)
    canvas = PhaseCanvas.noise(size, generator, count=2)
    canvas.hold(canvas.values.detach().double())
    optimizer = torch.optim.NAdam([canvas.values], lr=1.0)
    target = torch.rand((2, 3, *size), generator=generator, dtype=torch.float64)
    for _ in range(5):
        optimizer.zero_grad()
        (canvas.render(canvas.values) - target).square().sum().backward()
        optimizer.step()
    with torch.no_grad():
        picture = canvas.render(canvas.values)
        # The inverse of the sigmoid, unclamped.
        colors = torch.einsum("nchw,dc->ndhw", picture.logit(), _inverse())
    magnitudes = torch.fft.rfft2(colors).abs()
    magnitudes[..., 0, 0] = 0
    torch.testing.assert_close(
        magnitudes, natural_magnitudes(size).double().expand_as(magnitudes), rtol=1e-4, atol=1e-4
    )


def _inverse():
    from pareidolia.painting.canvas import _COLOR

    return _COLOR.double().inverse()


def test_a_canvas_of_a_picture_has_its_phases():
    picture = 0.2 + 0.6 * torch.rand((1, 3, 16, 18), generator=torch.Generator().manual_seed(1))
    canvas = PhaseCanvas.of(picture)
    wanted = torch.fft.rfft2(decorrelated(picture))
    shown = torch.fft.rfft2(decorrelated(canvas.render(canvas.values.detach())))
    turned = (wanted / shown).angle().abs()
    # Real numbers in every picture: their sign is the canvas's own.
    turned[..., 0, [0, 9]] = turned[..., 8, [0, 9]] = 0
    assert float(turned.max()) < 1e-4


def test_another_size_shows_the_same_picture():
    canvas = PhaseCanvas.noise((32, 32), torch.Generator().manual_seed(0))
    before = canvas.render(canvas.values.detach())
    canvas.continue_at((64, 48), canvas.values)
    after = canvas.render(canvas.values.detach())
    assert canvas.size == (64, 48)
    smaller = resize_picture(after, (32, 32)).flatten()
    assert torch.corrcoef(torch.stack([before.flatten(), smaller]))[0, 1] > 0.9


def test_the_law_fits_photos_it_is_told_for():
    """Within a factor of two of a photo's own magnitudes, at coarse and fine frequencies."""
    try:
        photos = [
            resize_picture(sample_photo(name)[..., :300, :300], (128, 128)) for name in ("chelsea", "china")
        ]
    except MissingExtra as missing:
        pytest.skip(str(missing))
    colors = torch.cat([decorrelated(photo) for photo in photos])
    window = torch.hann_window(128)[:, None] * torch.hann_window(128)
    centered = (colors - colors.mean((2, 3), keepdim=True)) * window
    power = torch.fft.rfft2(centered).abs().square().mean(0) / window.square().mean()
    law = natural_magnitudes((128, 128)).square()
    cycles = (torch.fft.fftfreq(128, 1 / 128)[:, None] ** 2 + torch.fft.rfftfreq(128, 1 / 128) ** 2).sqrt()
    for low, high in ((3, 8), (8, 20), (20, 50)):
        ring = (cycles >= low) & (cycles < high)
        ratio = (power[:, ring].sum() / law[:, ring].sum()).sqrt()
        assert 0.5 < float(ratio) < 2
    assert len(AMPLITUDES) == len(EXPONENTS) == 3
