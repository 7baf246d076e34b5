"""A page that paints photos like paintings in one pass: a Space, or `python app.py` here."""

from pathlib import Path

import gradio
import numpy as np

from pareidolia_lite import Brush, LiteError, open_picture
from pareidolia_lite.pictures import PAINTINGS, fit, over_white, resize

BRUSH = Brush()
OWN = sorted(str(file) for file in PAINTINGS.glob("*.jpg"))


def opened(file: str, size: int) -> np.ndarray:
    """A picture on white, made smaller if it is larger than `size`, never enlarged."""
    picture = over_white(open_picture(Path(file)))
    height, width = picture.shape[1:]
    return resize(picture, fit((height, width), min(size, max(height, width))))


def paint(photo: str | None, painting: str | None, strength: float, colors: str, size: int) -> np.ndarray:
    """The photo painted like the painting, as H×W×3 levels."""
    if not photo or not painting:
        raise gradio.Error("A photo and a painting are needed.")
    try:
        shown = opened(photo, int(size))
        painted = BRUSH.paint(shown, [open_picture(Path(painting))], strength=strength, colors=colors)
    except LiteError as error:
        raise gradio.Error(str(error)) from error
    return (painted.transpose(1, 2, 0) * 255 + 0.5).clip(0, 255).astype(np.uint8)


page = gradio.Interface(
    paint,
    [
        gradio.Image(type="filepath", label="Photo"),
        gradio.Image(type="filepath", label="Painting", value=OWN[0]),
        gradio.Slider(0, 1, 1, label="Strength"),
        gradio.Radio(["paintings", "matched", "luminance"], value="paintings", label="Whose colors"),
        gradio.Slider(128, 1536, 768, step=64, label="Size"),
    ],
    gradio.Image(label="Painted", format="png"),
    examples=[[OWN[-1], painting, 1, "paintings", 768] for painting in OWN[:-1]],
    title="Pareidolia",
    cache_examples=False,
)

if __name__ == "__main__":
    page.launch()
