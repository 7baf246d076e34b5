"""Use a studio from a program: upload a photo, ask for a painting, watch it, save it.

pareidolia studio --no-browser            # in another terminal
python examples/studio_client.py photo.jpg sample:waves painted.png
"""

import json
import sys
from pathlib import Path
from urllib.request import Request, urlopen

STUDIO = "http://127.0.0.1:8765/api"


def call(method: str, path: str, data: bytes | None = None) -> bytes:
    """The answer to a call of the API."""
    headers = {} if method == "GET" else {"X-Studio-Token": TOKEN}
    with urlopen(Request(STUDIO + path, data, headers, method=method)) as answer:
        return answer.read()


def paint(photo: Path, painting: str, out: Path) -> None:
    """Paint a photo like a painting and save it."""
    picture = json.loads(call("POST", f"/pictures?name={photo.name}", photo.read_bytes()))
    inputs = {"content": f"picture:{picture['id']}", "styles": [painting]}
    asked = {"operation": "brush", "inputs": inputs, "settings": {"size": 512}}
    job = json.loads(call("POST", "/jobs", json.dumps(asked).encode()))[0]
    with urlopen(f"{STUDIO}/events") as events:  # every event is a line "data: {...}"
        while job["state"] in ("waiting", "running"):
            line = events.readline()
            if line.startswith(b"data: ") and json.loads(line[6:])["kind"] in ("job", "queue"):
                job = json.loads(call("GET", f"/jobs/{job['id']}"))
    print(job["state"], job["caption"], job["message"])
    out.write_bytes(call("GET", f"/jobs/{job['id']}/result"))


if __name__ == "__main__":
    STUDIO = f"{sys.argv[4].rstrip('/')}/api" if len(sys.argv) > 4 else STUDIO
    TOKEN = json.loads(call("GET", "/token"))["token"]
    paint(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
