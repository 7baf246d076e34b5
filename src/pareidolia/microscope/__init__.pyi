from .answers import (
    LayerAnswers as LayerAnswers,
)
from .answers import (
    read_answers as read_answers,
)
from .asking import (
    quiz as quiz,
)
from .building import (
    Microscope as Microscope,
)
from .connections import (
    unit_connections as unit_connections,
)
from .format import (
    Site as Site,
)
from .format import (
    read_site as read_site,
)
from .settings import (
    MicroscopeSettings as MicroscopeSettings,
)
from .settings import (
    QuizSettings as QuizSettings,
)
