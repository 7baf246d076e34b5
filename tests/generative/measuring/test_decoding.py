"""The fast log p(x|z) and mixed precision are the model's own, and the estimate stays what it is."""

import pytest
import torch
from tests.generative.measuring.linear import LinearGaussian, generator

from pareidolia.generative.building import build, settings_of
from pareidolia.generative.measuring import importance_sampled
from pareidolia.generative.measuring.decoding import FlatDecoder, fast_log_likelihood

SHAPE = (1, 9, 10)


def make(shape=SHAPE, strength=1.0, **values):
    model = build("vae", settings_of("vae", {"latent": 4, "hidden": (30,), **values}), shape, 0)
    for layer in model.decoder.modules():
        if isinstance(layer, torch.nn.Linear):
            layer.weight.data *= strength
            layer.bias.data += 0.1 * torch.randn(layer.bias.shape, generator=generator(1))
    return model.eval().requires_grad_(False)


def binary(count, shape=SHAPE):
    return (torch.rand(count, *shape, generator=generator()) < 0.4).float()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"hidden": (20, 30)},
        {"activation": "tanh"},
        {"activation": "leaky-relu"},
        {"activation": "silu"},
        {"binarize": "threshold"},
    ],
)
@pytest.mark.parametrize("codes", [(7, 3), (3,), (2, 5, 3)])
def test_flat_decoders_are_the_models_own(values, codes):
    model = make(**values)
    fast = fast_log_likelihood(model)
    assert isinstance(fast, FlatDecoder)
    x, z = binary(3), torch.randn(*codes, 4, generator=generator(2))
    torch.testing.assert_close(fast(x, z), model.log_likelihood(x, z), rtol=1e-5, atol=1e-4)
    # Once more in the same buffers, and with fewer rows.
    z = 2 * z[..., :2, :]
    torch.testing.assert_close(fast(x[:2], z), model.log_likelihood(x[:2], z), rtol=1e-5, atol=1e-4)


def test_products_too_small_for_their_digits_are_done_again():
    model = make(strength=6.0)
    fast = fast_log_likelihood(model)
    x, z = binary(2), 3 * torch.randn(50, 2, 4, generator=generator(2))
    expected = model.log_likelihood(x, z)
    assert float(expected.min()) < -1000
    torch.testing.assert_close(fast(x, z), expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize(
    "values", [{"network": "convolutional", "width": 4}, {"likelihood": "gaussian"}, {"binarize": "no"}]
)
def test_other_models_answer_for_themselves(values):
    model = make((1, 12, 12), **values)
    fast = fast_log_likelihood(model)
    assert not isinstance(fast, FlatDecoder)
    x, z = binary(2, (1, 12, 12)), torch.randn(5, 2, 4, generator=generator())
    assert fast(x, z).equal(model.log_likelihood(x, z))


def test_weights_are_left_as_they_are():
    model = make()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    importance_sampled(model, binary(3), 50, generator(), precision="mixed")
    assert all(value.equal(before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize("values", [{"strength": 1.5}, {"network": "convolutional", "width": 4}])
def test_mixed_precision_gives_the_same_estimate(values):
    shape = (1, 12, 12)
    model = make(shape, **values)
    x = binary(20, shape)
    full = importance_sampled(model, x, 200, generator(3))
    mixed = importance_sampled(model, x, 200, generator(3), precision="mixed")
    # Only what carries less than 5 % of the weight is rough.
    assert float((full.value - mixed.value).abs().max()) < 5e-3
    assert float((full.value - full.value.mean()).abs().mean()) > 0.1


def test_mixed_precision_is_exact_where_one_code_carries_all():
    model = LinearGaussian(dtype=torch.float32)
    _, x = LinearGaussian().drawn(4, generator())
    found = importance_sampled(model, x.float(), 1, generator(), precision="mixed")
    torch.testing.assert_close(found.value, model.evidence(x), rtol=1e-4, atol=1e-3)
