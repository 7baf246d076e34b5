"""The tour's sections, in the lecture's order."""

from pareidolia.tour.section import Section
from pareidolia.tour.sections import (
    adversaries,
    arithmetic,
    autoencoder,
    cells,
    dreams,
    latent,
    map,
    one_pass,
    painting,
    seeing,
    vae,
)

_KINGMA = "Kingma, Welling. Auto-Encoding Variational Bayes. 2014"
_ZEILER = "Zeiler, Fergus. Visualizing and Understanding Convolutional Networks. 2014"
_SPRINGENBERG = "Springenberg et al. Striving for Simplicity: The All Convolutional Net. 2015"
_SIMONYAN = "Simonyan, Vedaldi, Zisserman. Deep Inside Convolutional Networks. 2014"
_GATYS = "Gatys, Ecker, Bethge. A Neural Algorithm of Artistic Style. 2015"

SECTIONS: tuple[Section, ...] = (
    Section(
        "latent",
        "generative",
        latent.tell,
        ("generative/looking/manifold.py", "generative/looking/directions.py"),
        (_KINGMA,),
    ),
    Section(
        "autoencoder",
        "generative",
        autoencoder.tell,
        ("generative/autoencoder.py", "training/run.py"),
        ("Hinton, Salakhutdinov. Reducing the Dimensionality of Data with Neural Networks. 2006",),
    ),
    Section("vae", "generative", vae.tell, ("generative/vae.py", "generative/bound.py"), (_KINGMA,)),
    Section(
        "aae",
        "generative",
        adversaries.tell_aae,
        ("generative/aae.py", "generative/adversary.py"),
        ("Makhzani et al. Adversarial Autoencoders. 2015",),
    ),
    Section(
        "gan",
        "generative",
        adversaries.tell_gan,
        ("generative/gan.py",),
        ("Goodfellow et al. Generative Adversarial Nets. 2014",),
    ),
    Section(
        "filters",
        "inside",
        cells.tell_filters,
        ("inspection/filters/kernels.py", "networks/retina/trunk.py"),
        (_ZEILER,),
    ),
    Section(
        "tuning",
        "inside",
        cells.tell_tuning,
        ("inspection/tuning/stimuli.py", "inspection/tuning/measures.py"),
        (
            "Hubel, Wiesel. Receptive fields of single neurones in the cat's striate cortex. 1959",
            "Hubel, Wiesel. Receptive fields, binocular interaction and functional architecture in the cat's "
            "visual cortex. 1962",
        ),
    ),
    Section(
        "transposed",
        "inside",
        arithmetic.tell_transposed,
        ("backward/deconvolution.py",),
        ("Dumoulin, Visin. A guide to convolution arithmetic for deep learning. 2016",),
    ),
    Section("switches", "inside", arithmetic.tell_switches, ("backward/deconvolution.py",), (_ZEILER,)),
    Section(
        "deconvnet",
        "inside",
        seeing.tell_deconvnet,
        ("inspection/projection.py", "backward/rules.py"),
        (_ZEILER,),
    ),
    Section(
        "classes",
        "inside",
        seeing.tell_classes,
        ("inspection/visualization/class_models.py", "painting/gallery.py"),
        (_SIMONYAN, "Olah, Mordvintsev, Schubert. Feature Visualization. 2017"),
    ),
    Section(
        "dream",
        "inside",
        dreams.tell,
        ("dreaming/dream.py", "dreaming/objectives.py"),
        ("Mordvintsev, Olah, Tyka. Inceptionism: Going Deeper into Neural Networks. 2015",),
    ),
    Section(
        "saliency",
        "inside",
        seeing.tell_saliency,
        ("inspection/attribution/methods/gradient.py", "inspection/attribution/gradients.py"),
        (_SIMONYAN, "Sundararajan, Taly, Yan. Axiomatic Attribution for Deep Networks. 2017"),
    ),
    Section("rules", "inside", arithmetic.tell_rules, ("backward/rules.py",), (_SPRINGENBERG,)),
    Section(
        "guided",
        "inside",
        seeing.tell_guided,
        ("backward/rules.py", "inspection/projection.py"),
        (_SPRINGENBERG, "Adebayo et al. Sanity Checks for Saliency Maps. 2018"),
    ),
    Section(
        "atlas",
        "inside",
        map.tell,
        ("atlas/building.py", "atlas/icons.py"),
        ("Carter et al. Activation Atlas. 2019",),
    ),
    Section(
        "content",
        "style",
        painting.tell_content,
        ("inspection/visualization/inversion.py",),
        ("Mahendran, Vedaldi. Understanding Deep Image Representations by Inverting Them. 2015", _GATYS),
    ),
    Section("style", "style", painting.tell_style, ("style/losses.py",), (_GATYS,)),
    Section(
        "blend",
        "style",
        painting.tell_blend,
        ("style/transfer.py", "painting/painting.py"),
        (_GATYS,),
    ),
    Section(
        "speed",
        "style",
        one_pass.tell,
        ("style/brush/network.py", "style/brush/brush.py"),
        (
            "Johnson, Alahi, Fei-Fei. Perceptual Losses for Real-Time Style Transfer. 2016",
            "Dumoulin, Shlens, Kudlur. A Learned Representation for Artistic Style. 2017",
            "Ghiasi et al. Exploring the Structure of a Real-Time, Arbitrary Neural Artistic Stylization "
            "Network. 2017",
        ),
    ),
)
