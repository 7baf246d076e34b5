import pytest
import torch
from torch import nn
from torch.nn import functional as F

from pareidolia.backward import redirected
from pareidolia.settings import BadNetwork


def sent_back(x, signal, rectifier=F.relu):
    leaf = x.clone().requires_grad_(True)
    with redirected(nn.Identity()):
        (rectifier(leaf.clone()) * signal).sum().backward()
    return leaf.grad


def test_a_rectifier_that_lets_something_through_keeps_its_gradient():
    x = torch.tensor([[-1.0, 2.0, -3.0]])
    signal = torch.tensor([[-5.0, 7.0, 4.0]])
    assert sent_back(x, signal).tolist() == [[0, 7, 0]]


@pytest.mark.parametrize("rectifier", [F.relu, torch.relu_, F.relu6, lambda x: x.clamp(min=0)])
def test_a_shut_rectifier_is_pushed_open_and_never_further_shut(rectifier):
    x = torch.tensor([[-1.0, -2.0, -3.0]])
    signal = torch.tensor([[-5.0, 7.0, 0.0]])
    assert sent_back(x, signal, rectifier).tolist() == [[-5, 0, 0]]


def test_pictures_of_a_batch_are_judged_apart():
    x = torch.tensor([[-1.0, -2.0], [-1.0, 2.0]])
    signal = torch.tensor([[-5.0, -6.0], [-5.0, -6.0]])
    assert sent_back(x, signal).tolist() == [[-5, -6], [0, -6]]


def test_smooth_rectifiers_keep_their_slope():
    x, signal = torch.randn(3, 20), torch.randn(3, 20)
    leaf = x.clone().requires_grad_(True)
    (F.gelu(leaf) * signal).sum().backward()
    torch.testing.assert_close(sent_back(x, signal, F.gelu), leaf.grad)


def test_scripted_rectifiers_are_refused():
    with pytest.raises(BadNetwork, match="TorchScript"), redirected(torch.jit.script(nn.ReLU())):
        pass
