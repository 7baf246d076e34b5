"""The commands that are no operations, and their lines of help."""

from pareidolia.operations import BEGIN, LOOK, PAINT

SUBJECTS = {
    "stylizer": (PAINT, "Train a network that paints in one pass, and paint with it."),
    "train": ("Train", "Train a generative model on pictures, in a folder that keeps it."),
    "atlas": (LOOK, "Make a layer's activations a map to walk through: build, view, find."),
    "measure": (LOOK, "Put figures to a picture: how well it is painted in a style."),
}
"""Commands that only hold subcommands."""

OTHERS = {
    "atlas view": (LOOK, "atlas:view", "Serve an atlas to this machine's browser until Ctrl-C."),
    "tour": (
        BEGIN,
        "tour:tour",
        "Show the whole lecture on one page, with a photo of your own if you give one.",
    ),
    "studio": (
        BEGIN,
        "studio:studio",
        "Open a page on this machine where every operation is used, watched, stopped and kept.",
    ),
    "mcp": (
        BEGIN,
        "mcp:mcp",
        "Offer every operation as a tool to assistants, by the Model Context Protocol.",
    ),
    "doctor": (
        BEGIN,
        "doctor:doctor",
        "Show the device, the memory, the extras, and where weights are looked for.",
    ),
}
"""Commands that are not operations: group, where they are stated, and their line of help."""

AGAIN = "Paint a picture once more: the same pixels on the same CPU, or with any of its options changed."
"""The line of help of `again`, whose options are those of the operation that made the picture."""
