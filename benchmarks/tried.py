"""What makes torch faster elsewhere, tried on what is computed here: layouts, bfloat16, compiling, threads.

Four networks do what the rows of the table do most: SqueezeNet sends gradients back to a batch, retina
looks and sends back at 512x384, brush paints 512x384, a VAE of 784-512-50 makes a training step. Each is
timed as torch does it by default and with each change, in turn, and compared in what it computes: the
largest difference over the largest value. Compiling counts without its first run, whose seconds stand
beside it.
"""

import argparse
import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks.networks import SQUEEZENET
from benchmarks.runner import Report, interleaved, timed
from pareidolia.generative.building import build, settings_of
from pareidolia.networks import load_network
from pareidolia.networks.speed import fast_cpu

Work = Callable[[], Tensor]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    parser.add_argument("--no-compile", dest="compile", action="store_false", help="without torch.compile")
    parser.add_argument("--kinds", nargs="+", choices=sorted(KINDS), default=list(KINDS), help="these alone")


def compare(options: argparse.Namespace) -> Report:
    """Seconds by work and change, over those of torch's default."""
    report = Report(
        "What was tried", ("work", "change", "of the default's time", "difference", "first run, s")
    )
    for kind in options.kinds:
        contenders = dict(KINDS[kind](options.compile))
        first, made = {}, {}
        for name, work in list(contenders.items()):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    first[name], made[name] = timed(work)
            except Exception as error:  # what this torch or this machine cannot do is a finding
                del contenders[name]
                report.summary.append(f"{kind}, {name}: {type(error).__name__}: {str(error).splitlines()[0]}")
        seconds = interleaved(contenders, options.rounds)
        expected = made["default"].float()
        for name in contenders:
            difference = (made[name].float() - expected).abs().max() / expected.abs().max()
            shares = seconds[name] / seconds["default"]
            report.rows.append((kind, name, shares, f"{float(difference):.0e}", first[name]))
        report.figures[kind] = {"seconds": seconds, "first": first}
    return report


def squeezenet(compiling: bool) -> dict[str, Work]:
    """Gradients of the first class with respect to eight pictures of 224 px."""
    network = load_network(SQUEEZENET, "random", device="cpu")
    pictures = torch.rand(8, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    return _looks(network.module, pictures, lambda seen: seen[:, 0].sum(), compiling)


def retina(compiling: bool) -> dict[str, Work]:
    """Gradients of the squared maps with respect to one picture of 512x384."""
    network = load_network("retina", device="cpu")
    picture = torch.rand(1, 3, 384, 512, generator=torch.Generator().manual_seed(0))
    layer = network.style_layers[3]
    module = _UpTo(network.module, dict(network.module.named_modules())[layer])
    return _looks(module, picture, lambda seen: seen.square().mean(), compiling)


def vae(compiling: bool) -> dict[str, Work]:
    """A step's gradients of the bound of a hundred pictures of 28 px."""
    model = build("vae", settings_of("vae", {"hidden": (512,), "latent": 50}), (1, 28, 28), 0)
    pictures = torch.rand(100, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    network = nn.Sequential(model.encoder, _Half(), model.decoder)
    return _looks(network, pictures, lambda seen: seen.sigmoid().mean(), compiling, parameters=True)


def brush(compiling: bool) -> dict[str, Work]:
    """One pass over a photo of 512x384."""
    from pareidolia.style.brush import load_brush

    painter, generator = load_brush("cpu"), torch.Generator().manual_seed(0)
    photo, painting = (torch.rand(1, 3, 384, 512, generator=generator) for _ in range(2))

    def paint() -> Tensor:
        return painter.paint(photo, [painting])

    return {
        "default": paint,
        "ours (fast_cpu)": _within(fast_cpu, paint),
        "bfloat16": _within(_bfloat16, paint),
    }


KINDS: dict[str, Callable[[bool], dict[str, Work]]] = {
    "SqueezeNet, gradients": squeezenet,
    "retina, gradients": retina,
    "brush, one pass": brush,
    "VAE, gradients": vae,
}


class _UpTo(nn.Module):
    """A network that stops behind one of its layers."""

    def __init__(self, module: nn.Module, layer: nn.Module) -> None:
        super().__init__()
        self.module, self._seen = module, None
        layer.register_forward_hook(self._keep)

    def _keep(self, _layer: nn.Module, _given: object, seen: Tensor) -> None:
        self._seen = seen

    def forward(self, pictures: Tensor) -> Tensor:
        self.module(pictures)
        return self._seen


class _Half(nn.Module):
    """The means of what an encoder gives."""

    def forward(self, given: Tensor) -> Tensor:
        return given.chunk(2, dim=1)[0]


def _looks(
    network: nn.Module,
    pictures: Tensor,
    score: Callable[[Tensor], Tensor],
    compiling: bool,
    *,
    parameters: bool = False,
) -> dict[str, Work]:
    """The gradient with respect to pictures, or with `parameters` to the first weights, in each way."""
    network.requires_grad_(parameters)
    first = next(network.parameters())

    def work(forward: nn.Module | Callable[[Tensor], Tensor], given: Tensor) -> Work:
        def gradient() -> Tensor:
            leaf = given.detach().requires_grad_(not parameters)
            (found,) = torch.autograd.grad(score(forward(leaf)), first if parameters else leaf)
            return found.contiguous()

        return gradient

    plain = work(network, pictures)
    contenders = {"default": plain, "ours (fast_cpu)": _within(fast_cpu, plain)}
    if pictures.shape[1] > 1:
        contenders["channels last"] = work(network, pictures.contiguous(memory_format=torch.channels_last))
    contenders["bfloat16"] = _within(_bfloat16, plain)
    contenders["one thread less"] = _within(_fewer_threads, plain)
    if compiling:
        compiled = torch.compile(network)
        contenders["torch.compile"] = work(compiled, pictures)
    return contenders


def _bfloat16() -> torch.autocast:
    return torch.autocast("cpu", dtype=torch.bfloat16)


class _fewer_threads:  # noqa: N801 - stands where a function would
    """One thread less than torch takes, at least one."""

    def __enter__(self) -> None:
        self._before = torch.get_num_threads()
        torch.set_num_threads(max(1, self._before - 1))

    def __exit__(self, *_: object) -> None:
        torch.set_num_threads(self._before)


def _within(context: Callable[[], object], work: Work) -> Work:
    def run() -> Tensor:
        with context():  # type: ignore[attr-defined]
            return work()

    return run
