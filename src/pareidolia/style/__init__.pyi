from .figure_settings import (
    StyleFiguresSettings as StyleFiguresSettings,
)
from .figures import (
    StyleFigure as StyleFigure,
)
from .figures import (
    style_figures as style_figures,
)
from .losses import (
    ContentLoss as ContentLoss,
)
from .losses import (
    StyleLoss as StyleLoss,
)
from .losses import (
    content_loss as content_loss,
)
from .settings import (
    StyleSettings as StyleSettings,
)
from .transfer import (
    StyleTransfer as StyleTransfer,
)
