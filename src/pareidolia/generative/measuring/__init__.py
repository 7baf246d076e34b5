"""How well a generative model does: likelihoods, distances to real pictures, what judges say of its samples.

`evaluating.py` lists the measures; each stands in a file of its own that can be used without a run:
`importance.py`, `annealing.py` and `bound.py` take anything with the density that `capabilities.py`
describes, `parzen.py` and `distances.py` plain tensors. Each figure is an `Estimate` with its standard error.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.generative.measuring.annealing import Annealing
    from pareidolia.generative.measuring.bound import lower_bound
    from pareidolia.generative.measuring.codes import activity, reconstruction_error
    from pareidolia.generative.measuring.distances import (
        frechet,
        kernel,
        precision_and_recall,
    )
    from pareidolia.generative.measuring.estimates import Estimate, mean_of
    from pareidolia.generative.measuring.evaluating import Measurement, evaluate
    from pareidolia.generative.measuring.features import FeatureNetwork
    from pareidolia.generative.measuring.importance import importance_sampled
    from pareidolia.generative.measuring.parzen import best_width, centroids, parzen_log_density
    from pareidolia.generative.measuring.settings import EvaluateSettings

__all__ = [
    "Annealing",
    "Estimate",
    "EvaluateSettings",
    "FeatureNetwork",
    "Measurement",
    "activity",
    "best_width",
    "centroids",
    "evaluate",
    "frechet",
    "importance_sampled",
    "kernel",
    "lower_bound",
    "mean_of",
    "parzen_log_density",
    "precision_and_recall",
    "reconstruction_error",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "Annealing": "annealing",
        "Estimate": "estimates",
        "EvaluateSettings": "settings",
        "FeatureNetwork": "features",
        "Measurement": "evaluating",
        "activity": "codes",
        "best_width": "parzen",
        "centroids": "parzen",
        "evaluate": "evaluating",
        "frechet": "distances",
        "importance_sampled": "importance",
        "kernel": "distances",
        "lower_bound": "bound",
        "mean_of": "estimates",
        "parzen_log_density": "parzen",
        "precision_and_recall": "distances",
        "reconstruction_error": "codes",
    },
)
