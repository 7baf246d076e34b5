"""Try every classifier of torchvision and timm, with random weights, and print the table of docs/networks.md.

    python recipes/every_network.py --kept every_network.jsonl          # the twenty families of the page
    python recipes/every_network.py --kept every_network.jsonl --all    # all of up to 120 M parameters
    python recipes/every_network.py --kept every_network.jsonl --table  # print what is kept, try nothing
    python recipes/every_network.py --kept every_network.jsonl timm:vit_tiny_patch16_224
    python recipes/every_network.py --kept saliency.jsonl --source torchvision --works gradient attention

Each network is tried in a process of its own, which may take twenty minutes; what it did is a line of the
file, and a network that has a line is not tried again: other --works need another file. The weights are
random, heads of zeros too: what is tried is whether a network can be looked into at all, not what it sees.
"""

import argparse
import json
import multiprocessing
import sys
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

from network_works import WORKS
from pareidolia.networks import Network, load_network
from pareidolia.settings import Unsuited, one_line

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
UNSUITED = "does not suit it"
_FORKED = "forkserver" in multiprocessing.get_all_start_methods()
_PROCESSES = multiprocessing.get_context("forkserver" if _FORKED else "spawn")
"""Where processes can be forked, only the one that they are forked from imports the packages."""
_IMPORTED = ["timm", "torchvision.models", "pareidolia.inspection", "pareidolia.atlas", "network_works"]
_LARGEST = 120_000_000
_SECONDS = 1200


def _fill_zeros(network: Network) -> None:
    """Fill weights of zeros, as heads and last norms may be before a training: nothing comes through them."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, each in network.module.named_parameters():
            if name.endswith("weight") and not each.any():
                each.normal_(0, 0.02, generator=generator)


def tried(name: str, works: Sequence[str] | None = None) -> dict[str, str]:
    """What became of works on a network, all by default: "" where one was done, else the reason in a line."""
    with TemporaryDirectory() as folder:
        try:
            network = load_network(name, "random", device="cpu")
            _fill_zeros(network)
            network.layers  # noqa: B018 (found once)
        except Exception as error:
            return {"load": one_line(error, named=True)}
        outcomes = {"load": ""}
        for work in works or WORKS:
            try:
                WORKS[work](network, Path(folder))
                outcomes[work] = ""
            except Unsuited as error:
                outcomes[work] = f"{UNSUITED}: {error}"
            except Exception as error:
                outcomes[work] = one_line(error, named=True)
    return outcomes


def parameters(name: str) -> int:
    """How many parameters a network has; as a rule nothing of it is computed."""
    try:
        with torch.device("meta"):
            module = _made(name)
    except NotImplementedError:  # torchvision's RegNets compute their widths by tensors
        module = _made(name)
    return sum(each.numel() for each in module.parameters())


def _made(name: str) -> nn.Module:
    source, _, model = name.partition(":")
    if source == "timm":
        import timm

        return timm.create_model(model)
    from torchvision import models

    made: nn.Module = models.get_model(model, weights=None)
    return made


def every_name(sources: Sequence[str]) -> Iterator[str]:
    """torchvision's classifiers, then timm's networks."""
    import timm
    from torchvision import models

    if "torchvision" in sources:
        yield from (f"torchvision:{name}" for name in models.list_models(module=models))
    if "timm" in sources:
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


def try_missing(names: list[str], kept: Path, largest: int, works: Sequence[str] = tuple(WORKS)) -> None:
    """Try the networks that have no line yet, and keep a line of each."""
    done = read(kept)
    if _FORKED:
        multiprocessing.set_forkserver_preload(_IMPORTED)
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
            outcomes = _in_a_process(name, works)
        with kept.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"network": name, "outcomes": outcomes}, ensure_ascii=False) + "\n")
        failed = {work: reason for work, reason in outcomes.items() if reason}
        print(name, failed or "all done", file=sys.stderr, flush=True)


def _in_a_process(name: str, works: Sequence[str]) -> dict[str, str]:
    receiving, sending = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_try_and_send, args=(sending, name, works))
    process.start()
    sending.close()
    try:
        if not receiving.poll(_SECONDS):
            return {"load": f"took more than {_SECONDS} s"}
        outcomes: dict[str, str] = receiving.recv()
    except EOFError:
        process.join()
        return {"load": f"ended with {process.exitcode}"}
    finally:
        process.kill()
        process.join()
    return outcomes


def _try_and_send(sending: Connection, name: str, works: Sequence[str]) -> None:
    warnings.simplefilter("ignore")
    sending.send(tried(name, works))


def table(outcomes: dict[str, dict[str, str]], works: Sequence[str] = tuple(WORKS)) -> str:
    """The families and, of all others that are kept, how many do what; in Markdown."""
    head = ["network", *works]
    rows = [head, ["---"] * len(head)]
    rows += [
        [f"{family}: `{name}`", *(_mark(outcomes[name], work) for work in works)]
        for family, name in FAMILIES.items()
        if name in outcomes
    ]
    for source in ("torchvision", "timm"):
        found = [each for name, each in outcomes.items() if name.startswith(f"{source}:")]
        counts = [_count([_mark(each, work) for each in found]) for work in works]
        rows.append([f"all {len(found)} of {source} that were tried", *counts])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _mark(outcomes: dict[str, str], work: str) -> str:
    outcome = outcomes.get(work)
    if outcome == "":
        return "yes"
    return "–" if (outcome or "").startswith(UNSUITED) else "no"


def _count(marks: list[str]) -> str:
    """How many do it, and of how many where a method does not suit all."""
    suited = len(marks) - marks.count("–")
    return f"{marks.count('yes')}" if suited == len(marks) else f"{marks.count('yes')} of {suited}"


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="networks; default the twenty families")
    parser.add_argument("--kept", type=Path, default=Path("every_network.jsonl"), help="a line a network")
    parser.add_argument("--all", action="store_true", help="all of torchvision and timm")
    parser.add_argument("--source", choices=["torchvision", "timm"], help="all of one of the two")
    parser.add_argument("--works", nargs="+", choices=list(WORKS), default=list(WORKS), help="what is tried")
    parser.add_argument("--largest", type=int, default=_LARGEST, help="parameters at most")
    parser.add_argument("--table", action="store_true", help="print what is kept, try nothing")
    given = parser.parse_args()
    if not given.table:
        sources = [given.source] if given.source else ["torchvision", "timm"]
        whole = given.all or given.source
        names = given.names or list(every_name(sources) if whole else FAMILIES.values())
        try_missing(names, given.kept, given.largest, given.works)
    print(table(read(given.kept), given.works))


if __name__ == "__main__":
    main()
