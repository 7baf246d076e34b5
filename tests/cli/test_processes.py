"""What only a process of its own can show: being killed, and how much memory is taken."""

import subprocess
import sys
import time

import pytest

# The checkpoint is written after every step, so that there is one soon.
EAGER = """
import sys
from pareidolia.painting import Checkpoint
Checkpoint.__init__.__defaults__ = (0.0,)
from pareidolia.cli import main
sys.exit(main(sys.argv[1:]))
"""
# Not getrusage's ru_maxrss: a process inherits that from the one that started it, here the whole suite.
MEASURED = """
import re, sys
from pareidolia.cli import main
code = main(sys.argv[1:])
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) // 1024)
sys.exit(code)
"""


def process(program, studio, *arguments, **options):
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=studio.folder, text=True, stdout=subprocess.PIPE, **options)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_a_reader_who_leaves_ends_it_without_a_word():
    run = subprocess.Popen(
        [sys.executable, "-m", "pareidolia", "doctor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    run.stdout.close()
    assert run.stderr.read() == b"" and run.wait() == 141
    run.stderr.close()


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_bytes(studio):
    style = ("style", "photo.png", "painting.png", "--network", "net.py:build", "--weights", "random")
    size = ("--size", "128", "--coarsest", "64", "--coarse-steps", "30", "--steps", "60", "--quiet")
    assert process(EAGER, studio, *style, *size, "--out", "whole.png").wait() == 0
    killed = process(EAGER, studio, *style, *size, "--out", "out.png")
    checkpoint = studio.folder / "out.png.resume"
    while not checkpoint.exists():
        assert killed.poll() is None, "it ended before a checkpoint was written"
        time.sleep(0.01)
    time.sleep(0.5)
    killed.kill()
    killed.wait()
    assert not (studio.folder / "out.png").exists() and checkpoint.exists()
    assert process(EAGER, studio, *style, *size, "--out", "out.png", "--resume").wait() == 0
    assert (studio.folder / "out.png").read_bytes() == (studio.folder / "whole.png").read_bytes()
    assert studio.left() == ["out.png", "whole.png"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own account of the peak")
def test_1024_pixels_take_less_than_two_gigabytes(studio):
    steps = ("--no-coarse-to-fine", "--steps", "3", "--size", "1024", "--quiet")
    run = process(MEASURED, studio, "style", "sample:coffee", "sample:strokes", *steps, "--out", "out.png")
    printed, _ = run.communicate()
    assert run.returncode == 0
    assert int(printed) < 2048, f"{printed} MiB"
