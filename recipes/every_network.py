"""Try every classifier of torchvision and timm, with random weights, and print the table of docs/networks.md.

    python -m recipes.every_network --kept every_network.jsonl          # the twenty families of the page
    python -m recipes.every_network --kept every_network.jsonl --all    # all of up to 120 M parameters
    python -m recipes.every_network --kept every_network.jsonl --table  # print what is kept, try nothing
    python -m recipes.every_network --kept every_network.jsonl timm:vit_tiny_patch16_224

Each network is tried in a process of its own, which may take twenty minutes; what it did is a line of the
file, and a network that has a line is not tried again. The weights are random, heads of zeros too: what is
tried is whether a network can be looked into at all, not what it sees.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from pareidolia.networks import Network, load_network
from pareidolia.settings import one_line

FAMILIES = {
    "vit": "timm:vit_tiny_patch16_224",
    "deit3": "timm:deit3_small_patch16_224",
    "swin (torchvision)": "torchvision:swin_t",
    "swin (timm)": "timm:swin_tiny_patch4_window7_224",
    "mixer": "timm:mixer_s32_224",
    "convnext": "timm:convnext_atto",
    "xcit": "timm:xcit_nano_12_p16_224",
    "eva02": "timm:eva02_tiny_patch14_224",
    "beit": "timm:beit_base_patch16_224",
    "hiera": "timm:hiera_tiny_224",
    "mobilevit": "timm:mobilevit_xxs",
    "levit": "timm:levit_128s",
    "poolformer": "timm:poolformer_s12",
    "davit": "timm:davit_tiny",
    "cait": "timm:cait_xxs24_224",
    "maxvit": "timm:maxvit_rmlp_pico_rw_256",
    "mobilenetv4": "timm:mobilenetv4_conv_small",
    "resnet": "timm:resnet10t",
    "fastvit": "timm:fastvit_t8",
    "resmlp": "timm:resmlp_12_224",
}
"""The smallest network of each family that people ask for."""
_LARGEST = 120_000_000
_SECONDS = 1200
_SIDE, _SIZE = 64, (64, 80)
_SAMPLES = ("chelsea", "coffee", "rocket", "astronaut")


def gradient(network: Network, folder: Path) -> None:
    """A class's gradient at the network's own size."""
    from pareidolia.inspection import attribute

    _moving(attribute(network, _picture(network), 1, "gradient"))


def guided(network: Network, folder: Path) -> None:
    """The same by guided backpropagation."""
    from pareidolia.inspection import attribute

    _moving(attribute(network, _picture(network), 1, "guided-backpropagation"))


def grad_cam(network: Network, folder: Path) -> None:
    """Grad-CAM at the layer that it chooses."""
    from pareidolia.inspection import grad_cam

    assert grad_cam(network, _picture(network), 1).shape[2:] == network.input_shape[1:]


def features(network: Network, folder: Path) -> None:
    """Two units of the layer that is chosen where none is named, 64 px."""
    from pareidolia.inspection.visualization import Features, FeatureSettings

    painting = Features(FeatureSettings(units=("0-1",), size=_SIDE, steps=2, starts=1), network)
    _moving(painting.run(progress=False).pictures)


def patches(network: Network, folder: Path) -> None:
    """The strongest patches of two units, each at a position of its own."""
    from pareidolia.inspection.patches import PatchesSettings, StrongestPatches

    settings = PatchesSettings(units=("0-1",), top=2, painted=False)
    work = StrongestPatches(_photos(folder), settings, network, index=folder / "index")
    for _ in work:
        pass
    found = [patch for each in work.patches.values() for patch in each]
    assert found and all(patch.unit.position for patch in found), "no patches at positions"


def tuning(network: Network, folder: Path) -> None:
    """All units of the first feature map."""
    from pareidolia.inspection.tuning import TuningSettings, measure_tuning

    least = TuningSettings(orientations=6, frequencies=3, phases=4, positions=4, diameters=3)
    layer = network.first_feature_layer
    assert len(measure_tuning(network, layer, settings=least).units) == network.unit_shape(layer)[0]


def dream(network: Network, folder: Path) -> None:
    """Two octaves of a picture of another size and proportion."""
    from pareidolia.dreaming import Dream, DreamSettings

    painting = Dream(_other_size(network), settings=DreamSettings(octaves=2, steps=1), network=network)
    _moving(painting.run(progress=False).picture)


def inversion(network: Network, folder: Path) -> None:
    """The feature layer, likewise."""
    from pareidolia.inspection.visualization import Inversion, InversionSettings

    settings = InversionSettings(size=max(_SIZE), steps=2, layers=(network.feature_layer,))
    painting = Inversion(_other_size(network), settings, network).run(progress=False)
    _moving(painting.pictures)


def atlas(network: Network, folder: Path) -> None:
    """An atlas of the feature layer from four photos: icons, classes and patches."""
    from pareidolia.atlas import AtlasBuilding
    from pareidolia.atlas.settings import AtlasSettings

    settings = AtlasSettings(
        network=network.name,
        weights="random",
        device="cpu",
        layer=(network.feature_layer,),
        positions=8,
        border=0,
        layout="pca",
        grids=(2,),
        fewest=1,
        icon_size=32,
        icon_steps=1,
        attributed=1,
        patches=1,
        patch_size=16,
    )
    for _ in AtlasBuilding(_photos(folder), settings, out=folder / "atlas"):
        pass
    assert (folder / "atlas" / "atlas.json").is_file()


WORKS: dict[str, Callable[[Network, Path], None]] = {
    "gradient": gradient,
    "guided": guided,
    "Grad-CAM": grad_cam,
    "features": features,
    "patches": patches,
    "tuning": tuning,
    "dream": dream,
    "inversion": inversion,
    "atlas": atlas,
}


def _fill_zeros(network: Network) -> None:
    """Fill weights of zeros, as heads and last norms may be before a training: nothing comes through them."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, each in network.module.named_parameters():
            if name.endswith("weight") and not each.any():
                each.normal_(0, 0.02, generator=generator)


