"""Collecting against a bare forward loop over the same photos decoded beforehand: speed and memory.

The bare loop runs the same network to the same layer in the same batches, on photos that lie decoded in
memory, in the memory layout that is faster (channels last, as collecting) and in torch's default one.
Collecting reads the files, decodes, looks, ranks every unit and writes its shards. Memory is the peak of a
process of its own, for a folder and for one several times as large.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.claims import Goal
from benchmarks.networks import add_network, network_of
from benchmarks.pictures import photo_folder
from benchmarks.runner import Report, interleaved
from pareidolia.collecting import CollectingSettings, Collector, TopActivations
from pareidolia.networks import Network, load_network, preserve_state
from pareidolia.pictures import PictureFiles, find_pictures, from_uint8, open_uint8

GOALS = (
    Goal(
        "collecting the strongest activations of a folder, decode included",
        "a bare loop over the same photos, decoded beforehand (the faster layout)",
        1.0,
        at_least=True,
        figure="speed, ours / the loop's",
        limit="Decoding and keeping take 4 ms a photo of the same two cores, which the loop has for itself.",
    ),
)
MEMORY = """
import sys
from benchmarks.collecting import collect
from benchmarks.networks import add_network, network_of
from benchmarks.pictures import photo_folder
from benchmarks.runner import peak_memory
collect(*sys.argv[1:5], int(sys.argv[5]))
print(peak_memory() // 1024)
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("photos", type=Path, nargs="?", help="a folder of photos (default: the samples, cut)")
    add_network(parser)
    parser.add_argument("--layer", default="features.12")
    parser.add_argument("--count", type=int, default=96, help="photos a run")
    parser.add_argument("--times", type=int, default=4, help="how much larger the large folder is")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, in turn")
    parser.add_argument("--no-memory", dest="memory", action="store_false", help="measure the speed alone")


def compare(options: argparse.Namespace) -> Report:
    """Median seconds of the bare loops and of collecting, their ratios, and peak memory by folder."""
    with photo_folder(options.photos) as folder:
        return _compared(options, folder)


def _compared(options: argparse.Namespace, folder: Path) -> Report:
    network = network_of(options)
    files = first_of(folder, options.count)
    contenders = {
        "bare loop, channels last": bare(network, options.layer, files, torch.channels_last),
        "bare loop, default layout": bare(network, options.layer, files, torch.contiguous_format),
        "collecting": lambda: run(network, options.network, options.weights, options.layer, files),
    }
    seconds = interleaved(contenders, options.rounds)
    report = Report(
        f"Collecting against a bare forward loop: {options.network} to {options.layer}, {len(files)} photos",
        ("", "s", "photos/s", "of the bare loop's speed"),
    )
    for name, taken in seconds.items():
        share = seconds["bare loop, channels last"] / taken
        report.rows.append((name, taken, len(files) / taken, f"{100 * share:.0f} %"))
    for name in list(contenders)[:2]:
        report.summary.append(
            f"collecting runs at {100 * seconds[name] / seconds['collecting']:.0f} % of the {name}"
        )
    report.figures["seconds"] = seconds
    report.claims = [GOALS[0].claim(seconds.ratios(seconds.fastest(list(contenders)[:2]), "collecting"))]
    if options.memory:
        peaks = {
            count: peak(options, folder, count) for count in (options.count, options.count * options.times)
        }
        report.figures["peak MiB"] = peaks
        told = ", ".join(f"{mib:.0f} MiB for {count} photos" for count, mib in peaks.items())
        report.summary.append(f"peak memory: {told}")
    return report


def first_of(folder: Path, count: int) -> PictureFiles:
    """The first `count` photos of a folder, and from the first again where it has fewer."""
    files = find_pictures(folder)
    numbers = [number % len(files) for number in range(count)]
    return PictureFiles(folder, [files.names[n] for n in numbers], [files.sizes[n] for n in numbers])


def bare(
    network: Network, layer: str, files: PictureFiles, layout: torch.memory_format
) -> Callable[[], None]:
    """A loop over decoded pictures that does nothing but run the network."""
    settings = CollectingSettings()
    levels = [open_uint8(files.path(number), network.input_shape[1:]) for number in range(len(files))]

    def loop() -> None:
        with preserve_state(network.module), torch.no_grad():
            for start in range(0, len(levels), settings.batch):
                pictures = from_uint8(levels[start : start + settings.batch])
                network.record(pictures.contiguous(memory_format=layout), [layer])

    return loop


def run(network: Network, name: str, weights: str, layer: str, files: PictureFiles) -> None:
    """Collect the strongest activations of all units of a layer."""
    folder = tempfile.mkdtemp()
    settings = CollectingSettings(network=name, weights=weights, device="cpu")
    for _ in Collector(folder, files, (layer,), TopActivations(), settings, network):
        pass
    shutil.rmtree(folder)


def collect(photos: str, name: str, weights: str, layer: str, count: int) -> None:
    """`run` from nothing but words, for a process of its own."""
    run(load_network(name, weights, device="cpu"), name, weights, layer, first_of(Path(photos), count))


def peak(options: argparse.Namespace, folder: Path, count: int) -> float:
    """Peak memory, in MiB, of a process that collects `count` photos."""
    words = [str(folder), options.network, options.weights, options.layer, str(count)]
    done = subprocess.run([sys.executable, "-c", MEMORY, *words], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024
