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
    Faithfulness as Faithfulness,
)
from .attribution.comparison import (
    bootstrap as bootstrap,
)
from .attribution.comparison import (
    compare_methods as compare_methods,
)
from .attribution.explaining import (
    deconvnet_sheet as deconvnet_sheet,
)
from .attribution.explaining import (
    saliency_picture as saliency_picture,
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
from .attribution.masking import (
    occlusion as occlusion,
)
from .attribution.masking import (
    rise as rise,
)
from .attribution.methods import (
    METHODS as METHODS,
)
from .attribution.methods import (
    attribute as attribute,
)
from .attribution.overlays import (
    colored as colored,
)
from .attribution.overlays import (
    overlay as overlay,
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
from .framing import (
    frame as frame,
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
    TargetLike as TargetLike,
)
from .targets import (
    UnitTarget as UnitTarget,
)
from .targets import (
    as_target as as_target,
)
from .targets import (
    find_target as find_target,
)
