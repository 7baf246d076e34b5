"""Every command: its group, its name, where it is stated, and its line of help.

A table of text, so that `pareidolia --help` imports none of them; a test holds each line to the first of the
command's own description.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command, and "module:function" (below `pareidolia.cli`) of what it calls."""

    name: str
    place: str
    help: str


COMMANDS = {
    "Paint": (
        Command("style", "style:style", "Paint a photo in the style of one or several paintings."),
        Command(
            "style-figures",
            "style_figures:style_figures",
            "Show content layer by layer, style by layers, layers by weights, and a photo in several styles.",
        ),
        Command(
            "stylizer",
            "stylizer:stylizer",
            "Train a network that paints in one pass, and paint with it.",
        ),
        Command(
            "export",
            "stylizer:export",
            "Write brush or a trained style network as ONNX, for other programs, phones and browsers.",
        ),
        Command(
            "dream",
            "dream:dream",
            "Dream: strengthen in a picture what a network sees in it, or fall into it in a video.",
        ),
        Command(
            "again",
            "again:again",
            "Paint a picture once more: the same pixels on the same machine, or with a setting changed.",
        ),
    ),
    "Look inside": (
        Command(
            "filters",
            "tuning:filters",
            "Show the kernels of a layer: in colour where they see pixels, by channel where they do not.",
        ),
        Command(
            "tuning",
            "tuning:tuning",
            "Show gratings and bars to a layer's units, as Hubel and Wiesel did: what do they prefer?",
        ),
        Command(
            "invariance",
            "tuning:invariance",
            "Measure how far a layer's activations move when photos are shifted, enlarged and turned.",
        ),
        Command(
            "patches",
            "patches:patches",
            "Show which patches of a folder of photos made units fire most, and what the units saw in them.",
        ),
        Command(
            "evolution",
            "patches:evolution",
            "Show how units came about: at each checkpoint of a training, what they respond to.",
        ),
        Command(
            "features",
            "visualization:features",
            "Paint what units of a network respond to, many at once, on a sheet.",
        ),
        Command(
            "class-model",
            "visualization:class_model",
            "Paint what a network takes for a class, or for several on a sheet.",
        ),
        Command(
            "invert",
            "visualization:invert",
            "Paint a photo back from its activations at each of several layers: what do they still know?",
        ),
        Command(
            "caricature",
            "visualization:caricature",
            "Paint a photo as layers exaggerate it: more of what they see in it.",
        ),
        Command(
            "atlas", "atlas:atlas", "Make a layer's activations a map to walk through: build, view, find."
        ),
        Command("saliency", "inspection:saliency", "Show which pixels of a photo made the network say so."),
        Command(
            "deconvnet",
            "inspection:deconvnet",
            "Send units of a layer back to the pixels of a photo: what did they see?",
        ),
        Command(
            "faithfulness",
            "inspection:faithfulness",
            "Measure how far attribution methods tell the truth: deletion, insertion, randomised parameters.",
        ),
        Command(
            "networks",
            "networks:networks",
            "List the networks that can be named, or the layers of one.",
        ),
    ),
    "Train": (
        Command(
            "train",
            "training:train",
            "Train a generative model on pictures, in a folder that keeps it.",
        ),
        Command(
            "evaluate",
            "evaluate:evaluate",
            "Measure a trained model: likelihoods, distances to real pictures, what it forgets.",
        ),
    ),
    "Explore a trained model": (
        Command("sample", "looking:sample", "Draw pictures from a trained model."),
        Command(
            "reconstruct",
            "looking:reconstruct",
            "Send pictures through their codes and back: what does the model keep of them?",
        ),
        Command(
            "interpolate",
            "looking:interpolate",
            "Walk from one code to another: a strip of pictures, or a video if --out ends in .mp4 or .gif.",
        ),
        Command("manifold", "looking:manifold", "Lay a plane of the latent space out as a grid of pictures."),
        Command(
            "latent",
            "looking:latent",
            "Show where the codes of pictures lie, coloured by label, against the prior.",
        ),
        Command(
            "arithmetic",
            "looking:arithmetic",
            'Add and subtract codes: "label:8 - label:3 + photo.png".',
        ),
        Command("walk", "looking:walk", "Walk from a code along the direction in which a label lies."),
    ),
    "Begin": (
        Command(
            "tour",
            "tour:tour",
            "Tell the whole lecture on one page, with a photo of your own if you give one.",
        ),
        Command(
            "doctor",
            "doctor:doctor",
            "Tell the device, the memory, which extras are present, and where weights are looked for.",
        ),
    ),
}
