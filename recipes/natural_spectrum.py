"""Measure the magnitude spectrum of natural pictures that `painting/natural.py` holds: a closed 1/f law.

    python recipes/natural_spectrum.py

In the logit of each of the decorrelated colours of the Fourier canvas, over squares of scikit-image's and
scikit-learn's photos, the root mean square of |F| / (H W) at k cycles a picture is fitted by A / k^a.
"""

from itertools import pairwise

import torch

from pareidolia.painting.canvas import decorrelated
from pareidolia.pictures import resize_picture, sample_photo
from pareidolia.pictures.samples import PHOTOS

SIDE = 256


def squares() -> list[torch.Tensor]:
    """Each photo's left and right (or upper and lower) square, 256x256 pixels."""
    found = []
    for name in PHOTOS:
        photo = sample_photo(name)
        side = min(photo.shape[-2:])
        found += [photo[..., :side, :side], photo[..., -side:, -side:]]
    return [resize_picture(each, (SIDE, SIDE)) for each in found]


def fit(pictures: list[torch.Tensor]) -> list[tuple[float, float, float]]:
    """For each colour: its mean, A and a."""
    colors = torch.cat([decorrelated(each) for each in pictures])
    # A window, since the jump from one border to the other would add a cross of 1/k.
    edge = torch.hann_window(SIDE, periodic=True)
    window = edge[:, None] * edge
    mean = colors.mean(dim=(0, 2, 3))
    spectrum = torch.fft.fft2((colors - mean.view(1, 3, 1, 1)) * window) / SIDE**2
    power = spectrum.abs().square().mean(dim=0) / window.square().mean()
    cycles = torch.fft.fftfreq(SIDE, 1 / SIDE)
    radius = (cycles[:, None] ** 2 + cycles**2).sqrt()
    rings = [2.0 * 1.25**step for step in range(19)]
    found = []
    for channel in range(3):
        logs = []
        for low, high in pairwise(rings):
            ring = (radius >= low) & (radius < high) & (radius < SIDE / 2)
            if ring.any():
                logs.append([radius[ring].log().mean(), power[channel][ring].mean().log() / 2])
        x, y = torch.tensor(logs).T
        slope = ((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum()
        amplitude = (y.mean() - slope * x.mean()).exp()
        found.append((float(mean[channel]), float(amplitude), -float(slope)))
    return found


if __name__ == "__main__":
    for mean, amplitude, exponent in fit(squares()):
        print(f"mean {mean:.4f}, amplitude {amplitude:.4f}, exponent {exponent:.3f}")
