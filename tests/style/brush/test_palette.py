import numpy as np
import torch
import torch.nn.functional as F

from pareidolia.pictures import to_yiq
from pareidolia.style.brush.palette import Palette, _colored, _smoothing, palette_of
from pareidolia.style.feedforward.normalization import ForwardContext


def _colors(picture):
    """Y, I and Q of squares of 2×2 pixels, 3×M."""
    return to_yiq(F.avg_pool2d(picture, 2))[0].flatten(1).double().numpy()


def _covariance(palette):
    root = np.zeros((3, 3))
    root[np.tril_indices(3)] = palette[0, 3:]
    return root @ root.T


def _painting(seed=0):
    noise = torch.rand(1, 3, 6, 8, generator=torch.Generator().manual_seed(seed))
    return F.interpolate(0.3 + 0.4 * noise, (48, 64), mode="bicubic").clamp(0, 1)


def test_a_palette_is_mean_and_root_of_the_covariance():
    painting = _painting()
    palette, colors = palette_of(painting).numpy(), _colors(painting)
    np.testing.assert_allclose(palette[0, :3], colors.mean(1), atol=1e-6)
    np.testing.assert_allclose(_covariance(palette), np.cov(colors, bias=True), atol=1e-6)


def test_the_palette_of_a_part_is_that_of_the_part_alone():
    painting, part = _painting(), torch.zeros(1, 1, 48, 64)
    part[..., :32] = 1
    torch.testing.assert_close(palette_of(painting, part), palette_of(painting[..., :32]))


def test_what_is_painted_has_the_painting_s_mean_and_covariance():
    """Whatever the network says: here smooth maps of other means, sizes and correlations."""
    painting, code = _painting(), palette_of(_painting())
    said = F.interpolate(5 + 3 * torch.randn(1, 3, 5, 5), (120, 120), mode="bicubic")
    squares = torch.cat([said[:, :1].expand(-1, 4, -1, -1), said[:, 1:]], dim=1)
    painted = Palette()(squares, ForwardContext(code, None, []))
    assert painted.shape == (1, 3, 240, 240) and painted.min() >= 0 and painted.max() <= 1
    ours, theirs = np.cov(_colors(painted)), np.cov(_colors(painting))
    # 0.01 of the variance is added before it is divided by.
    np.testing.assert_allclose(_colors(painted).mean(1), _colors(painting).mean(1), atol=0.01)
    np.testing.assert_allclose(ours, theirs, atol=0.05 * np.abs(theirs).max())


def test_a_gray_painting_gives_gray_pictures():
    code = palette_of(_painting()[:, :1].expand(-1, 3, -1, -1))
    painted = Palette()(torch.randn(1, 6, 20, 20), ForwardContext(code, None, []))
    assert float((painted - painted.mean(1, keepdim=True)).abs().max()) < 0.01
    assert float(painted.std()) > 0.05


def test_what_is_flat_stays_flat():
    code = palette_of(_painting())
    painted = Palette()(torch.full((1, 6, 20, 20), 0.7), ForwardContext(code, None, []))
    assert torch.isfinite(painted).all() and float(painted.std((2, 3)).max()) < 0.01


def test_smoothing_squares_is_smoothing_the_picture():
    """By 1 2 1 with a border that reflects, of pixels whose four lumas share one chroma."""
    squares, matrices, shifts = torch.randn(2, 6, 7, 9), torch.randn(2, 3, 3), torch.randn(2, 3, 1)
    chroma = F.interpolate(squares[:, 4:], scale_factor=2, mode="nearest")
    yiq = torch.cat([F.pixel_shuffle(squares[:, :4], 2), chroma], dim=1)
    picture = torch.einsum("ncd,ndhw->nchw", matrices, yiq) + shifts[..., None]
    line = torch.tensor([0.25, 0.5, 0.25])
    kernel = torch.outer(line, line).expand(3, 1, 3, 3)
    wanted = F.conv2d(F.pad(picture, (1, 1, 1, 1), mode="reflect"), kernel, groups=3)
    painted = F.pixel_shuffle(_colored(squares, matrices, shifts, _smoothing()), 2)
    torch.testing.assert_close(painted, wanted, atol=1e-5, rtol=0)
