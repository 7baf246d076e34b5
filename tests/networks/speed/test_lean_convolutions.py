import pytest
import torch
import torch.nn.functional as F

from pareidolia.networks.speed.lean_convolutions import lean_convolutions

CASES = {
    "plain": (dict(padding=1), 6),
    "strided": (dict(stride=2, padding=1), 6),
    "dilated": (dict(dilation=2), 6),
    "unlike": (dict(stride=(1, 2), padding=(2, 0)), 6),
    "grouped": (dict(padding=1, groups=6), 1),
}


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("case", CASES)
def test_results_and_gradients_are_the_same_to_the_bit(case, layout):
    options, channels = CASES[case]
    generator = torch.Generator().manual_seed(1)
    weight, bias = torch.randn(12, channels, 3, 3, generator=generator), torch.randn(12, generator=generator)
    picture = torch.randn(2, 6, 20, 23, generator=generator).contiguous(memory_format=layout)
    ways = []
    for lean in (False, True):
        x = picture.clone(memory_format=torch.preserve_format).requires_grad_(True)
        if lean:
            with lean_convolutions():
                y = F.conv2d(x, weight, bias, **options)
        else:
            y = F.conv2d(x, weight, bias, **options)
        y.square().sum().backward()
        ways.append((y.detach(), x.grad))
    assert torch.equal(ways[0][0], ways[1][0])
    assert torch.equal(ways[0][1], ways[1][1])


def kept(weight):
    sizes = []
    x = torch.randn(1, 3, 16, 16, requires_grad=True)

    def note(tensor):
        sizes.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor), lean_convolutions():
        F.conv2d(x, weight)
    return sizes


def test_nothing_is_kept_of_what_was_seen():
    assert kept(torch.randn(4, 3, 3, 3)) == [4 * 3 * 3 * 3]


def test_weights_that_are_trained_keep_it():
    weight = torch.randn(4, 3, 3, 3, requires_grad=True)
    assert 3 * 16 * 16 in kept(weight)
    x = torch.randn(1, 3, 8, 8, requires_grad=True)
    with lean_convolutions():
        F.conv2d(x, weight).sum().backward()
    assert weight.grad is not None
