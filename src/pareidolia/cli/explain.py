"""`pareidolia dream PHOTO --explain DIR`: why dreams are full of dogs, as numbers, two figures and a text."""

import json
from pathlib import Path

import pareidolia
from pareidolia.cli.output import VerbosityOptions, print_json, say
from pareidolia.dreaming.settings import DreamSettings
from pareidolia.settings import MissingExtra, PareidoliaError

_NOISES = 6
_PAGE = "why_dogs.md"


def run_explanation(
    photo: str, folder: Path, settings: DreamSettings, verbosity: VerbosityOptions, *, overwrite: bool
) -> int:
    """Explain, and write into `folder` (made if need be); returns the exit code."""
    from pareidolia.dreaming.explanation import explain, noises
    from pareidolia.networks import load_network_from
    from pareidolia.pictures import open_picture, sample_photo, save_picture
    from pareidolia.pictures.ownership import EXPLANATION, KEY, claim_beside
    from pareidolia.pictures.samples import PHOTOS

    if folder.exists() and not folder.is_dir():
        raise PareidoliaError(f"{folder} is a file: --explain names a folder")
    if (folder / _PAGE).exists() and not overwrite:
        raise PareidoliaError(f"{folder / _PAGE} is there already: give --overwrite or another folder")
    claim_beside(folder, EXPLANATION, ("beginnings.png", "layers.png", "numbers.json", _PAGE))
    network = load_network_from(settings, pooling=settings.pooling, padding=settings.padding)
    beginnings = {Path(photo).name: open_picture(photo)}
    for name in PHOTOS:
        try:
            beginnings[f"sample {name}"] = sample_photo(name)
        except MissingExtra:
            say(f"without the photo {name}: the extra samples is not installed", verbosity)
    beginnings |= dict(noises(_NOISES, max(network.input_shape[1:]), settings.seed))
    found = explain(beginnings, settings, network, lambda line: say(line, verbosity))
    folder.mkdir(parents=True, exist_ok=True)
    numbers = {KEY: pareidolia.__version__, **found.numbers()}  # the mark that the folder is ours
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=1), encoding="utf-8")
    save_picture(found.beginnings(), folder / "beginnings.png", overwrite=True)
    save_picture(found.course_of_layers(), folder / "layers.png", overwrite=True)
    figures = "\n![layers](layers.png)\n\n![beginnings](beginnings.png)\n"
    (folder / _PAGE).write_text(found.text() + figures, encoding="utf-8")
    if verbosity.as_json:
        print_json({"out": str(folder), **found.numbers()})
    else:
        say(f"written to {folder / _PAGE}", verbosity)
    return 0
