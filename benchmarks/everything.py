"""Every comparison after another, each in a process of its own, within a time that is given.

Where the whole does not fit, each runs in its shorter form; what fails, or for which no time is left, is
named in `all.json` and on the page, and does not keep the others from running.
"""

import argparse
import json
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import peers
from benchmarks.runner import command

#: No comparison takes more than so many times what is expected of it.
PATIENCE = 2.5


@dataclass(frozen=True)
class Planned:
    """A comparison in the run of all.

    Attributes:
        words: the comparison's name and its options.
        minutes: expected on two cores.
        shorter: options that shorten it.
        shorter_minutes: expected then.
    """

    words: tuple[str, ...]
    minutes: float
    shorter: tuple[str, ...] = ()
    shorter_minutes: float | None = None

    @property
    def name(self) -> str:
        """Of its results."""
        part = self.words.index("--part") + 1 if "--part" in self.words else None
        return self.words[0] if part is None else f"{self.words[0]}_{self.words[part]}"

    def form(self, short: bool) -> tuple[tuple[str, ...], float]:
        """The words and the minutes of the whole or the shorter form."""
        if not short or self.shorter_minutes is None:
            return self.words, self.minutes
        return (*self.words, *self.shorter), self.shorter_minutes


#: In order of value: what stands last is left out first.
PLAN = (
    Planned(("machine",), 0.5),
    Planned(("start",), 3, ("--rounds", "5"), 1.5),
    Planned(("vgg",), 2, ("--rounds", "5"), 1),
    Planned(("attribution",), 5, ("--rounds", "3"), 2.5),
    Planned(("dream",), 2, ("--rounds", "3"), 1),
    Planned(("onepass", "--photos", "2"), 5, ("--photos", "0", "--rounds", "3"), 1.5),
    Planned(("generative",), 3, ("--rounds", "5"), 1.5),
    Planned(("likelihood",), 3, ("--rounds", "3"), 1.5),
    Planned(
        ("features", "--network", "retina", "--weights", "published", "--layer", "stage4.relu2"),
        6,
        ("--rounds", "2"),
        3,
    ),
    Planned(("collecting",), 3, ("--rounds", "3", "--count", "64", "--times", "2"), 1.5),
    Planned(("atlas", "--part", "icons"), 3, ("--rounds", "2"), 1.5),
    Planned(("dcgan",), 4, ("--rounds", "3"), 2),
    Planned(("style", "--pairs", "2"), 18, ("--pairs", "1"), 8),
    Planned(("growth",), 12, ("--short",), 5),
    Planned(("tried",), 5, ("--rounds", "3"), 2.5),
    Planned(("atlas", "--part", "layout"), 12, ("--activations", "20000", "--fit-on", "20000"), 2),
    Planned(("quality",), 1),
    Planned(("studio",), 2),
)
#: Comparisons that no run of all has, and why.
APART = {
    "stylizer": "it needs a network of one style that was trained, and the painting",
    "accelerator": "it needs a GPU: make benchmark DEVICE=cuda",
}
#: What one takes that is in no list.
UNKNOWN_MINUTES = 5


def comparisons() -> list[str]:
    """The names of all comparisons: the files beside this one that define `compare`."""
    files = Path(__file__).parent.glob("*.py")
    return sorted(path.stem for path in files if "\ndef compare(" in path.read_text(encoding="utf-8"))


def plan() -> tuple[Planned, ...]:
    """`PLAN`, and after it the comparisons that are in no list."""
    listed = {each.words[0] for each in PLAN} | set(APART)
    return (*PLAN, *(Planned((name,), UNKNOWN_MINUTES) for name in comparisons() if name not in listed))


@dataclass
class Ran:
    """How a comparison ended: after how many minutes, and why it has no results, if it has none."""

    name: str
    words: tuple[str, ...]
    minutes: float = 0.0
    missing: str = ""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the run of all."""
    parser.add_argument("--minutes", type=float, default=90, help="the time there is")
    parser.add_argument(
        "--only", nargs="+", help="results of these names alone, such as dream or atlas_icons"
    )
    parser.add_argument("--short", action="store_true", help="the shorter forms, whatever time there is")


def run(options: argparse.Namespace) -> int:
    """Run what is planned and write `all.json`; 1 if one of them failed."""
    chosen = [each for each in plan() if options.only is None or each.name in options.only]
    short = options.short or sum(each.minutes for each in chosen) > options.minutes
    ends, done = time.monotonic() + 60 * options.minutes, []
    for each in chosen:
        words, minutes = each.form(short)
        left = (ends - time.monotonic()) / 60
        print(f"{each.name}: about {minutes:g} of {left:.0f} minutes left", flush=True)
        done.append(_ran(each.name, words, minutes, left, options.out))
        (options.out / "all.json").write_text(_account(done, short))
    for each in done:
        print(f"{each.name}: {each.missing or f'{each.minutes:.1f} minutes'}")
    return int(any(each.missing for each in done))


def _ran(name: str, words: tuple[str, ...], minutes: float, left: float, out: Path) -> Ran:
    out.mkdir(parents=True, exist_ok=True)
    for old in (out / f"{name}.json", out / f"{name}.md"):
        old.unlink(missing_ok=True)
    if left < minutes / 2:
        return Ran(name, words, 0.0, "no time was left")
    began = time.monotonic()
    call = [peers.interpreter(), "-m", "benchmarks", *words, "--out", str(out)]
    with (out / f"{name}.log").open("w") as log:
        try:
            ended = subprocess.run(
                call, stdout=log, stderr=subprocess.STDOUT, timeout=60 * min(left, PATIENCE * minutes + 1)
            )
            missing = "" if ended.returncode == 0 else _last_line(out / f"{name}.log")
        except subprocess.TimeoutExpired:
            missing = f"took more than {min(left, PATIENCE * minutes + 1):.0f} minutes"
    return Ran(name, words, (time.monotonic() - began) / 60, missing)


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "failed without a word"


def _account(done: list[Ran], short: bool) -> str:
    about = {"command": command(), "short": short}
    return json.dumps({**about, "peers": peers.versions(), "ran": [asdict(each) for each in done]}, indent=1)
