"""Many visitors at once, and kills at random moments: no job is lost, only a full queue is refused."""

import os
import random
import signal
import threading
import time

import httpx
import pytest
from tests.studio.served import Studio

pytestmark = pytest.mark.slow
VISITORS, SECONDS, KILLS = 20, 8, 5


def visit(address, token, name, answers, until):
    """What a page does again and again: asks for a job, looks, edits it, removes it."""
    headers = {"X-Studio-Token": token, "X-Studio-Client": name}
    with httpx.Client(base_url=f"{address}api", headers=headers, timeout=30) as client:
        while time.monotonic() < until:
            made = client.post("/jobs", json={"operation": "tiny", "settings": {"steps": 1}})
            answers.append(made)
            if made.status_code == 201:
                job = made.json()[0]["id"]
                answers.append(client.patch(f"/jobs/{job}", json={"note": name}))
                answers.append(client.get(f"/jobs/{job}"))
            answers.append(client.get("/state"))
            answers.append(client.get("/queue"))


def test_twenty_visitors_are_served_and_only_a_full_queue_is_refused(tmp_path):
    import psutil

    studio = Studio(tmp_path / "kept")
    try:
        studio.until_ready()
        token, answers = studio.client.headers["X-Studio-Token"], []
        before = psutil.Process(studio.process.pid).memory_info().rss
        until = time.monotonic() + SECONDS
        visitors = [
            threading.Thread(target=visit, args=(studio.address, token, f"v{number}", answers, until))
            for number in range(VISITORS)
        ]
        for each in visitors:
            each.start()
        for each in visitors:
            each.join()
        codes = {each.status_code for each in answers}
        assert codes <= {200, 201, 429}, codes
        refused = [each.json()["error"] for each in answers if each.status_code == 429]
        assert all("the queue is full" in each for each in refused)
        assert len(answers) > 10 * VISITORS
        assert psutil.Process(studio.process.pid).memory_info().rss < before + 150 * 2**20
    finally:
        studio.close()


def test_kills_at_random_moments_lose_no_job(tmp_path):
    chance = random.Random(0)
    kept = tmp_path / "kept"
    studio = Studio(kept)
    asked = {}
    try:
        studio.until_ready()
        for number in range(KILLS):
            gray = round(0.1 + 0.01 * number, 2)
            asked[studio.submit(steps=3, pause=0.1, gray=gray, client=f"v{number}")] = gray
            time.sleep(chance.uniform(0, 0.6))
            if number % 2:
                studio.kill()
                studio = Studio(kept)
            else:
                studio.until_ready()
                os.kill(studio.worker, signal.SIGKILL)
                time.sleep(0.2)
        studio.until_ready()
        for name, gray in asked.items():
            job = studio.wait(name)
            # A job whose process was killed twice says so; none is gone, none is changed.
            assert job["settings"]["gray"] == gray
            assert job["state"] == "done" or "twice at this job" in job["message"], job
        assert sum(studio.job(name)["state"] == "done" for name in asked) >= KILLS - 2
    finally:
        studio.close()