def _moving(values: torch.Tensor) -> None:
    """Refuse what is NaN, infinite or the same everywhere."""
    assert bool(values.isfinite().all()), "NaN or infinite"
    assert float(values.max()) > float(values.min()), "nothing came back"


def _picture(network: Network) -> torch.Tensor:
    return torch.rand(1, *network.input_shape, generator=torch.Generator().manual_seed(0))


def _other_size(network: Network) -> torch.Tensor:
    return torch.rand(1, network.input_shape[0], *_SIZE, generator=torch.Generator().manual_seed(0))


def _photos(folder: Path) -> Path:
    from pareidolia.pictures import as_picture, save_picture

    photos = folder / "photos"
    if not photos.exists():
        photos.mkdir()
        for name in _SAMPLES:
            save_picture(as_picture(f"sample:{name}", size=256), photos / f"{name}.png")
    return photos


def tried(name: str) -> dict[str, str]:
    """What became of each work on a network: "" where it was done, else the reason in a line."""
    with TemporaryDirectory() as folder:
        try:
            network = load_network(name, "random", device="cpu")
            _fill_zeros(network)
            network.layers  # noqa: B018 (found once)
        except Exception as error:
            return {"load": one_line(error, named=True)}
        outcomes = {"load": ""}
        for work, do in WORKS.items():
            try:
                do(network, Path(folder))
                outcomes[work] = ""
            except Exception as error:
                outcomes[work] = one_line(error, named=True)
    return outcomes


def parameters(name: str) -> int:
    """How many parameters a network has; nothing of it is computed."""
    source, _, model = name.partition(":")
    with torch.device("meta"):
        if source == "timm":
            import timm

            module = timm.create_model(model)
        else:
            from torchvision import models

            module = models.get_model(model, weights=None)
    return sum(each.numel() for each in module.parameters())


def every_name() -> Iterator[str]:
    """torchvision's classifiers, then timm's networks."""
    import timm
    from torchvision import models

    yield from (f"torchvision:{name}" for name in models.list_models(module=models))
    yield from (f"timm:{name}" for name in timm.list_models())


def read(kept: Path) -> dict[str, dict[str, str]]:
    """What is kept, by network; a last line that was cut off is passed over."""
    found = {}
    for line in kept.read_text(encoding="utf-8").splitlines() if kept.exists() else ():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        found[entry["network"]] = entry["outcomes"]
    return found


def try_missing(names: list[str], kept: Path, largest: int) -> None:
    """Try the networks that have no line yet, and keep a line of each."""
    done = read(kept)
    for name in names:
        if name in done:
            continue
        try:
            size = parameters(name)
        except Exception as error:
            outcomes = {"load": one_line(error, named=True)}
        else:
            if size > largest:
                continue
            outcomes = _in_a_process(name)
        with kept.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"network": name, "outcomes": outcomes}, ensure_ascii=False) + "\n")
        failed = {work: reason for work, reason in outcomes.items() if reason}
        print(name, failed or "all done", file=sys.stderr, flush=True)


def _in_a_process(name: str) -> dict[str, str]:
    command = [sys.executable, "-W", "ignore", __file__, "--one", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"load": f"took more than {_SECONDS} s"}
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return {"load": f"ended with {done.returncode}: {(done.stderr.splitlines() or [''])[-1]}"}
    outcomes: dict[str, str] = json.loads(lines[-1])
    return outcomes


def table(outcomes: dict[str, dict[str, str]]) -> str:
    """The families and, of all others that are kept, how many do what; in Markdown."""
    head = ["network", *WORKS]
    rows = [head, ["---"] * len(head)]
    rows += [
        [f"{family}: `{name}`", *(_mark(outcomes[name], work) for work in WORKS)]
        for family, name in FAMILIES.items()
        if name in outcomes
    ]
    for source in ("torchvision", "timm"):
        found = [each for name, each in outcomes.items() if name.startswith(f"{source}:")]
        counts = [str(sum(_mark(each, work) == "yes" for each in found)) for work in WORKS]
        rows.append([f"all {len(found)} of {source} that were tried", *counts])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _mark(outcomes: dict[str, str], work: str) -> str:
    return "yes" if outcomes.get(work) == "" else "no"


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="networks; default the twenty families")
    parser.add_argument("--kept", type=Path, default=Path("every_network.jsonl"), help="a line a network")
    parser.add_argument("--all", action="store_true", help="all of torchvision and timm")
    parser.add_argument("--largest", type=int, default=_LARGEST, help="parameters at most")
    parser.add_argument("--table", action="store_true", help="print what is kept, try nothing")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(tried(given.one), ensure_ascii=False))
        return
    if not given.table:
        names = given.names or list(every_name() if given.all else FAMILIES.values())
        try_missing(names, given.kept, given.largest)
    print(table(read(given.kept)))


if __name__ == "__main__":
    main()
