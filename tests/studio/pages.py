"""What tests do on the studio's page."""

from io import BytesIO

from PIL import Image


def is_own(url, studio):
    return url.startswith((studio.address, "data:", "blob:"))


def until(page, expression, arg=None):
    """Wait until an expression holds; Playwright's own way needs `eval`, which the page forbids."""
    for _ in range(600):
        if page.evaluate(expression, arg):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {expression}")


def drafts(**more):
    """A session in which the form of the tiny operation is in sight."""
    return {"chosen": {"paint": "tiny"}, "drafts": {"tiny": {"inputs": {}, "settings": more, "video": False}}}


def png_bytes(size=(60, 40), color="#a05030", **options):
    data = BytesIO()
    Image.new("RGB", size, color).save(data, "PNG", **options)
    return data.getvalue()


def png(size=(60, 40), color="#a05030", **options):
    """A file as a browser is given it."""
    return {"name": "mine.png", "mimeType": "image/png", "buffer": png_bytes(size, color, **options)}


def made(page):
    page.click("#make")
    page.wait_for_selector('.result[data-state="done"], .result[data-state="failed"]')
    assert page.get_attribute(".result", "data-state") == "done", page.inner_text(".result")
    return page.get_attribute(".result", "data-job")


def drop(page, selector, file):
    data = page.evaluate_handle(
        """([name, bytes]) => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/png' })); return data; }""",
        [file["name"], list(file["buffer"])],
    )
    page.dispatch_event(selector, "drop", {"dataTransfer": data})
