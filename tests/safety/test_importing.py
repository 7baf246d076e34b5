"""The rooms below all others can be imported first, and bring no torch."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("room", ["safety", "settings", "operations", "requests", "execution.command_line"])
def test_a_room_is_imported_first_and_without_torch(room):
    code = f"import sys, pareidolia.{room}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr
