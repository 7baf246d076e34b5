from .audit import (
    BackwardWarning as BackwardWarning,
)
from .deconvolution import (
    DeconvolutionalNetwork as DeconvolutionalNetwork,
)
from .deconvolution import (
    convolution_matrix as convolution_matrix,
)
from .deconvolution import (
    max_pool_with_switches as max_pool_with_switches,
)
from .deconvolution import (
    transposed_convolution as transposed_convolution,
)
from .deconvolution import (
    unpool as unpool,
)
from .modes import (
    RuleMode as RuleMode,
)
from .modes import (
    in_mode as in_mode,
)
from .redirection import (
    redirected as redirected,
)
from .rerouting import (
    LinearCall as LinearCall,
)
from .rerouting import (
    LinearRuleMode as LinearRuleMode,
)
from .rerouting import (
    reroute as reroute,
)
from .rescaling import (
    rescaled as rescaled,
)
from .rules import (
    BACKWARD_RULES as BACKWARD_RULES,
)
from .rules import (
    RuleName as RuleName,
)
from .rules import (
    backward_rule as backward_rule,
)
from .rules import (
    deconvnet as deconvnet,
)
from .rules import (
    gradient as gradient,
)
from .rules import (
    guided as guided,
)
