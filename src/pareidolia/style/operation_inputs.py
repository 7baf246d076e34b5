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
REGIONS = Input(
    "regions",
    "Where each painting goes: a mask for each, or one label map of flat colors, which take the paintings "
    "from dark to light (black may have none: there the photo stays).",
    "file",
    many=True,
    required=False,
    keyword=True,
)
PAINTING_REGIONS = Input(
    "painting_regions",
    "Which part of a painting each region takes: a mask for each, or one label map with the colors of the "
    "photo's.",
    "file",
    many=True,
    required=False,
    keyword=True,
)
STYLE_INPUTS = (CONTENT, STYLES, MASK, REGIONS, PAINTING_REGIONS)
