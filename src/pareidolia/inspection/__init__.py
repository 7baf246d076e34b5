"""Looking inside a network: which pixels speak for a target, and what units saw in a photo.

`framing` is a photo as a network gets to see it, `targets` says what is explained, `projection` is the
lecture's deconvnet: what units saw. `attribution/` holds the methods that explain a target.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.inspection.attribution.attributing import attribute
    from pareidolia.inspection.attribution.cam import cam_layer, coarse_grad_cam, grad_cam
    from pareidolia.inspection.attribution.comparison import Comparison, compare_methods
    from pareidolia.inspection.attribution.explaining import Saliency, saliency_picture
    from pareidolia.inspection.attribution.explanation import Explanation
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
    from pareidolia.inspection.attribution.measured import Faithfulness, bootstrap
    from pareidolia.inspection.attribution.overlays import blended, colored, overlay
    from pareidolia.inspection.attribution.projecting import deconvnet_sheet
    from pareidolia.inspection.attribution.registry import (
        METHODS,
        BatchOptions,
        Method,
        MethodOptions,
        Steps,
        attribution_method,
        options_for,
    )
    from pareidolia.inspection.attribution.settings import (
        DeconvnetSettings,
        FaithfulnessSettings,
        SaliencySettings,
    )
    from pareidolia.inspection.framing import frame
    from pareidolia.inspection.projection import Projection, project, project_each
    from pareidolia.inspection.targets import (
        ClassTarget,
        FunctionTarget,
        ObjectiveTarget,
        Target,
        TargetLike,
        UnitTarget,
        as_target,
        find_target,
    )

__all__ = [
    "METHODS",
    "BatchOptions",
    "ClassTarget",
    "Comparison",
    "DeconvnetSettings",
    "Explanation",
    "Faithfulness",
    "FaithfulnessSettings",
    "FunctionTarget",
    "Method",
    "MethodOptions",
    "ObjectiveTarget",
    "Projection",
    "Saliency",
    "SaliencySettings",
    "Steps",
    "Target",
    "TargetLike",
    "UnitTarget",
    "as_target",
    "attribute",
    "attribution_method",
    "blended",
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
    "options_for",
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
        "METHODS": "attribution.registry",
        "BatchOptions": "attribution.registry",
        "ClassTarget": "targets",
        "Comparison": "attribution.comparison",
        "DeconvnetSettings": "attribution.settings",
        "Explanation": "attribution.explanation",
        "Faithfulness": "attribution.measured",
        "FaithfulnessSettings": "attribution.settings",
        "FunctionTarget": "targets",
        "Method": "attribution.registry",
        "MethodOptions": "attribution.registry",
        "ObjectiveTarget": "targets",
        "Projection": "projection",
        "Saliency": "attribution.explaining",
        "SaliencySettings": "attribution.settings",
        "Steps": "attribution.registry",
        "Target": "targets",
        "TargetLike": "targets",
        "UnitTarget": "targets",
        "as_target": "targets",
        "attribute": "attribution.attributing",
        "attribution_method": "attribution.registry",
        "blended": "attribution.overlays",
        "bootstrap": "attribution.measured",
        "cam_layer": "attribution.cam",
        "coarse_grad_cam": "attribution.cam",
        "colored": "attribution.overlays",
        "compare_methods": "attribution.comparison",
        "deconvnet_sheet": "attribution.projecting",
        "deletion": "attribution.faithfulness",
        "find_target": "targets",
        "frame": "framing",
        "grad_cam": "attribution.cam",
        "gradient_x_input": "attribution.gradients",
        "insertion": "attribution.faithfulness",
        "integrated_gradients": "attribution.gradients",
        "noisy_gradients": "attribution.gradients",
        "occlusion": "attribution.masking",
        "options_for": "attribution.registry",
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
