"""Looking inside a network: which pixels speak for a target, and what units saw in a photo.

`framing` is a photo as a network gets to see it, `targets` says what is explained, `projection` is the
lecture's deconvnet: what units saw. `attribution/` holds the methods that explain a target.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.inspection.attribution.cam import cam_layer, coarse_grad_cam, grad_cam
    from pareidolia.inspection.attribution.comparison import Faithfulness, bootstrap, compare_methods
    from pareidolia.inspection.attribution.explaining import deconvnet_sheet, saliency_picture
    from pareidolia.inspection.attribution.faithfulness import (
        deletion,
        insertion,
        randomization,
        rank_correlation,
    )
    from pareidolia.inspection.attribution.gradients import (
        gradient_x_input,
        integrated_gradients,
        noisy_gradients,
        send_back,
    )
    from pareidolia.inspection.attribution.masking import occlusion, rise
    from pareidolia.inspection.attribution.methods import METHODS, attribute
    from pareidolia.inspection.attribution.overlays import colored, overlay
    from pareidolia.inspection.attribution.settings import (
        DeconvnetSettings,
        FaithfulnessSettings,
        SaliencySettings,
    )
    from pareidolia.inspection.framing import frame
    from pareidolia.inspection.projection import Projection, project, project_each
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
    "colored",
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
    "project_each",
    "randomization",
    "rank_correlation",
    "rise",
    "saliency_picture",
    "send_back",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "METHODS": "attribution.methods",
        "ClassTarget": "targets",
        "DeconvnetSettings": "attribution.settings",
        "Faithfulness": "attribution.comparison",
        "FaithfulnessSettings": "attribution.settings",
        "ObjectiveTarget": "targets",
        "Projection": "projection",
        "SaliencySettings": "attribution.settings",
        "Target": "targets",
        "UnitTarget": "targets",
        "attribute": "attribution.methods",
        "bootstrap": "attribution.comparison",
        "cam_layer": "attribution.cam",
        "coarse_grad_cam": "attribution.cam",
        "colored": "attribution.overlays",
        "compare_methods": "attribution.comparison",
        "deconvnet_sheet": "attribution.explaining",
        "deletion": "attribution.faithfulness",
        "find_target": "targets",
        "frame": "framing",
        "gradient_x_input": "attribution.gradients",
        "grad_cam": "attribution.cam",
        "insertion": "attribution.faithfulness",
        "integrated_gradients": "attribution.gradients",
        "noisy_gradients": "attribution.gradients",
        "occlusion": "attribution.masking",
        "overlay": "attribution.overlays",
        "project": "projection",
        "project_each": "projection",
        "randomization": "attribution.faithfulness",
        "rank_correlation": "attribution.faithfulness",
        "rise": "attribution.masking",
        "saliency_picture": "attribution.explaining",
        "send_back": "attribution.gradients",
    },
)
