"""The activation atlas: icons at once against one by one, collecting, laying out, and the viewer's frames.

`--part` takes one of `icons`, `collecting`, `layout` and `viewer`, which need very different times. Memory is
the process's largest resident set. The layout is of random activations in clumps, as those of a network are.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks.claims import Goal
from benchmarks.networks import add_network, network_of
from benchmarks.peers import peer
from benchmarks.pictures import photo_folder
from benchmarks.runner import Report, interleaved, peak_memory, timed
from pareidolia.atlas import LayoutSettings, lay_out
from pareidolia.atlas.icons import PADDING, IconJob, paint_icons
from pareidolia.atlas.settings import IconSettings
from pareidolia.networks import identity
from pareidolia.settings import NetworkSettings

ICONS = Goal(
    "icons of an atlas, 32 at once",
    "ours, one by one",
    0.2,
    figure="time an icon, at once / one by one",
    limit="At once convolutions and their way back are 46 %, and what memory bounds another 30 %; one by "
    "one, half is calls and Adam, which is all that there is to gain.",
)
LAYOUT = Goal(
    "layout of 100,000 activations of 512 numbers",
    "umap-learn with its defaults",
    0.5,
    limit="Ours is UMAP too, with a seed, so that a map is the same again: it works on one thread. Finding "
    "neighbours is two thirds of the time, moving points a third.",
)
GOALS = (ICONS, LAYOUT)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--part", choices=sorted(PARTS), default="icons", help="what is measured")
    add_network(parser)
    parser.add_argument("--layer", default="features.12", help="whose activations are meant")
    parser.add_argument("--photos", type=Path, help="a folder, for collecting (default: the samples, cut)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed")
    parser.add_argument("--icons", type=int, default=32, help="icons painted at once")
    parser.add_argument("--activations", type=int, default=100_000, help="how many are laid out")
    parser.add_argument(
        "--fit-on", type=int, default=100_000, help="on how many of them the layout is fitted"
    )


def compare(options: argparse.Namespace) -> Report:
    """The part that was asked for."""
    return PARTS[options.part](options)


def icons(options: argparse.Namespace) -> Report:
    """Icons a second of 80 px: a batch against one at a time, 16 steps each."""
    network = network_of(options, padding=PADDING)
    channels = network.layer(options.layer).shape[0]
    wanted = np.random.default_rng(0).random((options.icons, channels), dtype=np.float32)
    settings = IconSettings(icon_steps=16)
    job = IconJob(NetworkSettings(), identity(network), options.layer, settings, seed=0)
    few = wanted[: max(1, options.icons // 8)]

    def at_once() -> None:
        paint_icons(network, job, wanted)

    def one_by_one() -> None:
        for each in few:
            paint_icons(network, job, each[None])

    seconds = interleaved({"at once": at_once, "one by one": one_by_one}, options.rounds)
    rates = {"at once": len(wanted) / seconds["at once"], "one by one": len(few) / seconds["one by one"]}
    report = Report("Icons of an atlas, 80 px, 16 steps", ("how", "icons a second"), [*rates.items()])
    ratio = rates["at once"] / rates["one by one"]
    report.figures = {"rates": rates, "ratio": ratio}
    share = len(few) / len(wanted)
    report.claims = [ICONS.claim(share * ratio for ratio in seconds.ratios("at once", "one by one"))]
    report.summary = [f"{len(wanted)} icons at once are painted at {ratio:.2f} times the rate of one by one."]
    return report


def collecting(options: argparse.Namespace) -> Report:
    """Photos a second against a bare forward loop over the same photos, decoded in advance."""
    with photo_folder(options.photos) as folder:
        return _collecting(options, folder)


def _collecting(options: argparse.Namespace, photos: Path) -> Report:
    from pareidolia.collecting import Collector, SampledActivations
    from pareidolia.collecting.settings import CollectingSettings
    from pareidolia.pictures import find_pictures, from_uint8, open_uint8

    settings = CollectingSettings(network=options.network, weights=options.weights)
    files = find_pictures(photos)
    network = network_of(options)
    batches = [
        from_uint8([open_uint8(files.path(i), (224, 224)) for i in range(start, min(start + 8, len(files)))])
        for start in range(0, len(files), 8)
    ]

    @torch.no_grad()
    def bare() -> None:
        for batch in batches:
            network.record(batch, [options.layer])

    def collect() -> None:
        with tempfile.TemporaryDirectory() as folder:
            for _ in Collector(
                folder, files, (options.layer,), SampledActivations(count=4), settings, network=network
            ):
                pass

    seconds = interleaved({"bare loop": bare, "collecting": collect}, options.rounds)
    rates = {name: len(files) / taken for name, taken in seconds.items()}
    report = Report("Collecting for an atlas", ("how", "photos a second"), [*rates.items()])
    share = rates["collecting"] / rates["bare loop"]
    report.figures = {"rates": rates, "share": share, "photos": len(files)}
    report.summary = [
        f"Collecting, which also decodes, runs at {100 * share:.0f} % of a bare loop over decoded photos."
    ]
    return report


def layout(options: argparse.Namespace) -> Report:
    """Seconds and memory of laying out activations of 512 numbers by UMAP; umap-learn with all threads."""
    random = np.random.default_rng(0)
    middles = random.gamma(0.3, 1, (200, 512)).astype(np.float32)
    count = options.activations

    def pieces():  # type: ignore[no-untyped-def]
        draw = np.random.default_rng(1)
        for start in range(0, count, 10_000):
            of = draw.integers(0, len(middles), min(10_000, count - start))
            yield np.maximum(0, middles[of] + draw.normal(0, 0.3, (len(of), 512)).astype(np.float32))

    settings = LayoutSettings(fit_on=options.fit_on)
    began = time.process_time()
    seconds, places = timed(lambda: lay_out(pieces, count, settings, 0))
    processor = time.process_time() - began
    memory = peak_memory() / 2**30
    report = Report(
        f"Laying out {count:,} activations of 512 numbers, fitted on {min(count, options.fit_on):,}",
        ("seconds", "seconds of processor time", "GiB at most"),
        [(seconds, processor, memory)],
    )
    report.figures = {"seconds": seconds, "processor": processor, "memory": memory, "count": len(places)}
    umap = peer("umap").UMAP(
        n_neighbors=settings.neighbors, min_dist=settings.min_dist, metric=settings.metric
    )
    whole = np.concatenate(list(pieces()))
    theirs, _ = timed(lambda: umap.fit_transform(whole))
    report.figures["umap-learn"] = theirs
    if count == 100_000:
        report.claims = [LAYOUT.claim([seconds / theirs])]
    report.summary = [
        f"{count:,} activations in {seconds / 60:.1f} minutes, {memory:.2f} GiB at most; umap-learn alone in "
        f"{theirs / 60:.1f}: {seconds / theirs:.2f} of its time."
    ]
    return report


def viewer(options: argparse.Namespace) -> Report:
    """Seconds until all icons are drawn, and frames a second while panning and zooming over them.

    There are 10,000 synthetic icons at 1280x720.
    """
    from tests.atlas.browser import browser, served
    from tests.atlas.synthetic import write_atlas

    script = """() => new Promise(done => {
        const times = []; const began = performance.now();
        const tick = now => {
            times.push(now);
            const stage = document.getElementById('map');
            const turn = (now - began) / 400;
            const place = {clientX: 640 + 90 * Math.cos(turn), clientY: 360 + 90 * Math.sin(turn)};
            const turned = {bubbles: true, cancelable: true, deltaY: 12 * Math.sin(turn), ...place};
            stage.dispatchEvent(new WheelEvent('wheel', turned));
            now - began < 4000 ? requestAnimationFrame(tick) : done(times);
        };
        requestAnimationFrame(tick);
    })"""
    loads, rates = [], []
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        write_atlas(Path(folder), sides=(100,), layers=("layer",), full=True)
        with served(Path(folder)) as address:
            for _ in range(options.rounds):
                page = chromium.new_page(viewport={"width": 1280, "height": 720})
                began = time.perf_counter()
                page.goto(address)
                page.wait_for_selector("body[data-ready]")
                loads.append(time.perf_counter() - began)
                times = page.evaluate(script)
                rates.append((len(times) - 1) / (times[-1] - times[0]) * 1000)
                page.close()
    load, rate = float(np.median(loads)), float(np.median(rates))
    report = Report(
        "The viewer, 10,000 icons, 1280x720, software GL",
        ("seconds to load", "frames a second"),
        [(load, rate)],
    )
    report.figures = {"load": load, "frames": rate, "loads": loads, "rates": rates}
    report.summary = [f"Loads within {load:.1f} s, {rate:.0f} frames a second while it is zoomed and moved."]
    return report


PARTS = {"icons": icons, "collecting": collecting, "layout": layout, "viewer": viewer}
