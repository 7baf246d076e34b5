"""Looking inside a network: which pixels speak for a target, and what units saw in a photo.

`targets` says what is explained; `gradients`, `cam` and `masking` hold the methods, `methods` names
them. `projection` is the lecture's deconvnet. `overlays` shows maps, `explaining` makes pictures from
settings. `faithfulness` measures how far a method tells the truth, `comparison` compares methods.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.inspection.cam import cam_layer, coarse_grad_cam, grad_cam
    from pareidolia.inspection.comparison import Faithfulness, bootstrap, compare_methods
    from pareidolia.inspection.explaining import deconvnet_sheet, saliency_picture
    from pareidolia.inspection.faithfulness import deletion, insertion, randomisation, rank_correlation
    from pareidolia.inspection.framing import frame
    from pareidolia.inspection.gradients import (
        gradient_x_input,
        integrated_gradients,
        noisy_gradients,
        send_back,
    )
    from pareidolia.inspection.masking import occlusion, rise
    from pareidolia.inspection.methods import METHODS, attribute
    from pareidolia.inspection.overlays import coloured, overlay
    from pareidolia.inspection.projection import Projection, project
    from pareidolia.inspection.settings import DeconvnetSettings, FaithfulnessSettings, SaliencySettings
    from pareidolia.inspection.targets import ClassTarget, ObjectiveTarget, Target, UnitTarget, find_target

__all__ = [
    "METHODS",
    "ClassTarget",
    "DeconvnetSettings",
    "Faithfulness",
    "FaithfulnessSettings",
    "ObjectiveTarget",
    "Projection",
    "SaliencySettings",
    "Target",
    "UnitTarget",
    "attribute",
    "bootstrap",
    "cam_layer",
    "coarse_grad_cam",
    "coloured",
    "compare_methods",
    "deconvnet_sheet",
    "deletion",
    "find_target",
    "frame",
    "grad_cam",
    "gradient_x_input",
    "insertion",
    "integrated_gradients",
    "noisy_gradients",
    "occlusion",
    "overlay",
    "project",
    "randomisation",
    "rank_correlation",
    "rise",
    "saliency_picture",
    "send_back",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "METHODS": "methods",
        "ClassTarget": "targets",
        "DeconvnetSettings": "settings",
        "Faithfulness": "comparison",
        "FaithfulnessSettings": "settings",
        "ObjectiveTarget": "targets",
        "Projection": "projection",
        "SaliencySettings": "settings",
        "Target": "targets",
        "UnitTarget": "targets",
        "attribute": "methods",
        "bootstrap": "comparison",
        "cam_layer": "cam",
        "coarse_grad_cam": "cam",
        "coloured": "overlays",
        "compare_methods": "comparison",
        "deconvnet_sheet": "explaining",
        "deletion": "faithfulness",
        "find_target": "targets",
        "frame": "framing",
        "gradient_x_input": "gradients",
        "grad_cam": "cam",
        "insertion": "faithfulness",
        "integrated_gradients": "gradients",
        "noisy_gradients": "gradients",
        "occlusion": "masking",
        "overlay": "overlays",
        "project": "projection",
        "randomisation": "faithfulness",
        "rank_correlation": "faithfulness",
        "rise": "masking",
        "saliency_picture": "explaining",
        "send_back": "gradients",
    },
)
