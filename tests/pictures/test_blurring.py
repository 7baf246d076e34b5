"""The blur is a separable convolution with a Gaussian, whatever the sizes; scipy is the reference."""

import pytest
import torch
from torch.autograd import gradcheck

from pareidolia.pictures import gaussian_blur

gaussian_filter = pytest.importorskip("scipy.ndimage", reason="scipy is not installed").gaussian_filter
MODES = {"replicate": "nearest", "reflect": "mirror"}


@pytest.mark.parametrize("border", MODES)
@pytest.mark.parametrize("sigma", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("shape", [(1, 3, 65, 63), (2, 1, 130, 20), (1, 5, 64, 128)])
def test_equal_to_scipys(border, sigma, shape):
    maps = torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = gaussian_filter(
        maps.numpy(), (0, 0, sigma, sigma), mode=MODES[border], radius=(0, 0, *[max(1, round(3 * sigma))] * 2)
    )
    torch.testing.assert_close(gaussian_blur(maps, sigma, border), torch.from_numpy(expected))


def test_layouts_and_sizes_below_the_kernel_make_no_difference():
    maps = torch.rand(1, 3, 9, 70)
    last = maps.contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(gaussian_blur(last, 20.0), gaussian_blur(maps, 20.0))
    torch.testing.assert_close(
        gaussian_blur(torch.full((1, 1, 1, 3), 0.3), 50.0), torch.full((1, 1, 1, 3), 0.3)
    )


def test_it_leads_back():
    maps = torch.rand(1, 1, 6, 7, dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda given: gaussian_blur(given, 1.5), (maps,))
