"""What a picture's record says, and what a video is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pareidolia.pictures import Video, read_record
from pareidolia.pictures.files import to_image
from pareidolia.requests import Request
from pareidolia.safety import distrusting
from pareidolia.settings import migrate
from pareidolia.studio.uploads import thumbnail


def record(about: Mapping[str, Any]) -> dict[str, Any]:
    """The operation, settings and inputs of a picture that Pareidolia made; inputs by their SHA-256."""
    path = str(about["picture"])
    found = migrate(read_record(path))
    inputs = found["inputs"]
    with distrusting(f"the picture {path}"):
        # Without its inputs: they are found by what they hold.
        request = Request.from_record(
            {**found, "inputs": {}}, Path("/nonexistent"), {}, dict.fromkeys(inputs, "?")
        )
    return {
        "operation": request.operation.name,
        "settings": request.settings.model_dump(mode="json"),
        "inputs": inputs,
    }


def video(about: Mapping[str, Any]) -> dict[str, Any]:
    """Width, height and number of frames of a video, whose first frame becomes a thumbnail."""
    found = Video(str(about["path"]))
    image = to_image(next(found.frames()))
    thumbnail(image, Path(str(about["thumbnail"])))
    return {"width": image.width, "height": image.height, "frames": found.count}
