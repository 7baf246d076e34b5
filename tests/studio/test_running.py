"""A studio as people start it: jobs run, are watched, stop, crash, survive; questions are answered."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.studio.pages import png_bytes
from tests.studio.served import ENDLESS, Listener

pytestmark = pytest.mark.slow


def test_every_page_hears_of_a_job_step_by_step_with_its_picture(studio):
    pages = [Listener(studio), Listener(studio)]
    name = studio.submit(steps=6, pause=0.3)
    previews = studio.until(lambda: studio.ask("GET", f"/jobs/{name}/preview").content)
    assert Image.open(BytesIO(previews)).size == (8, 8)
    job = studio.wait(name)
    for page in pages:
        steps = [each["index"] for each in page.of("progress", name)]
        assert steps == sorted(set(steps)) and steps[-1] == 6 and len(steps) >= 4
        assert any(each["preview"] for each in page.of("progress", name))
    assert [each["left"] for each in job["losses"]] == [5, 4, 3, 2, 1, 0]
    assert job["rows"] == [{"count": 6, "bad": None}]
    assert studio.ask("GET", f"/jobs/{name}/preview").status_code == 404


def test_a_page_that_comes_between_two_previews_has_the_last(studio):
    name = studio.submit(**ENDLESS, preview=0.5)  # so the second comes after ten seconds
    now = studio.until(
        lambda: (found := studio.ask("GET", "/queue").json()["progress"]).get("index", 0) > 8 and found
    )
    assert now["preview"]
    studio.ask("POST", f"/jobs/{name}/stop")
    studio.wait(name)


def test_the_same_settings_give_the_same_bytes(studio):
    asked = {
        "inputs": {"photo": "sample:coffee"},
        "network": "retina",
        "size": 48,
        "octaves": 1,
        "steps": 2,
        "seed": 5,
    }
    one, other = (studio.wait(studio.submit("dream", **asked)) for _ in range(2))
    assert one["digest"] == other["digest"]
    third = studio.wait(studio.submit("dream", **{**asked, "seed": 6}))
    assert third["digest"] != one["digest"]


def test_a_painting_that_is_stopped_is_kept_and_goes_on(studio):
    name = studio.submit(
        "dream", {"photo": "sample:coffee"}, network="retina", size=64, octaves=1, steps=4000
    )
    studio.until(lambda: studio.ask("GET", "/queue").json()["progress"].get("index", 0) >= 2)
    studio.ask("POST", f"/jobs/{name}/stop")
    job = studio.wait(name)
    assert job["state"] == "stopped" and job["width"] == 64
    picture = studio.ask("GET", f"/jobs/{name}/result").content
    assert Image.open(BytesIO(picture)).info["pareidolia"]
    studio.ask("POST", f"/jobs/{name}/go-on")
    studio.wait(name, "running")
    going = studio.until(lambda: studio.ask("GET", "/queue").json()["progress"])
    assert going["index"] > 2  # not from the beginning
    studio.ask("POST", f"/jobs/{name}/stop")
    studio.wait(name)


@pytest.mark.parametrize(("end", "word"), [("refuse", "it is refused"), ("raise", "a bug")])
def test_what_an_operation_refuses_or_gets_wrong_is_said_and_the_worker_goes_on(studio, end, word):
    studio.until_ready()
    worker = studio.worker
    job = studio.wait(studio.submit(end=end))
    assert job["state"] == "failed" and word in job["message"]
    assert studio.wait(studio.submit())["state"] == "done"
    assert studio.worker == worker


def test_visitors_take_turns(studio):
    studio.until_ready()
    studio.ask("PATCH", "/queue", json={"paused": True})
    flood = [studio.submit(client="flood") for _ in range(5)]
    other = studio.submit(client="other")
    studio.ask("PATCH", "/queue", json={"paused": False})
    jobs = [studio.wait(name) for name in (*flood, other)]
    order = sorted(jobs, key=lambda job: job["started"])
    assert [job["id"] for job in order].index(other) <= 1


def test_a_grid_is_made_with_a_name_of_its_own(studio):
    jobs = studio.submit_all(settings={"steps": 1}, grid={"gray": [0.0, 1.0], "steps": [1, 2]})
    made = [studio.wait(job["id"]) for job in jobs]
    assert len({job["group"] for job in made}) == 1 and made[0]["group"]
    assert [(job["settings"]["gray"], job["settings"]["steps"]) for job in made] == [
        (0, 1),
        (0, 2),
        (1, 1),
        (1, 2),
    ]


def test_a_picture_made_here_brings_its_settings_back(studio):
    name = studio.submit(gray=0.75)
    studio.wait(name)
    picture = studio.ask("GET", f"/jobs/{name}/result").content
    dropped = studio.ask("POST", "/pictures", content=picture, params={"name": "downloaded.png"}).json()
    assert dropped["job"]["id"] == name
    assert studio.ask("GET", f"/pictures/{dropped['id']}/origin").json()["settings"]["gray"] == 0.75


def test_a_picture_of_the_command_line_brings_its_settings_and_the_inputs_that_are_here(studio, tmp_path):
    from pareidolia.cli import main

    photo = tmp_path / "photo.png"
    photo.write_bytes(png_bytes((48, 48)))
    here = studio.ask("POST", "/pictures", content=png_bytes((48, 48)), params={"name": "p.png"}).json()
    out = tmp_path / "painted.png"
    words = [
        "style",
        str(photo),
        "sample:ink",
        "--method",
        "one-pass",
        "--strength",
        "0.5",
        "--size",
        "64",
        "--out",
        str(out),
        "--quiet",
    ]
    assert main(words) == 0
    dropped = studio.ask("POST", "/pictures", content=out.read_bytes(), params={"name": "painted.png"}).json()
    assert dropped["job"] is None
    origin = studio.ask("GET", f"/pictures/{dropped['id']}/origin").json()
    assert origin["operation"] == "brush" and origin["settings"]["strength"] == 0.5
    assert origin["inputs"] == {"content": f"picture:{here['id']}", "styles": ["sample:ink"]}
    plain = studio.ask("GET", f"/pictures/{here['id']}/origin")
    assert plain.status_code == 422 and "carries no settings" in plain.json()["error"]


def test_what_the_page_did_is_a_command_and_python_that_do_the_same(studio, tmp_path, monkeypatch):
    import shlex

    from pareidolia.cli import main

    mine = png_bytes((48, 32))
    photo = studio.ask("POST", "/pictures", content=mine, params={"name": "my photo.png"}).json()
    inputs = {"content": f"picture:{photo['id']}", "styles": ["sample:ink", "sample:waves"]}
    name = studio.submit("brush", inputs, size=64, strength=0.5, painting_weights=[1, 3])
    studio.wait(name)
    said = studio.ask("GET", f"/jobs/{name}/code").json()
    assert str(studio.folder) not in said["command"] + said["python"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my photo.png").write_bytes(mine)
    made = Image.open(BytesIO(studio.ask("GET", f"/jobs/{name}/result").content)).convert("RGB").tobytes()
    assert main([*shlex.split(said["command"])[1:], "--quiet"]) == 0
    assert Image.open(tmp_path / "result.png").convert("RGB").tobytes() == made
    (tmp_path / "result.png").unlink()
    exec(said["python"], {})
    assert Image.open(tmp_path / "result.png").convert("RGB").tobytes() == made


def test_results_are_inputs_of_further_jobs(studio):
    first = studio.submit(gray=0.5)
    studio.wait(first)
    inputs = {"content": f"job:{first}", "styles": ["sample:ink"]}
    assert studio.wait(studio.submit("brush", inputs, size=64))["state"] == "done"


def test_a_job_whose_picture_was_removed_meanwhile_fails_alone(studio):
    studio.ask("PATCH", "/queue", json={"paused": True})
    mine = png_bytes(color="#123456")
    photo = studio.ask("POST", "/pictures", content=mine, params={"name": "p.png"}).json()
    name = studio.submit("brush", {"content": f"picture:{photo['id']}", "styles": ["sample:ink"]}, size=64)
    studio.ask("DELETE", f"/pictures/{photo['id']}")
    studio.ask("PATCH", "/queue", json={"paused": False})
    job = studio.wait(name)
    assert job["state"] == "failed" and "no longer here" in job["message"]


def test_a_training_shows_its_sheets_and_its_run_is_a_model_to_look_into(studio):
    job = studio.wait(studio.submit("train autoencoder", epochs=0.2, hidden=[8], latent=2, previews=2))
    assert job["state"] == "done", job["message"]
    assert job["files"] and job["losses"]
    sheet = studio.ask("GET", f"/jobs/{job['id']}/result", params={"name": job["files"][-1]})
    assert Image.open(BytesIO(sheet.content)).size[0] > 8
    shown = studio.wait(studio.submit("reconstruct", {"run": f"job:{job['id']}"}, count=2))
    assert shown["state"] == "done", shown["message"]


def ask(studio, question, **about):
    answer = studio.ask("POST", f"/questions/{question}", json=about)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_plane_is_decoded_where_it_is_touched(studio):
    studio.until_ready()
    plane = ask(studio, "plane", run="digits-vae")
    assert plane["encodes"] and len(plane["units"]) == 2
    one = ask(studio, "decode", run="digits-vae", x=0.1, y=0.9)
    assert ask(studio, "decode", run="digits-vae", code=one["code"])["picture"] == one["picture"]
    assert ask(studio, "decode", run="digits-vae", x=0.9, y=0.1)["picture"] != one["picture"]
    made = ask(studio, "encode", run="digits-vae", picture="sample:coffee")
    assert len(made["code"]) == plane["latent"]
    refused = studio.ask("POST", "/questions/decode", json={"run": "digits-vae", "code": [1.0]})
    assert refused.status_code == 422


def test_a_place_in_a_photo_says_which_units_answer_there(studio):
    studio.until_ready()
    layers = [each["name"] for each in ask(studio, "layers", network="retina")["layers"]]
    assert "stage3.relu1" in layers
    found = ask(
        studio, "units", network="retina", picture="sample:coffee", layer="stage3.relu1", x=0.5, y=0.5
    )
    values = [each["value"] for each in found["units"]]
    assert values == sorted(values, reverse=True) and len(values) == 8
    classes = ask(studio, "classes", network="retina", picture="sample:coffee")["classes"]
    assert 0 < sum(each["share"] for each in classes) <= 1 + 1e-6
    assert len(ask(studio, "names", network="retina")["names"]) == 1000


def test_questions_are_answered_while_a_job_runs(studio):
    studio.until_ready()
    name = studio.submit(**ENDLESS)
    studio.wait(name, "running")
    ask(studio, "decode", run="digits-vae", x=0.5, y=0.5)
    assert studio.job(name)["state"] == "running"
    studio.ask("POST", f"/jobs/{name}/stop")
    assert studio.wait(name)["state"] == "stopped"


def test_the_client_of_the_examples_paints(studio, tmp_path):
    (tmp_path / "photo.png").write_bytes(png_bytes((48, 32)))
    client = Path(__file__).parents[2] / "examples" / "studio_client.py"
    words = ["photo.png", "sample:ink", "painted.png", studio.address]
    done = subprocess.run([sys.executable, client, *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("done painted in one pass")
    assert Image.open(tmp_path / "painted.png").size == (512, 341)
