"""The command: the page first, torch later; where it cannot be served it says so."""

import sys

from tests.studio.served import Studio

from pareidolia.cli import main


def test_the_page_is_up_before_torch_and_a_job_asked_for_then_runs_later(tmp_path):
    own_studio = Studio(tmp_path / "kept")
    assert own_studio.client.get(own_studio.address).status_code == 200
    assert own_studio.ask("GET", "/queue").json()["worker"]["ready"] is False
    job = own_studio.wait(own_studio.submit())
    assert (job["state"], job["caption"], job["width"]) == ("done", "counted", 16)
    own_studio.close()


def test_the_server_imports_no_torch():
    import subprocess

    code = "import sys, pareidolia.studio.serving; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_port_that_is_taken_is_one_line(tmp_path, capsys):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert main(["studio", "--no-browser", "--port", port, "--folder", str(tmp_path)]) == 2
    assert "give another --port" in capsys.readouterr().err


def test_a_folder_that_is_in_use_is_one_line(store, capsys):
    assert main(["studio", "--no-browser", "--port", "0", "--folder", str(store.folder)]) == 2
    assert "another studio" in capsys.readouterr().err


def test_without_its_extra_it_names_the_line_that_installs_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "starlette", None)
    assert main(["studio", "--no-browser"]) == 2
    assert "pareidolia-nn[studio]" in capsys.readouterr().err
