from .finding import (
    build as build,
)
from .finding import (
    known_names as known_names,
)
from .origin import (
    Origin as Origin,
)
from .origin import (
    always_the_same as always_the_same,
)
from .origin import (
    weights_file as weights_file,
)
from .stating import (
    network_source as network_source,
)
