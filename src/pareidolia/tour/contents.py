"""The lecture's sections in order, with what to read about each. No torch here."""

from dataclasses import dataclass
from typing import Literal

from pareidolia.tour.settings import SectionKey

Part = Literal["generative", "inside", "style"]


@dataclass(frozen=True)
class Entry:
    """A section of the lecture; its words are in `texts/` and its formulas in `texts/formulas.toml`.

    Attributes:
        key: names its words, its formulas and its pictures.
        part: the lecture's part.
        source: the modules to read.
        papers: where the idea is from.
    """

    key: SectionKey
    part: Part
    source: tuple[str, ...]
    papers: tuple[str, ...] = ()


_KINGMA = "Kingma, Welling. Auto-Encoding Variational Bayes. 2014"
_ZEILER = "Zeiler, Fergus. Visualizing and Understanding Convolutional Networks. 2014"
_SPRINGENBERG = "Springenberg et al. Striving for Simplicity: The All Convolutional Net. 2015"
_SIMONYAN = "Simonyan, Vedaldi, Zisserman. Deep Inside Convolutional Networks. 2014"
_GATYS = "Gatys, Ecker, Bethge. A Neural Algorithm of Artistic Style. 2015"

CONTENTS: tuple[Entry, ...] = (
    Entry(
        "latent",
        "generative",
        ("generative/looking/manifold.py", "generative/looking/directions.py"),
        (_KINGMA,),
    ),
    Entry(
        "autoencoder",
        "generative",
        ("generative/autoencoder.py", "training/run.py"),
        ("Hinton, Salakhutdinov. Reducing the Dimensionality of Data with Neural Networks. 2006",),
    ),
    Entry("vae", "generative", ("generative/vae.py", "generative/bound.py"), (_KINGMA,)),
    Entry(
        "aae",
        "generative",
        ("generative/aae.py", "generative/adversary.py"),
        ("Makhzani et al. Adversarial Autoencoders. 2015",),
    ),
    Entry(
        "gan",
        "generative",
        ("generative/gan.py",),
        ("Goodfellow et al. Generative Adversarial Nets. 2014",),
    ),
    Entry(
        "flow",
        "generative",
        ("generative/flow.py", "generative/odes.py"),
        (
            "Liu, Gong, Liu. Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified "
            "Flow. 2023",
            "Lipman et al. Flow Matching for Generative Modeling. 2023",
        ),
    ),
    Entry(
        "filters",
        "inside",
        ("inspection/filters/kernels.py", "networks/retina/trunk.py"),
        (_ZEILER,),
    ),
    Entry(
        "tuning",
        "inside",
        ("inspection/tuning/stimuli.py", "inspection/tuning/measures.py"),
        (
            "Hubel, Wiesel. Receptive fields of single neurones in the cat's striate cortex. 1959",
            "Hubel, Wiesel. Receptive fields, binocular interaction and functional architecture in the cat's "
            "visual cortex. 1962",
        ),
    ),
    Entry(
        "transposed",
        "inside",
        ("backward/deconvolution.py",),
        ("Dumoulin, Visin. A guide to convolution arithmetic for deep learning. 2016",),
    ),
    Entry("switches", "inside", ("backward/deconvolution.py",), (_ZEILER,)),
    Entry(
        "deconvnet",
        "inside",
        ("inspection/projection.py", "backward/rules.py"),
        (_ZEILER,),
    ),
    Entry(
        "classes",
        "inside",
        ("inspection/visualization/class_models.py", "painting/gallery.py"),
        (_SIMONYAN, "Olah, Mordvintsev, Schubert. Feature Visualization. 2017"),
    ),
    Entry(
        "dream",
        "inside",
        ("dreaming/dream.py", "dreaming/objectives.py"),
        ("Mordvintsev, Olah, Tyka. Inceptionism: Going Deeper into Neural Networks. 2015",),
    ),
    Entry(
        "saliency",
        "inside",
        ("inspection/attribution/methods/gradient.py", "inspection/attribution/gradients.py"),
        (_SIMONYAN, "Sundararajan, Taly, Yan. Axiomatic Attribution for Deep Networks. 2017"),
    ),
    Entry("rules", "inside", ("backward/rules.py",), (_SPRINGENBERG,)),
    Entry(
        "guided",
        "inside",
        ("backward/rules.py", "inspection/projection.py"),
        (_SPRINGENBERG, "Adebayo et al. Sanity Checks for Saliency Maps. 2018"),
    ),
    Entry(
        "atlas",
        "inside",
        ("atlas/building.py", "atlas/icons.py"),
        ("Carter et al. Activation Atlas. 2019",),
    ),
    Entry(
        "content",
        "style",
        ("inspection/visualization/inversion.py",),
        ("Mahendran, Vedaldi. Understanding Deep Image Representations by Inverting Them. 2015", _GATYS),
    ),
    Entry("style", "style", ("style/losses.py",), (_GATYS,)),
    Entry(
        "blend",
        "style",
        ("style/transfer.py", "painting/painting.py"),
        (_GATYS,),
    ),
    Entry(
        "speed",
        "style",
        ("style/brush/network.py", "style/brush/brush.py"),
        (
            "Johnson, Alahi, Fei-Fei. Perceptual Losses for Real-Time Style Transfer. 2016",
            "Dumoulin, Shlens, Kudlur. A Learned Representation for Artistic Style. 2017",
            "Ghiasi et al. Exploring the Structure of a Real-Time, Arbitrary Neural Artistic Stylization "
            "Network. 2017",
        ),
    ),
)
