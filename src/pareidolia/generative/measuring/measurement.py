"""One figure of a trained model."""

from dataclasses import dataclass, field

from pareidolia.generative.measuring.estimates import Estimate

NATS = "nats a picture"


@dataclass(frozen=True)
class Measurement:
    """One figure.

    Attributes:
        measure: the name by which it is chosen.
        what: what the figure is.
        estimate: the figure and its standard error.
        unit: of it.
        how: how it was found, and how far it can be trusted.
        details: numbers behind it, by name.
    """

    measure: str
    what: str
    estimate: Estimate
    unit: str = ""
    how: str = ""
    details: dict[str, float] = field(default_factory=dict)
