"""The API: described as it is; the queue in order, the history searched, no file reached another way."""

import pytest
from starlette.routing import Route

from pareidolia.studio.job import Job


def submit(client, who="one", **settings):
    request = {
        "operation": "brush",
        "inputs": {"content": "sample:coffee", "styles": ["sample:ink"]},
        "settings": settings,
    }
    return client.post("/api/jobs", json=request, headers={"X-Studio-Client": who})


def waiting(client):
    return [job["id"] for job in client.get("/api/queue").json()["waiting"]]


def test_every_call_is_described_and_every_description_is_a_call(client):
    described = client.get("/openapi.json").json()
    calls = {(path, method) for path, calls in described["paths"].items() for method in calls}
    routes = {
        (route.path.replace(":path}", "}"), method.lower())
        for route in client.app.routes
        if isinstance(route, Route) and route.path.startswith("/api/")
        for method in route.methods - {"HEAD"}
    }
    assert calls == routes


def test_the_description_holds_what_a_job_of_each_operation_takes(client):
    described = client.get("/openapi.json").json()["components"]["schemas"]["Request"]["oneOf"]
    brush = next(each for each in described if each["title"] == "brush")
    assert brush["properties"]["settings"]["properties"]["strength"]["maximum"] == 1
    assert brush["properties"]["inputs"]["required"] == ["content", "styles"]


def test_a_job_waits_with_every_setting_and_can_be_edited_and_removed(client):
    name = submit(client, size=64).json()[0]["id"]
    assert client.get(f"/api/jobs/{name}").json()["settings"]["size"] == 64
    changed = client.patch(f"/api/jobs/{name}", json={"settings": {"size": 96, "strength": 0.5}}).json()
    assert (changed["settings"]["size"], changed["settings"]["strength"]) == (96, 0.5)
    assert client.patch(f"/api/jobs/{name}", json={"settings": {"size": 1}}).status_code == 422
    assert client.delete(f"/api/jobs/{name}").status_code == 200
    assert waiting(client) == []
    assert client.get(f"/api/jobs/{name}").status_code == 404


def test_the_queue_is_put_into_order(client):
    one, two, three = (submit(client, seed_free).json()[0]["id"] for seed_free in ("a", "b", "c"))
    assert waiting(client) == [one, two, three]
    client.patch("/api/queue", json={"order": [three, one]})
    assert waiting(client) == [three, one, two]


def test_the_queue_pauses_and_that_is_kept(client, store):
    assert client.patch("/api/queue", json={"paused": True}).json()["paused"]
    assert store.note("paused") is True
    assert not client.patch("/api/queue", json={"paused": False}).json()["paused"]


def test_a_full_queue_says_so_politely_and_one_visitor_fills_only_a_part(client):
    for _ in range(4):
        assert submit(client).status_code == 201
    refused = submit(client)
    assert refused.status_code == 429 and "full" in refused.json()["error"]
    assert submit(client, "another").status_code == 201
    assert submit(client, "another").status_code == 201
    assert submit(client, "a third").status_code == 429


def test_a_waiting_job_that_is_stopped_does_not_begin_and_can_go_on(client):
    name = submit(client).json()[0]["id"]
    assert client.post(f"/api/jobs/{name}/stop").json()["state"] == "stopped"
    assert waiting(client) == []
    assert client.post(f"/api/jobs/{name}/stop").status_code == 422
    assert client.post(f"/api/jobs/{name}/go-on").json()["state"] == "waiting"
    assert waiting(client) == [name]


def test_history_is_searched_noted_and_exported(client, store):
    job = Job(
        "a",
        "dream",
        {"photo": "sample:coffee"},
        {"seed": 1},
        "me",
        1.0,
        1.0,
        "done",
        caption="a dog",
        file="result.png",
    )
    store.put(job)
    store.folder_of(job).mkdir()
    (store.folder_of(job) / "result.png").write_bytes(b"picture")
    assert client.patch("/api/jobs/a", json={"note": "for Ada", "star": True}).json()["star"]
    assert [each["id"] for each in client.get("/api/jobs", params={"search": "ada dog"}).json()] == ["a"]
    assert client.get("/api/jobs", params={"search": "cat"}).json() == []
    assert client.get("/api/jobs", params={"before": "x"}).status_code == 422
    assert client.get("/api/history.json").json()[0]["note"] == "for Ada"
    import zipfile
    from io import BytesIO

    with zipfile.ZipFile(BytesIO(client.get("/api/history.zip").content)) as archive:
        assert sorted(archive.namelist()) == ["dream-a.png", "history.json"]
        assert archive.read("dream-a.png") == b"picture"
    assert not list(store.folder.glob(".export-*"))


@pytest.mark.parametrize("name", ["../studio.sqlite", "/etc/passwd", "..", "", "%2e%2e/x", "other.png"])
def test_of_a_folder_only_what_the_worker_found_is_given(client, store, name):
    job = Job("a", "train vae", {}, {}, "me", 1.0, 1.0, "done", file="result", files=("samples/1.png",))
    store.put(job)
    (store.folder_of(job) / "result" / "samples").mkdir(parents=True)
    (store.folder_of(job) / "result" / "samples" / "1.png").write_bytes(b"sheet")
    (store.folder_of(job) / "result" / "other.png").write_bytes(b"other")
    assert client.get("/api/jobs/a/result", params={"name": "samples/1.png"}).content == b"sheet"
    assert client.get("/api/jobs/a/result", params={"name": name}).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/page/../store.py",
        "/page/%2e%2e/store.py",
        "/page/..%2fstore.py",
        "/api/pictures/..%2f..%2fstudio.sqlite",
        "/api/samples/..%2fink",
    ],
)
def test_no_address_leads_out_of_its_folder(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("body", [b"{", b"[1]", b"3", b"[" * 100_000, b'"' + b"x" * (2 << 20) + b'"'])
def test_what_is_not_an_object_in_json_is_refused(client, body):
    refused = client.post("/api/jobs", content=body)
    assert refused.status_code == 422 and refused.json()["error"]


def test_the_page_carries_the_token_and_loads_from_here_alone(client, store):
    page = client.get("/").text
    assert store.token in page
    assert "http://" not in page and "https://" not in page
    for name in ("studio.js", "studio.css", "icon.svg"):
        assert client.get(f"/page/{name}").status_code == 200


def test_the_bundle_is_small(client):
    sizes = [len(client.get(f"/page/{name}").content) for name in ("studio.js", "studio.css")]
    assert sum(sizes) < 600_000


def test_the_last_session_is_kept(client):
    client.put("/api/session", json={"drafts": {"brush": {"settings": {"size": 64}}}})
    assert client.get("/api/state").json()["session"]["drafts"]["brush"]["settings"] == {"size": 64}


def test_only_questions_of_pages_are_passed_on(client):
    assert client.post("/api/questions/record", json={"picture": "/etc/passwd"}).status_code == 404
    assert (
        client.post(
            "/api/questions/classes", json={"picture": "/etc/passwd", "network": "retina"}
        ).status_code
        == 422
    )
    assert client.post("/api/questions/layers", json={"network": "os:system"}).status_code == 422
    without_worker = client.post("/api/questions/layers", json={"network": "retina"})
    assert without_worker.status_code == 503 and "moment" in without_worker.json()["error"]
