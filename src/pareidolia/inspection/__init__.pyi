from .attribution.attributing import (
    attribute as attribute,
)
from .attribution.baselines import (
    blurred_integrated_gradients as blurred_integrated_gradients,
)
from .attribution.baselines import (
    expected_gradients as expected_gradients,
)
from .attribution.cam import (
    cam_layer as cam_layer,
)
from .attribution.cam import (
    coarse_grad_cam as coarse_grad_cam,
)
from .attribution.cam import (
    grad_cam as grad_cam,
)
from .attribution.comparison import (
    Comparison as Comparison,
)
from .attribution.comparison import (
    compare_methods as compare_methods,
)
from .attribution.deep_lift import (
    deep_lift as deep_lift,
)
from .attribution.explaining import (
    Saliency as Saliency,
)
from .attribution.explaining import (
    saliency_picture as saliency_picture,
)
from .attribution.explanation import (
    Explanation as Explanation,
)
from .attribution.faithfulness import (
    deletion as deletion,
)
from .attribution.faithfulness import (
    insertion as insertion,
)
from .attribution.faithfulness import (
    randomization as randomization,
)
from .attribution.faithfulness import (
    rank_correlation as rank_correlation,
)
from .attribution.full_gradient import (
    FullGradient as FullGradient,
)
from .attribution.full_gradient import (
    full_gradient as full_gradient,
)
from .attribution.gradients import (
    gradient_x_input as gradient_x_input,
)
from .attribution.gradients import (
    integrated_gradients as integrated_gradients,
)
from .attribution.gradients import (
    noisy_gradients as noisy_gradients,
)
from .attribution.gradients import (
    send_back as send_back,
)
from .attribution.judging import (
    SaliencySheet as SaliencySheet,
)
from .attribution.masking import (
    occlusion as occlusion,
)
from .attribution.masking import (
    rise as rise,
)
from .attribution.overlays import (
    blended as blended,
)
from .attribution.overlays import (
    colored as colored,
)
from .attribution.overlays import (
    overlay as overlay,
)
from .attribution.projecting import (
    deconvnet_sheet as deconvnet_sheet,
)
from .attribution.quality.disturbing import (
    blocks_covered as blocks_covered,
)
from .attribution.quality.disturbing import (
    completeness as completeness,
)
from .attribution.quality.disturbing import (
    infidelity as infidelity,
)
from .attribution.quality.disturbing import (
    max_sensitivity as max_sensitivity,
)
from .attribution.quality.of_maps import (
    complexity as complexity,
)
from .attribution.quality.of_maps import (
    pointing_game as pointing_game,
)
from .attribution.quality.of_maps import (
    sparseness as sparseness,
)
from .attribution.quality.randomizing import (
    efficient_randomization as efficient_randomization,
)
from .attribution.quality.randomizing import (
    smooth_randomization as smooth_randomization,
)
from .attribution.quality.removing import (
    irof as irof,
)
from .attribution.quality.removing import (
    road as road,
)
from .attribution.registry import (
    METHODS as METHODS,
)
from .attribution.registry import (
    BatchOptions as BatchOptions,
)
from .attribution.registry import (
    Method as Method,
)
from .attribution.registry import (
    MethodOptions as MethodOptions,
)
from .attribution.registry import (
    Steps as Steps,
)
from .attribution.registry import (
    attribution_method as attribution_method,
)
from .attribution.registry import (
    options_for as options_for,
)
from .attribution.settings import (
    DeconvnetSettings as DeconvnetSettings,
)
from .attribution.settings import (
    FaithfulnessSettings as FaithfulnessSettings,
)
from .attribution.settings import (
    SaliencySettings as SaliencySettings,
)
from .attribution.settings import (
    SaliencySheetSettings as SaliencySheetSettings,
)
from .attribution.summaries import (
    Faithfulness as Faithfulness,
)
from .attribution.summaries import (
    bootstrap as bootstrap,
)
from .framing import (
    FramedPhoto as FramedPhoto,
)
from .framing import (
    frame as frame,
)
from .framing import (
    frame_photo as frame_photo,
)
from .named_targets import (
    TargetLike as TargetLike,
)
from .named_targets import (
    as_target as as_target,
)
from .named_targets import (
    find_target as find_target,
)
from .output_targets import (
    ContrastTarget as ContrastTarget,
)
from .output_targets import (
    DetectionTarget as DetectionTarget,
)
from .output_targets import (
    SegmentTarget as SegmentTarget,
)
from .output_targets import (
    SimilarityTarget as SimilarityTarget,
)
from .output_targets import (
    detection_target as detection_target,
)
from .output_targets import (
    segment_target as segment_target,
)
from .output_targets import (
    similarity_target as similarity_target,
)
from .projection import (
    Projection as Projection,
)
from .projection import (
    project as project,
)
from .projection import (
    project_each as project_each,
)
from .targets import (
    ClassTarget as ClassTarget,
)
from .targets import (
    FunctionTarget as FunctionTarget,
)
from .targets import (
    ObjectiveTarget as ObjectiveTarget,
)
from .targets import (
    Target as Target,
)
from .targets import (
    UnitTarget as UnitTarget,
)
