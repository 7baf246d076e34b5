from .accepting import (
    NetworkLike as NetworkLike,
)
from .accepting import (
    as_network as as_network,
)
from .accepting import (
    network_for as network_for,
)
from .determinism import (
    deterministic as deterministic,
)
from .devices import (
    choose_device as choose_device,
)
from .fields import (
    ReceptiveField as ReceptiveField,
)
from .identities import (
    identity as identity,
)
from .layers import (
    Layer as Layer,
)
from .loading import (
    load_network as load_network,
)
from .loading import (
    load_network_from as load_network_from,
)
from .network import (
    Network as Network,
)
from .restoring import (
    preserve_state as preserve_state,
)
from .sources import (
    known_names as known_names,
)
