"""What is painted like what, however it is painted."""

from pareidolia.operations import Input

CONTENT = Input("content", "What the picture shows: a file, sample:chelsea and the like, or a folder.")
STYLES = Input(
    "styles",
    "What it is painted like: files, sample:waves and the like, or folders; several files are blended.",
    many=True,
    weights="painting_weights",
)
MASK = Input(
    "mask",
    "A picture of the photo's proportions: white (or opaque) where to paint, black where the photo stays.",
    "file",
    required=False,
    keyword=True,
)
STYLE_INPUTS = (CONTENT, STYLES, MASK)
