"""Train a VAE on a folder of pictures, then walk through its latent space.

    python examples/vae_of_a_folder.py photos/ --out runs/photos

Without a folder it takes scikit-learn's digits. The run is one of `pareidolia train`: every command opens it,
and the same call goes on with it where it was stopped.
"""

import argparse
from pathlib import Path

import torch

from pareidolia import save_picture
from pareidolia.generative import open_run
from pareidolia.generative.looking import LatentSpace, spherical
from pareidolia.generative.settings import VAESettings
from pareidolia.generative.training import prepare
from pareidolia.pictures import sheet


def main() -> None:
    """Train, then decode a walk between pictures of the test set."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", default="digits")
    parser.add_argument("--out", type=Path, default=Path("run"))
    parser.add_argument("--latent", type=int, default=16)
    parser.add_argument("--size", type=int, default=None, help="side of the pictures in pixels")
    parser.add_argument("--quick", action="store_true", help="few epochs")
    given = parser.parse_args()

    epochs = 3.0 if given.quick else None
    settings = VAESettings(
        latent=given.latent, size=given.size, epochs=epochs, previews=0 if given.quick else 10
    )
    training = prepare("vae", given.data, settings, given.out)
    training.begin(resume=training.folder.begun)
    for step in training:
        for note in step.notes:
            print(note)
        if step.losses and step.index % max(1, step.total // 10) == 0:
            print(f"step {step.index} of {step.total}: {step.loss:.2f} nats")

    space = LatentSpace(open_run(given.out))
    steps = torch.linspace(0, 1, 8)
    rows = []
    for number in range(4):
        start, end = space.resolve(f"test:{2 * number}").code, space.resolve(f"test:{2 * number + 1}").code
        rows += [(picture[None], "") for picture in space.decode(spherical(start, end, steps)).cpu()]
    enlarge = max(1, 64 // rows[0][0].shape[-1])
    save_picture(sheet(rows, len(steps), enlarge=enlarge), given.out / "walks.png", overwrite=True)
    print(f"{given.out / 'walks.png'}: four walks, each from one test picture to another")


if __name__ == "__main__":
    main()
