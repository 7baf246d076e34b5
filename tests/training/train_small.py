"""`python -m tests.training.train_small FOLDER`: a training that tests kill. It resumes what it finds."""

import sys
from pathlib import Path

import torch
from tests.training.small_models import SETTINGS, TwoPhases, source

from pareidolia.cli.printing import stopping
from pareidolia.execution.target import Stop
from pareidolia.training import TrainingFolder, TrainingRun

LONG = SETTINGS.model_copy(update={"epochs": 200, "average": 0.9, "checkpoint_seconds": 0.02})


def make(path):
    return TrainingRun(TwoPhases(), source(LONG), LONG), TrainingFolder(path, {"model": "small"})


def main():
    torch.set_num_threads(1)
    run, folder = make(Path(sys.argv[1]))
    if folder.begun:
        folder.resume(run)
    else:
        folder.begin(run)
    print("begun", run.index, flush=True)
    stop = Stop()
    with stopping(stop):
        for _ in folder.steps(run):
            if stop:
                folder.save(run)
                return


if __name__ == "__main__":
    main()
