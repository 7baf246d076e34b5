"""Pictures to learn from that are the same in each step."""

import torch

from pareidolia.training import Batch, TrainingRun, seeded

COLORS = torch.tensor([[0.9, 0.2, 0.2], [0.2, 0.2, 0.9]])


class Same:
    """A `Source` of one batch, so many times."""

    def __init__(self, pictures, steps):
        self.pictures, self.count, self.size = pictures, steps * len(pictures), tuple(pictures.shape[-2:])

    def batch(self, step, process_group):
        return Batch(self.pictures)


def flat_pictures(side):
    """Eight, of two colors in turn."""
    return COLORS[torch.arange(8) % 2][:, :, None, None].expand(8, 3, side, side)


def assert_learns_two_colors(model, side, steps):
    """Samples end nearer to the two colors than the mean picture that a GAN begins with."""
    pictures = flat_pictures(side)
    model.init_output_bias(pictures.mean(0))
    run = TrainingRun(model, Same(pictures, steps), model.settings)
    for _ in run:
        pass
    with torch.no_grad():
        made = run.result.decode(run.result.prior.sample(64, seeded(torch.Generator(), 0))).mean((2, 3))
    nearest = torch.cdist(made, COLORS).min(1).values
    assert nearest.mean() < 0.6 * (COLORS[0] - COLORS[1]).norm() / 2
