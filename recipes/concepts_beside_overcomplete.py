"""Concepts beside overcomplete's on the same activations: R², L0, dead codes, stability over seeds.

    python -m recipes.concepts_beside_overcomplete PHOTOS [--layer stage5.relu1]

Needs `pip install overcomplete einops`. It prints the table of docs/concepts.md.
"""

import argparse
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from pareidolia.collecting import CollectingSettings, Collector, SampledActivations, read_samples
from pareidolia.inspection.concepts import figures_of, stability
from pareidolia.inspection.concepts.autoencoders import Activations, SparseAutoencoder, trained
from pareidolia.inspection.concepts.factorization import factorize
from pareidolia.networks.concepts import Concepts
from pareidolia.pictures import find_pictures
from pareidolia.training import TrainingRun
from pareidolia.training.settings import TrainingSettings

COUNT, KEEP, EPOCHS, BATCH, RATE, SLACK, SEEDS = 32, 4, 60, 256, 2e-3, 0.1, (0, 1, 2)

Found = tuple[np.ndarray, dict[str, float]]


def collected(photos: str, layer: str, work: Path) -> np.ndarray:
    """Activations M×C of a layer of retina at 32 places of each photo."""
    settings = CollectingSettings(network="retina")
    collector = Collector(work, find_pictures(photos), (layer,), SampledActivations(count=32), settings)
    for _ in collector:
        pass
    vectors = read_samples(collector.collection, layer).vectors
    return vectors[vectors.any(axis=1)]


def ours(method: str, rows: Tensor, seed: int) -> Found:
    """Our dictionary, and its figures."""
    if method == "nmf":
        concepts = Concepts.nonnegative("layer", "", 1, factorize(rows.numpy(), COUNT, 400, seed))
    else:
        model = SparseAutoencoder(rows, COUNT, KEEP, method, SLACK, seed)
        how = {"epochs": EPOCHS, "batch": BATCH, "learning_rate": RATE, "schedule": "cosine", "clip": 1.0}
        for _ in TrainingRun(
            model, Activations(rows, BATCH, seed), TrainingSettings(**how, seed=seed, device="cpu")
        ):
            pass
        like = Concepts.nonnegative("layer", "", 1, model.dictionary.detach().numpy())
        concepts = trained(model, rows, 1.0, like)
    return concepts.dictionary, figures_of(concepts, rows)


def theirs(method: str, rows: Tensor, seed: int) -> Found:
    """The dictionary of overcomplete, and its figures."""
    plt.cm.get_cmap = lambda name: matplotlib.colormaps[name]  # which it asks of older matplotlib
    from overcomplete import optimization

    torch.manual_seed(seed)
    np.random.seed(seed)
    if method == "nmf":
        factors = optimization.SkNMF(nb_concepts=COUNT, max_iter=400)
        factors.fit(rows)
        dictionary = torch.as_tensor(factors.get_dictionary()).float()
        codes = torch.as_tensor(factors.encode(rows)).float()
        return dictionary.numpy(), _figures(rows, codes @ dictionary, codes)
    model = _autoencoder(method, rows, seed)
    _train(model, rows, seed)
    with torch.no_grad():
        given = [model(part)[1:3] for part in rows.split(BATCH)]
    codes, made = (torch.cat(each) for each in zip(*given, strict=True))
    return model.get_dictionary().detach().numpy(), _figures(rows, made, codes)


def _autoencoder(method: str, rows: Tensor, seed: int) -> torch.nn.Module:
    from overcomplete import sae
    from sklearn.cluster import KMeans

    channels = rows.shape[1]
    if method == "top-k":
        return sae.TopKSAE(channels, COUNT, top_k=KEEP, device="cpu")
    if method == "batch-top-k":
        return sae.BatchTopKSAE(channels, COUNT, top_k=KEEP * BATCH, device="cpu")
    centers = KMeans(4 * COUNT, n_init=1, random_state=seed).fit(rows.numpy()).cluster_centers_
    points = torch.from_numpy(centers.astype(np.float32))
    delta = float(SLACK * points.norm(dim=1).mean())
    return sae.RATopKSAE(channels, COUNT, points=points, top_k=KEEP, delta=delta, device="cpu")


def _train(model: torch.nn.Module, rows: Tensor, seed: int) -> None:
    """As ours are trained: the same steps, rate and schedule."""
    from overcomplete.sae import train_sae

    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS * (len(rows) // BATCH))
    order = torch.Generator().manual_seed(seed)
    batches = DataLoader(TensorDataset(rows), BATCH, shuffle=True, drop_last=True, generator=order)
    train_sae(
        model,
        batches,
        lambda x, made, *_: (x - made).square().mean(),
        optimizer,
        schedule,
        nb_epochs=EPOCHS,
        clip_grad=1.0,
        monitoring=0,
        device="cpu",
    )
    model.eval()


def _figures(rows: Tensor, made: Tensor, codes: Tensor) -> dict[str, float]:
    left = (rows - made).double().square().sum()
    used = codes > 1e-8
    return {
        "r2": float(1 - left / (rows - rows.mean(0)).double().square().sum()),
        "l0": float(used.float().sum(1).mean()),
        "dead": float((~used.any(0)).float().mean()),
    }


def row(method: str, name: str, find: Callable[[str, Tensor, int], Found], rows: Tensor) -> str:
    """A row of the table: means over the seeds."""
    found = [find(method, rows, seed) for seed in SEEDS]
    r2, l0, dead = (np.mean([figures[key] for _, figures in found]) for key in ("r2", "l0", "dead"))
    alike = np.mean([stability(one[0], other[0]) for one, other in combinations(found, 2)])
    return f"| {method} | {name} | {r2:.3f} | {l0:.2f} | {dead:.1%} | {alike:.3f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos")
    parser.add_argument("--layer", default="stage5.relu1")
    given = parser.parse_args()
    with TemporaryDirectory() as work:
        activations = collected(given.photos, given.layer, Path(work) / "activations")
    scaled = torch.from_numpy(activations / np.sqrt((activations**2).mean()))
    print("| method | whose | R² | L0 | dead | stability |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for method in ("nmf", "top-k", "batch-top-k", "archetypal"):
        print(row(method, "ours", ours, scaled), flush=True)
        print(row(method, "overcomplete", theirs, scaled), flush=True)


if __name__ == "__main__":
    main()
