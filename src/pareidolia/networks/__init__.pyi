from .devices import (
    choose_device as choose_device,
)
from .identities import (
    identity as identity,
)
from .layers import (
    Layer as Layer,
)
from .loading import (
    NetworkLike as NetworkLike,
)
from .loading import (
    as_network as as_network,
)
from .loading import (
    load_network as load_network,
)
from .loading import (
    load_network_from as load_network_from,
)
from .loading import (
    network_for as network_for,
)
from .network import (
    Network as Network,
)
from .receptive import (
    ReceptiveField as ReceptiveField,
)
from .restoring import (
    preserve_state as preserve_state,
)
from .sources import (
    known_names as known_names,
)
