"""What the studio keeps survives; one studio a folder."""

import pytest

from pareidolia.settings import PareidoliaError
from pareidolia.studio.job import Job
from pareidolia.studio.store import Store


def make(name, **more):
    given = {
        "operation": "dream",
        "inputs": {"photo": "sample:coffee"},
        "settings": {"seed": 3},
        "client": "me",
    }
    return Job(**{"id": name, "created": 1.0, "place": 1.0, **given, **more})


def test_jobs_are_there_when_the_folder_is_opened_again(tmp_path):
    first = Store(tmp_path)
    job = make("a", rows=({"n": 1},), losses=({"step": 0, "loss": 2.0},))
    first.put(job)
    token = first.token
    first.close()
    again = Store(tmp_path)
    found = again.find("a")
    assert found is not None and (found.settings, list(found.rows)) == (job.settings, [{"n": 1}])
    assert again.token == token
    again.close()


def test_a_folder_is_of_one_studio_at_a_time(store):
    with pytest.raises(PareidoliaError, match="another studio"):
        Store(store.folder)


def test_the_queue_is_in_order_of_places(store):
    store.put(make("b", place=2.0), make("a", place=1.0), make("c", place=3.0, state="done"))
    assert [job.id for job in store.waiting()] == ["a", "b"]
    assert store.last_place() == 2.0


def test_history_finds_all_words_in_operation_caption_note_and_settings(store):
    store.put(
        make("a", state="done", caption="a mosaic of waves"),
        make("b", state="done", created=2.0, note="for Ada"),
        make("c", state="waiting"),
    )
    assert [job.id for job in store.history()] == ["b", "a"]
    assert [job.id for job in store.history("waves mosaic")] == ["a"]
    assert [job.id for job in store.history("ADA dream coffee")] == ["b"]
    assert store.history("ADA waves") == []
    assert [job.id for job in store.history(before=2.0)] == ["a"]


def test_a_percent_sign_is_not_a_wildcard(store):
    store.put(make("a", state="done", caption="50 %"), make("b", state="done", caption="half"))
    assert [job.id for job in store.history("%")] == ["a"]


def test_removing_a_job_removes_its_files_and_no_others(store):
    job, other = make("a"), make("b")
    store.put(job, other)
    for each in (job, other):
        store.folder_of(each).mkdir()
        (store.folder_of(each) / "result.png").write_bytes(b"x")
    store.remove(job)
    assert store.find("a") is None and not store.folder_of(job).exists()
    assert (store.folder_of(other) / "result.png").exists()


def test_what_an_older_or_newer_version_kept_beside_is_passed_over(store):
    store.put(make("a"))
    store._base.execute("update jobs set data = json_set(data, '$.later', 1)")
    assert store.find("a") is not None
