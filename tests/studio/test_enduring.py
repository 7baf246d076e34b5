"""A studio whose processes are killed, crash, are interrupted: nothing is lost, and work goes on."""

import signal

import psutil
import pytest
from tests.studio.pages import png_bytes
from tests.studio.served import Listener

pytestmark = pytest.mark.slow


def test_a_crash_is_said_and_the_worker_begins_anew(studio):
    job = studio.wait(studio.submit(end="kill"))
    assert job["state"] == "failed" and job["attempts"] == 2 and "killed" in job["message"]
    job = studio.wait(studio.submit(end="exit"))
    assert job["state"] == "failed" and "ended" in job["message"]
    assert studio.wait(studio.submit())["state"] == "done"


def test_a_worker_that_is_killed_loses_nothing(studio):
    job = studio.wait(studio.submit(end="kill once"))
    assert (job["state"], job["attempts"]) == ("done", 2)


def test_a_server_that_is_killed_loses_nothing(own_studio):
    done = own_studio.submit(gray=0.25)
    picture = own_studio.ask("POST", "/pictures", content=png_bytes(), params={"name": "mine.png"}).json()
    own_studio.wait(done)
    running = own_studio.submit(steps=3, pause=1.5)
    waiting = [own_studio.submit(gray=gray) for gray in (0.1, 0.9)]
    own_studio.wait(running, "running")
    worker = own_studio.worker
    own_studio.kill()
    own_studio.start()
    assert own_studio.ask("GET", f"/pictures/{picture['id']}").content == png_bytes()
    assert own_studio.job(done)["state"] == "done"
    for name in (running, *waiting):
        assert own_studio.wait(name)["state"] == "done"
    own_studio.until(lambda: is_gone(worker))


def is_gone(process):
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_note_on_a_job_under_way_outlives_its_end(studio):
    name = studio.submit(steps=3, pause=1.5)
    studio.wait(name, "running")
    studio.ask("PATCH", f"/jobs/{name}", json={"note": "for Ada", "star": True})
    assert studio.ask("GET", "/queue").json()["running"]["note"] == "for Ada"
    job = studio.wait(name)
    assert (job["state"], job["note"], job["star"]) == ("done", "for Ada", True)


def test_a_job_survives_any_number_of_ends_of_the_server(own_studio):
    name = own_studio.submit(steps=4, pause=1.5)
    for _ in range(3):
        own_studio.wait(name, "running")
        own_studio.kill()
        own_studio.start()
    job = own_studio.wait(name)
    assert (job["state"], job["attempts"]) == ("done", 1)


def test_it_ends_at_once_with_pages_open_and_without_a_word(own_studio):
    Listener(own_studio)
    own_studio.until_ready()
    own_studio.process.send_signal(signal.SIGINT)
    assert own_studio.process.wait(20) == 130
    assert "Traceback" not in own_studio.process.stderr.read()
