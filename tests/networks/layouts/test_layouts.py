"""Tokens and channels-last outputs as maps: whatever order they are kept in, each stands at its place."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pareidolia.networks import Network


class Rearranging(nn.Module):
    """Patches of 4x4 pixels, brought into another order, changed one by one, and brought back."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.inside, self.back = nn.Conv2d(3, 6, 4, 4), nn.Linear(6, 6), nn.Identity()

    def there(self, maps: Tensor) -> Tensor:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        return self.inside(self.there(self.patches(x)))

    def expected(self, x: Tensor) -> Tensor:
        """What is there at each place: nothing of the order enters."""
        return self.inside(self.patches(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ChannelsLast(Rearranging):
    def there(self, maps: Tensor) -> Tensor:
        return maps.permute(0, 2, 3, 1)


class Tokens(Rearranging):
    def there(self, maps: Tensor) -> Tensor:
        return maps.flatten(2).transpose(1, 2)


class TokensAfterOthers(Rearranging):
    """A class token and three registers before them, one behind."""

    def __init__(self) -> None:
        super().__init__()
        self.others, self.last = nn.Parameter(torch.rand(1, 4, 6)), nn.Parameter(torch.rand(1, 1, 6))

    def there(self, maps: Tensor) -> Tensor:
        tokens = maps.flatten(2).mT
        rows = len(tokens)
        return torch.cat([self.others.expand(rows, -1, -1), tokens, self.last.expand(rows, -1, -1)], dim=1)


class SequenceFirst(Rearranging):
    """T×N×C inside, as attention without `batch_first` wants it; and back."""

    def there(self, maps: Tensor) -> Tensor:
        return maps.flatten(2).permute(2, 0, 1).flip(0).transpose(0, 1)


class Windows(Rearranging):
    """Swin's: rolled, padded to whole windows, cut into 2x2 of them, which stand on the first axis."""

    def there(self, maps: Tensor) -> Tensor:
        x = torch.roll(maps.permute(0, 2, 3, 1), (-1, -2), dims=(1, 2))
        x = F.pad(x, (0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2))
        count, rows, columns, channels = x.shape
        x = x.view(count, rows // 2, 2, columns // 2, 2, channels)
        return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, 4, channels)


class Blocks(Rearranging):
    """Hiera's: tokens of a 2x2 block stand apart, so that pooling them takes one of each quarter."""

    def there(self, maps: Tensor) -> Tensor:
        count, channels, rows, columns = maps.shape
        x = maps.view(count, channels, rows // 2, 2, columns // 2, 2)
        return x.permute(0, 3, 5, 2, 4, 1).reshape(count, -1, channels)


class InOneRow(Rearranging):
    """LeViT's: the tokens of all pictures in one row, as batch normalization wants them."""

    def there(self, maps: Tensor) -> Tensor:
        return maps.flatten(2).mT.flatten(0, 1)


class Heads(Rearranging):
    """N×heads×T×C/heads: heads and their channels are channels."""

    def there(self, maps: Tensor) -> Tensor:
        return maps.flatten(2).mT

    def forward(self, x: Tensor) -> Tensor:
        inside = super().forward(x)
        return self.back(inside.reshape(*inside.shape[:2], 2, 3).transpose(1, 2))


@pytest.mark.parametrize("size", [(32, 32), (24, 40)])
@pytest.mark.parametrize(
    "kind", [ChannelsLast, Tokens, TokensAfterOthers, SequenceFirst, Windows, Blocks, InOneRow, Heads]
)
def test_a_map_has_each_token_at_its_place(kind: type[Rearranging], size: tuple[int, int]) -> None:
    module = kind()
    network = Network.of(module, input_shape=(3, 32, 32), mean=(0.0,) * 3, std=(1.0,) * 3)
    layer = "back" if kind is Heads else "inside"
    assert network.layers[layer].shape == (6, 8, 8)
    assert network.layers[layer].form == ("channels last" if kind is ChannelsLast else "tokens")
    pictures = torch.rand(3, 3, *size, requires_grad=True)
    found = network.record(pictures, layer)[layer]
    torch.testing.assert_close(found, module.expected(pictures))
    (gradient,) = torch.autograd.grad(found[1, :, 1, 2].sum(), pictures)
    seen = gradient.abs().sum(dim=1).nonzero()
    assert set(seen[:, 0].tolist()) == {1} and seen[:, 1:].amin(0).tolist() == [4, 8]
    assert seen[:, 1:].amax(0).tolist() == [7, 11]


class Merging(nn.Module):
    """Patch merging as in Swin, pooling as in Hiera, tokens that are mixed: what stands where."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.mixed = nn.Conv2d(3, 4, 4, 4), nn.Linear(64, 64)
        self.norm, self.merged, self.pooled = nn.LayerNorm(4), nn.Linear(16, 5), nn.Identity()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.head = nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).mT
        tokens = self.norm(tokens + self.mixed(tokens.mT).mT)
        tokens = tokens + self.attention(tokens, tokens, tokens)[0]
        maps = tokens.view(-1, 8, 8, 4)
        parts = maps.reshape(-1, 4, 2, 4, 2, 4)
        self.pooled(parts.permute(0, 2, 4, 1, 3, 5).flatten(1, 2).flatten(2, 3).amax(1))
        merged = self.merged(
            torch.cat([maps[:, row::2, column::2] for row in (0, 1) for column in (0, 1)], -1)
        )
        return self.head(merged.mean((1, 2)))


def test_tokens_that_are_mixed_and_merged() -> None:
    network = Network.of(Merging(), input_shape=(3, 32, 32))
    forms = {name: (layer.shape, layer.form) for name, layer in network.layers.items()}
    assert forms == {
        "patches": ((4, 8, 8), "maps"),
        "mixed": ((4, 64), ""),  # mixes all tokens: its numbers stand nowhere
        "norm": ((4, 8, 8), "tokens"),
        "attention": ((4, 8, 8), "tokens"),
        "pooled": ((4, 4, 4), "tokens"),
        "merged": ((5, 4, 4), "tokens"),
        "head": ((3,), ""),
    }


def test_a_picture_that_leaves_one_place() -> None:
    network = Network.of(Merging(), input_shape=(3, 32, 32))
    small = Network.of(Shrinking(), input_shape=(3, 32, 32))
    assert small.layers["merged"].form == "tokens"
    with torch.no_grad():
        assert small.record(torch.rand(2, 3, 16, 16), "merged")["merged"].shape == (2, 5, 2, 2)
        assert small.record(torch.rand(2, 3, 8, 8), "merged")["merged"].shape == (2, 5, 1, 1)
        assert network.record(torch.rand(2, 3, 20, 20), "merged")["merged"].shape == (2, 5, 4, 4)  # enlarged


class Shrinking(nn.Module):
    """Swin's merging of maps of any size."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.merged = nn.Conv2d(3, 4, 4, 4), nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.patches(x).permute(0, 2, 3, 1)
        halves = [maps[:, row::2, column::2] for row in (0, 1) for column in (0, 1)]
        return self.merged(torch.cat(halves, -1)).mean((1, 2))


def test_attention_written_out_keeps_the_places_of_what_asks() -> None:
    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.patches, self.qkv, self.out = nn.Conv2d(3, 4, 4, 4), nn.Linear(4, 12), nn.Linear(4, 4)
            self.token = nn.Parameter(torch.rand(1, 1, 4))

        def forward(self, x: Tensor) -> Tensor:
            tokens = self.patches(x).flatten(2).mT
            tokens = torch.cat([self.token.expand(len(x), -1, -1), tokens], dim=1)
            q, k, v = self.qkv(tokens).reshape(len(x), -1, 3, 2, 2).permute(2, 0, 3, 1, 4)
            seen = (q @ k.mT).softmax(-1) @ v
            return self.out(seen.transpose(1, 2).reshape(len(x), -1, 4))[:, 0]

    network = Network.of(Attention(), input_shape=(3, 16, 24))
    assert network.layers["qkv"].shape == (12, 4, 6) and network.layers["out"].shape == (4, 4, 6)
    assert network.record(torch.rand(2, 3, 16, 24), "out")["out"].shape == (2, 4, 4, 6)


@pytest.mark.parametrize("padding", ["zeros", "replicate", "reflect"])
def test_padding_and_cropping_between_convolutions(padding: str) -> None:
    class Stem(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 6, 3, 2, 1)
            self.out = nn.Linear(6, 6)

        def forward(self, x: Tensor) -> Tensor:
            maps = self.second(self.first(x)[:, :, 2:, :-2])
            return self.out(maps.flatten(2).mT)

    network = Network.of(Stem(), input_shape=(3, 32, 32)).variant(padding=padding)
    assert network.layers["out"].shape == (6, 7, 7)
    picture = torch.rand(2, 3, 32, 32)
    found = network.record(picture, ["second", "out"])
    expected = network.module.out(found["second"].permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    torch.testing.assert_close(found["out"], expected)


def test_maps_are_handed_on_as_they_are() -> None:
    """No copy, and no other memory format, where a layer gives maps."""
    seen = []
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    network = Network.of(module, input_shape=(3, 16, 16))
    assert network.layers["2"].shape == (4, 1, 1) and network.layers["3"].shape == (4,)
    handle = network.module[1].register_forward_hook(lambda *call: seen.append(call[2]))
    found = network.record(torch.rand(1, 3, 16, 16), "1")["1"]
    handle.remove()
    assert found.data_ptr() == seen[0].data_ptr()
