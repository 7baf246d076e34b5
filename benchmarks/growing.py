"""One point of a curve of `growth.py`, in this process: `python -m benchmarks.growing KIND AMOUNT`."""

import argparse
import json
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from benchmarks.collecting import first_of
from benchmarks.networks import SQUEEZENET
from benchmarks.pictures import photo_folder
from benchmarks.runner import peak_memory, timed
from pareidolia.collecting import CollectingSettings, Collector, EngineSettings, TopActivations
from pareidolia.networks import load_network
from pareidolia.pictures import save_picture

Figures = dict[str, float]
#: A first run that took less does not count: it made what later ones find. Then the median of so many does.
LONG, TIMES = 30.0, 3


def photo_of(side: int) -> Tensor:
    """Noise of 4:3, 1×3×(3/4 side)×side."""
    return torch.rand(1, 3, side * 3 // 4, side, generator=torch.Generator().manual_seed(0))


def repeated(work: Callable[[], Any]) -> float:
    """Median seconds after a first run, which alone counts where it was long."""
    first, _ = timed(work)
    return first if first > LONG else statistics.median(timed(work)[0] for _ in range(TIMES))


def one_pass(side: int) -> Figures:
    """brush on a photo of that longer side, the painting's encoding included."""
    from pareidolia.style.brush import load_brush

    brush, photo, painting = load_brush("cpu"), photo_of(side), photo_of(512)
    return {"seconds": repeated(lambda: brush.paint(photo, [painting]))}


def style_step(side: int) -> Figures:
    """A step of the optimiser through retina at that size."""
    from pareidolia.style import StyleSettings, StyleTransfer

    settings = StyleSettings(size=side, network="retina", coarse_to_fine=False, optimizer="adam", steps=9)
    transfer = StyleTransfer(photo_of(side), [photo_of(512)], settings)
    return {"seconds": repeated(transfer.step)}


def dream_step(side: int) -> Figures:
    """A step of a dream through retina at that size, in tiles above 2,048 px."""
    from pareidolia.dreaming import Dream, DreamSettings

    tile = 768 if side > 2048 else None
    settings = DreamSettings(size=side, network="retina", octaves=1, steps=9, tile=tile)
    dream = Dream(photo_of(side), settings=settings)
    return {"seconds": repeated(dream.step)}


def features(units: int) -> Figures:
    """So many pictures of 64 px in four steps through SqueezeNet."""
    from pareidolia.inspection.visualization import Features, FeatureSettings

    settings = FeatureSettings(
        network=SQUEEZENET,
        weights="random",
        layer="features.12",
        units=(f"0-{units - 1}",),
        size=64,
        steps=4,
        starts=1,
    )
    list(Features(settings.model_copy(update={"units": ("0",)})))
    return {"seconds": timed(lambda: list(Features(settings)))[0]}


def collecting(pictures: int) -> Figures:
    """The strongest activations in so many pictures of 32 px, decoded from files."""
    with TemporaryDirectory() as folder, TemporaryDirectory() as kept:
        for number in range(50):
            drawn = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(number))
            save_picture(drawn, Path(folder) / f"{number}.png")
        settings = CollectingSettings(network="retina", size=32)
        files = first_of(Path(folder), pictures)
        collector = Collector(kept, files, ("stage2.relu2",), TopActivations(), settings)
        return {"seconds": timed(lambda: list(collector))[0]}


def frames(count: int) -> Figures:
    """A video of so many frames of 256 px by brush, read, painted and written."""
    from pareidolia.cli import main
    from pareidolia.pictures import write_video

    with TemporaryDirectory() as folder:
        clip, out, painting = (Path(folder) / name for name in ("clip.mp4", "out.mp4", "painting.png"))
        save_picture(photo_of(512), painting)
        stills = [Path(folder) / f"{number}.png" for number in range(count)]
        for number, still in enumerate(stills):
            save_picture(photo_of(256).roll(2 * number, dims=3), still)
        write_video(stills, clip, 25)
        words = ["style", str(clip), str(painting), "--method", "one-pass", "--out", str(out)]
        seconds, code = timed(lambda: main(words))
    if code:
        raise SystemExit(f"the video was not painted: exit {code}")
    return {"seconds": seconds}


def batch(pictures: int) -> Figures:
    """Gradients of so many pictures of 224 px through SqueezeNet."""
    from pareidolia.inspection import ClassTarget, send_back

    network = load_network(SQUEEZENET, "random", device="cpu")
    shown = torch.rand(pictures, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    target = ClassTarget((1,) * pictures)
    return {"seconds": repeated(lambda: send_back(network, shown, target))}


def cluster(photos: int, workers: int) -> Figures:
    """Collecting by so many of Ray's workers, and what a simulation of many nodes needs."""
    import ray

    ray.init(num_cpus=workers, log_to_driver=False, logging_level="error", include_dashboard=False)
    settings = CollectingSettings(network="retina", chunk=16)
    with photo_folder(None) as folder, TemporaryDirectory() as kept:
        collectors = [
            Collector(
                Path(kept) / name,
                first_of(folder, count),
                ("stage4.relu2",),
                TopActivations(),
                settings,
                engine=EngineSettings(engine="ray"),
            )
            for name, count in (("warm", 2 * settings.chunk * workers), ("timed", photos))
        ]
        list(collectors[0])
        seconds = timed(lambda: list(collectors[1]))[0]
        found = {"seconds": seconds, **_one_chunk(collectors[1]), "dispatch": _dispatch(ray)}
    ray.shutdown()
    return found


def _one_chunk(collector: Collector) -> Figures:
    """Seconds of a chunk on one core and of writing its shard, its photos and the bytes of their files."""
    from pareidolia.collecting.chunks import collect_chunk

    torch.set_num_threads(1)
    chunk, *_ = collector.collection.chunks
    seconds = repeated(lambda: collect_chunk(collector.network, collector.job, chunk, 2))
    shard = collect_chunk(collector.network, collector.job, chunk, 2)
    write = repeated(lambda: collector.collection.keep_shard(chunk, shard))
    size = sum(collector.job.files.path(number).stat().st_size for number in range(chunk.start, chunk.stop))
    return {"task": seconds, "write": write, "photos": chunk.stop - chunk.start, "bytes": size}


def _dispatch(ray: Any, tasks: int = 200) -> float:
    """Seconds of the head for a task that does nothing."""
    nothing = ray.remote(_nothing)
    ray.get(nothing.remote())
    return timed(lambda: ray.get([nothing.remote() for _ in range(tasks)]))[0] / tasks


def _nothing() -> None: ...


WORK: dict[str, Callable[[int], Figures]] = {
    "one-pass": one_pass,
    "style-step": style_step,
    "dream-step": dream_step,
    "features": features,
    "collecting": collecting,
    "frames": frames,
    "batch": batch,
}


def main() -> None:
    """Print seconds and peak memory as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=[*WORK, "ray"])
    parser.add_argument("amount", type=int)
    parser.add_argument("--threads", type=int, help="of torch (default: its own)")
    parser.add_argument("--workers", type=int, default=1, help="of Ray")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    work = partial(cluster, workers=options.workers) if options.kind == "ray" else WORK[options.kind]
    print(json.dumps({**work(options.amount), "memory": peak_memory()}))


if __name__ == "__main__":
    main()
