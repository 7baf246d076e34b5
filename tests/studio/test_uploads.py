"""Uploaded files: bounded, decoded before use, and given back byte for byte."""

from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pareidolia.pictures import reading
from pareidolia.studio import uploads


def png(size=(40, 30), mode="RGB", color=None, **options):
    data = BytesIO()
    Image.new(mode, size, color or ("#a05030" if mode in ("RGB", "RGBA") else 1)).save(data, "PNG", **options)
    return data.getvalue()


def upload(client, data, name="photo.png"):
    return client.post("/api/pictures", params={"name": name}, content=data)


def test_a_file_comes_back_as_it_went_in(client):
    text = PngInfo()
    text.add_text("Comment", "mine")
    for data in (png(pnginfo=text), png(mode="RGBA", color=(1, 2, 3, 0)), png(mode="I;16", color=40000)):
        kept = upload(client, data)
        assert kept.status_code == 201
        assert client.get(f"/api/pictures/{kept.json()['id']}").content == data
        assert client.get(f"/api/pictures/{kept.json()['id']}/thumbnail").status_code == 200


def test_exif_stays_and_the_size_is_that_of_the_upright_picture(client):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    data = BytesIO()
    Image.new("RGB", (40, 20)).save(data, "JPEG", exif=exif)
    kept = upload(client, data.getvalue(), "turned.jpg").json()
    assert (kept["width"], kept["height"]) == (20, 40)
    again = Image.open(BytesIO(client.get(f"/api/pictures/{kept['id']}").content)).getexif()
    assert (again[0x0112], again[0x010F]) == (6, "a camera")


def test_transparent_pictures_have_transparent_thumbnails(client):
    kept = upload(client, png(mode="RGBA", color=(200, 0, 0, 0))).json()
    small = Image.open(BytesIO(client.get(f"/api/pictures/{kept['id']}/thumbnail").content))
    assert small.mode == "RGBA" and small.getextrema()[3] == (0, 0)


@pytest.mark.parametrize(
    ("data", "status", "word"),
    [
        (b"", 422, "empty"),
        (b"<script>alert(1)</script>", 422, "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "SVG"),
        (png()[:60], 422, "damaged"),
        (png(size=(300, 200)), 413, "megapixels"),
        (b"\x89PNG" + b"0" * 300_000, 413, "too large"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", 422, "not a picture"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused_and_nothing_is_left(client, store, data, status, word):
    refused = upload(client, data, "x.png")
    assert refused.status_code == status and word in refused.json()["error"]
    assert str(store.folder) not in refused.json()["error"]
    assert list(store.pictures.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\a\\b.png", "/x/y.png", "a\nb.png", "", "x" * 500, "кот.png"]
)
def test_a_name_is_never_a_path(client, store, name):
    kept = upload(client, png(), name).json()
    assert not {"/", "\\", "\n"} & set(kept["name"]) and 0 < len(kept["name"]) <= 120
    assert [path.name for path in store.pictures.iterdir()] == [f"{kept['id']}.png"]


def test_the_same_file_twice_is_kept_once(client, store):
    assert upload(client, png()).json()["id"] == upload(client, png(), "again.png").json()["id"]
    assert len(list(store.pictures.iterdir())) == 1


def test_a_full_folder_takes_no_more(store):
    from starlette.testclient import TestClient

    from pareidolia.studio import application
    from pareidolia.studio.limits import Limits

    asking = TestClient(application(store, limits=Limits(kept_bytes=10)), base_url="http://127.0.0.1")
    asking.headers["X-Studio-Token"] = store.token
    assert upload(asking, png()).status_code == 201
    assert upload(asking, png(color="#ffffff")).status_code == 413


def test_a_removed_picture_is_gone(client, store):
    name = upload(client, png()).json()["id"]
    assert client.delete(f"/api/pictures/{name}").status_code == 200
    assert client.get(f"/api/pictures/{name}").status_code == 404
    assert list(store.pictures.iterdir()) == []


def test_every_format_that_is_read_has_an_ending():
    assert set(reading._FORMATS) | set(reading._PLUGIN_FORMATS) <= set(uploads._SUFFIXES)
