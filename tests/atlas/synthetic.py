"""An atlas of made-up cells, of any size, to look at without a network."""

import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np

from pareidolia.atlas.format import Attribution, Cells, GridEntry, LayerEntry, Manifest, Moves
from pareidolia.atlas.sheets import (
    PATCH_BLOCK,
    block_order,
    plan_icons,
    plan_sheets,
    write_icons,
    write_sheets,
)

CLASSES = ["tabby cat, tabby", "tiger cat", "pug, pug-dog", "red fox", "goldfish", "daisy"]
LABELS = ["animals", "plants"]


def write_atlas(folder: Path, *, sides=(10, 20), layers=("early", "late"), icon=80, patch=32, full=False):
    """Cells within a disc (or all of the square), coloured by place; class k is strongest at angle k."""
    entries = []
    for number, layer in enumerate(layers):
        grids = []
        for side in sides:
            where = f"{layer}/{side}"
            cells = _write_grid(folder / where, side, number, layers, icon, patch, full)
            grids.append(GridEntry(side=side, cells=cells, folder=where))
        entries.append(LayerEntry(name=layer, points=40 * sides[-1] ** 2, channels=64, grids=grids))
    told = {"made_by": "a test", "title": "Synthetic", "network": "none", "photos": 1234}
    manifest = Manifest(**told, classes=CLASSES, labels=LABELS, layers=entries)
    (folder / "atlas.json").write_text(manifest.model_dump_json())
    shutil.copy(str(files("pareidolia.atlas") / "viewer" / "index.html"), folder / "index.html")
    return manifest


def _write_grid(folder, side, turn, layers, icon, patch, full):
    folder.mkdir(parents=True)
    rows, columns = (axis.ravel() for axis in np.mgrid[:side, :side])
    x, y = (columns + 0.5) / side - 0.5, (rows + 0.5) / side - 0.5
    kept = np.ones(len(x), bool) if full else np.hypot(x, y) < 0.48
    rows, columns, x, y = (each[kept] for each in (rows, columns, x, y))
    order = block_order(rows, columns)
    rows, columns, x, y = (each[order] for each in (rows, columns, x, y))
    angle = np.arctan2(y, x)
    near = np.cos(angle[:, None] - 2 * np.pi * np.arange(len(CLASSES)) / len(CLASSES) - turn)
    table = np.clip(np.round(127 * near.T), -127, 127).astype(np.int8)
    (folder / "attribution.bin").write_bytes(table.tobytes())
    counts = np.maximum(6, 60 * np.exp(-6 * (x**2 + y**2))).astype(int)
    tops = np.argsort(-near, axis=1)[:, :3]
    ahead = np.stack([np.cos(0.5) * x - np.sin(0.5) * y, np.sin(0.5) * x + np.cos(0.5) * y]) + 0.5
    others = [layer for layer in layers if layer != layers[turn]]
    squares = plan_icons(rows, columns, icon)
    write_icons(folder, squares, lambda part: _icons(x[part], y[part], icon))
    pieces = plan_sheets("patches", rows, columns, each=3, size=patch, block=PATCH_BLOCK)
    write_sheets(folder, pieces, lambda part: np.repeat(_icons(y[part], x[part], patch)[:, None], 3, axis=1))
    cells = Cells(
        side=side,
        columns=columns.tolist(),
        rows=rows.tolist(),
        counts=counts.tolist(),
        classes=tops.tolist(),
        attributions=np.take_along_axis(near, tops, 1).round(3).tolist(),
        labels=[[(int(right), int(count))] for right, count in zip(x > 0, counts, strict=True)],
        moves={other: Moves(x=ahead[0].tolist(), y=ahead[1].tolist()) for other in others},
        icons=squares,
        patches=pieces,
        photos=[["a.jpg", "b.jpg", "c.jpg"]] * len(x),
        attribution=Attribution(file="attribution.bin", scales=[1 / 127] * len(CLASSES)),
    )
    (folder / "cells.json").write_text(cells.model_dump_json())
    return len(x)


def _icons(x, y, size):
    ramp = np.linspace(-1, 1, size)
    waves = np.sin(6 * (ramp[None, :, None] * (1 + x[:, None, None]) + ramp[None, None] * y[:, None, None]))
    color = np.stack([0.5 + x, 0.55 + 0.3 * np.cos(5 * y), 0.5 + y], axis=1)[:, None, None, :]
    return (255 * np.clip(color * (0.75 + 0.25 * waves[..., None]), 0, 1)).astype(np.uint8)
