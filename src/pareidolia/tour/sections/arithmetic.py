"""Drawn with numbers: a convolution as a matrix, unpooling by switches, the three backward rules."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from pareidolia.backward import (
    BACKWARD_RULES,
    convolution_matrix,
    max_pool_with_switches,
    transposed_convolution,
    unpool,
)
from pareidolia.tour.drawing import line_of, number_grid
from pareidolia.tour.guide import Exhibit, Guide
from pareidolia.tour.sections.seeing import RULES

INPUT = torch.tensor([[1.0, 2, 0, 1], [0, 1, 3, 1], [2, 1, 0, 2], [1, 0, 1, 3]])
KERNEL = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
MAP = torch.tensor([[1.0, 3, 2, 1], [4, 2, 0, 5], [0, 1, 3, 2], [6, 2, 1, 2]])
RETURNED = torch.tensor([[7.0, 2], [5, -3]])
# Springenberg et al. 2015, figure 1 b: the rectifier's input, and the signal that comes back to it.
CAME = torch.tensor([[1.0, -1, 5], [2, -5, -7], [-3, 2, 4]])
BACK = torch.tensor([[-2.0, 3, -1], [6, -3, 1], [2, -1, 3]])


def tell_transposed(guide: Guide) -> Iterator[Exhibit]:
    """A 4×4 picture, a 3×3 kernel, the matrix C of their convolution, and Cᵀ times the result."""
    note = guide.words.note
    matrix = convolution_matrix(KERNEL, (4, 4))
    answer = (matrix @ INPUT.flatten()).reshape(2, 2)
    convolution = nn.Conv2d(1, 1, 3, bias=False).requires_grad_(False)
    convolution.weight.copy_(KERNEL)
    back = transposed_convolution(answer[None, None], convolution)[0, 0]
    forward = line_of(
        [
            number_grid(INPUT, note("transposed", "input")),
            "∗",
            number_grid(KERNEL, note("transposed", "kernel")),
            "=",
            number_grid(answer, note("transposed", "output")),
        ]
    )
    yield guide.draw("forward", forward)
    yield guide.draw("matrix", number_grid(matrix, "C", muted=matrix == 0, small=True), span=8)
    turned = number_grid(matrix.T, "Cᵀ", muted=matrix.T == 0, small=True)
    yield guide.draw("turned", turned, span=4, tall=True)
    yield guide.draw(
        "back",
        line_of(["Cᵀ ·", number_grid(answer.flatten()[:, None], "y"), "=", number_grid(back, "x̂ = Cᵀ y")]),
        span=8,
    )


def tell_switches(guide: Guide) -> Iterator[Exhibit]:
    """Max pooling that keeps the position of each maximum, and a signal put back there."""
    note = guide.words.note
    maxima, switches = max_pool_with_switches(MAP[None, None], nn.MaxPool2d(2))
    unpooled = unpool(RETURNED[None, None], switches, (4, 4))[0, 0]
    chosen = torch.zeros(16, dtype=torch.bool).index_fill(0, switches.flatten(), True).reshape(4, 4)
    forward = [
        number_grid(MAP, note("switches", "map"), marked=chosen),
        "→",
        number_grid(maxima[0, 0], note("switches", "maxima")),
    ]
    yield guide.draw("pooled", line_of(forward), span=6)
    backward = [
        number_grid(RETURNED, note("switches", "returned")),
        "→",
        number_grid(unpooled, note("switches", "unpooled"), marked=chosen, muted=~chosen),
    ]
    yield guide.draw("unpooled", line_of(backward), span=6)


def tell_rules(guide: Guide) -> Iterator[Exhibit]:
    """One rectifier, one signal, three rules."""
    note = guide.words.note
    forward = [
        number_grid(CAME, note("rules", "came")),
        "→",
        number_grid(CAME.relu(), note("rules", "rectified"), muted=CAME <= 0),
    ]
    yield guide.draw("forward", line_of(forward), span=7)
    yield guide.draw("back", number_grid(BACK, note("rules", "back")), span=5)
    for rule in RULES:
        signal = sent_back(rule)
        yield guide.draw(rule, number_grid(signal, note("rules", rule), muted=signal == 0), span=4)


def sent_back(rule: str) -> Tensor:
    """What `BACK` becomes at a ReLU that saw `CAME`, by a rule of the library."""
    rectifier = nn.ReLU()
    leaf = CAME.clone().requires_grad_()
    with BACKWARD_RULES[rule](rectifier):
        (signal,) = torch.autograd.grad(rectifier(leaf), leaf, BACK)
    return signal
