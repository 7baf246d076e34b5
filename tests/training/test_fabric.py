"""Several processes on the CPU (gloo) against one with the same global batch."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from safetensors.torch import load_file

from pareidolia.training.log import OF_THE_MACHINE

pytest.importorskip("lightning_fabric")

COMMAND = [sys.executable, "-m", "tests.training.command_line", "train"]
ROOT = Path(__file__).parents[2]
# Sums that are no sums over samples: the best σ of a batch, free bits, a code's mean activation, gradients of
# gradients; and noise of every kind.
MODELS = {
    "vae": ("--likelihood", "gaussian", "--free-bits", "0.1", "--kl-warm-up", "1", "--clip", "5"),
    "autoencoder": ("--sparsity", "1", "--noise", "0.2", "--masked", "0.2"),
    "gan": ("--r1", "1", "--r1-every", "2"),
    "aae": ("--labels", "semi-supervised", "--labeled", "100", "--noise", "0.1"),
}

# Games amplify rounding, tenfold in ten steps: the AAE's weights differ by 2e-4 after 20, by 1e-3 after 30.
EPOCHS, STEPS = {"aae": "1.3"}, {"aae": 20}


def arguments(kind, out, *more):
    epochs = EPOCHS.get(kind, "2")
    quick = f"--hidden 16 --epochs {epochs} --previews 0 --log-every 1 --device cpu".split()
    return [*COMMAND, kind, "digits", "--out", str(out), *quick, *MODELS[kind], *more]


def environment(**more):
    return {**os.environ, "OMP_NUM_THREADS": "1", **more}


def losses(path):
    lines = [json.loads(line) for line in (path / "log.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key not in OF_THE_MACHINE} for line in lines]


def assert_same_curve(one, two, steps=30):
    first, second = losses(one), losses(two)
    assert len(first) == len(second) == steps
    for ours, theirs in zip(first, second, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-5)
    weights = [load_file(path / "model.safetensors") for path in (one, two)]
    for key, value in weights[0].items():
        assert (value - weights[1][key]).abs().max() < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("kind", MODELS)
def test_two_processes_have_the_loss_curve_of_one(tmp_path, kind):
    subprocess.run(arguments(kind, tmp_path / "one"), check=True, cwd=ROOT, env=environment())
    two = arguments(kind, tmp_path / "two", "--devices", "2")
    subprocess.run(two, check=True, cwd=ROOT, env=environment())
    assert_same_curve(tmp_path / "one", tmp_path / "two", STEPS.get(kind, 30))


@pytest.mark.slow
def test_two_nodes_have_the_loss_curve_of_one(tmp_path):
    subprocess.run(arguments("vae", tmp_path / "one"), check=True, cwd=ROOT, env=environment())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    nodes = [
        subprocess.Popen(
            arguments("vae", tmp_path / "two", "--nodes", "2"),
            cwd=ROOT,
            env=environment(NODE_RANK=str(rank), **meeting),
        )
        for rank in (0, 1)
    ]
    assert [node.wait(timeout=300) for node in nodes] == [0, 0]
    assert_same_curve(tmp_path / "one", tmp_path / "two")


@pytest.mark.slow
def test_sigterm_stops_both(tmp_path):
    command = arguments("vae", tmp_path / "run", "--devices", "2")
    command[command.index("--epochs") + 1] = "4000"
    process = subprocess.Popen(command, cwd=ROOT, env=environment())
    while not (tmp_path / "run" / "log.jsonl").exists():
        assert process.poll() is None, "it ended before it began to train"
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 128 + signal.SIGTERM
    assert (tmp_path / "run" / "checkpoint.pt").exists()


def test_a_batch_that_cannot_be_shared_is_refused():
    from tests.training.small_models import SETTINGS, TwoPhases, source

    from pareidolia.settings import PareidoliaError
    from pareidolia.training import SingleProcess, TrainingRun

    three = type("Three", (SingleProcess,), {"size": 3})()
    with pytest.raises(PareidoliaError, match="take --batch 9"):
        TrainingRun(TwoPhases(), source(), SETTINGS, process_group=three)
