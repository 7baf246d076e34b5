"""The command line: `pareidolia-lite paint` and `pareidolia-lite decode`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np

from pareidolia_lite.brush import Brush
from pareidolia_lite.decoders import Decoder, decoder_names, laid_out
from pareidolia_lite.errors import LiteError
from pareidolia_lite.pictures import SUFFIXES, Picture, check_target, encoded, open_picture, save_picture
from pareidolia_lite.version import __version__
from pareidolia_lite.videos import VIDEOS, paint_video

_STANDARD = "-"


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        words: the arguments; None takes the process's.

    Returns:
        0, or 2 where something that can be corrected was wrong, which is printed in one line.
    """
    options = _parser().parse_args(words)
    try:
        run: Callable[[argparse.Namespace], None] = options.run
        run(options)
    except LiteError as error:
        print(f"pareidolia-lite: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pareidolia-lite", description="Paint photos like paintings in one pass, without torch."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    paint = commands.add_parser("paint", help="Paint a photo, a folder of photos or a video like paintings.")
    paint.set_defaults(run=_paint)
    paint.add_argument("photo", help="A picture, a folder, a video, or - for standard input.")
    paint.add_argument("paintings", nargs="+", help="Pictures, or sample:NAME; several are blended.")
    paint.add_argument(
        "--out", required=True, help="The picture, folder or .mp4; - is standard output, as PNG."
    )
    paint.add_argument("--size", type=_count, help="Longer side in pixels (default: the photo's).")
    paint.add_argument(
        "--painting-weights", type=float, nargs="+", metavar="WEIGHT", help="One for each painting."
    )
    paint.add_argument(
        "--strength", type=float, default=1.0, help="From the photo's style (0) to the paintings' (1)."
    )
    paint.add_argument(
        "--colors", choices=("paintings", "matched", "luminance"), default="paintings", help="Whose colours."
    )
    paint.add_argument(
        "--painting-size", type=_count, default=512, help="Longer side at which paintings are read."
    )
    paint.add_argument("--overwrite", action="store_true", help="Replace what is there.")
    decode = commands.add_parser("decode", help="Make pictures of codes with a model that comes along.")
    decode.set_defaults(run=_decode)
    decode.add_argument("model", help=f"{', '.join(decoder_names())}.")
    decode.add_argument(
        "--code", type=float, nargs="+", metavar="NUMBER", help="A code; else some are drawn."
    )
    decode.add_argument("--count", type=_count, default=64, help="How many codes are drawn.")
    decode.add_argument("--seed", type=int, default=0, help="Of the codes that are drawn.")
    decode.add_argument("--out", required=True, help="The picture; - is standard output.")
    decode.add_argument("--overwrite", action="store_true", help="Replace what is there.")
    return parser


def _count(word: str) -> int:
    number = int(word)
    if not 1 <= number <= 16384:
        raise argparse.ArgumentTypeError(f"{number} is not within 1 and 16384")
    return number


def _paint(options: argparse.Namespace) -> None:
    photo, out = options.photo, options.out
    is_video = photo != _STANDARD and Path(photo).suffix.lower() in VIDEOS
    if photo != _STANDARD and Path(photo).is_dir():
        _paint_folder(options)
    elif is_video:
        target = check_target(Path(out), options.overwrite, (".mp4",))
        count = paint_video(Path(photo), target, _painter(options), options.size)
        print(f"{target}: {count} frames", file=sys.stderr)
    else:
        _check(out, options.overwrite)
        opened = _opened(photo, options.size)
        _write(_painter(options)(opened), out, options.overwrite)


def _paint_folder(options: argparse.Namespace) -> None:
    folder, out = Path(options.photo), Path(options.out)
    photos = sorted(each for each in folder.iterdir() if each.suffix.lower() in SUFFIXES)
    if not photos:
        raise LiteError(f"there is no picture in '{folder}'")
    if out.exists() and (not out.is_dir() or out.samefile(folder)):
        what = "the photos' own folder" if out.is_dir() else "a file"
        raise LiteError(f"'{out}' is {what}: give another folder to --out")
    paint = _painter(options)
    out.mkdir(parents=True, exist_ok=True)
    wrong = 0
    for target, photo in _named_apart(photos, out):
        if target.exists() and not options.overwrite:
            print(f"{target}: is there already", file=sys.stderr)
            continue
        try:
            save_picture(paint(open_picture(photo, size=options.size)), target, overwrite=options.overwrite)
            print(target, file=sys.stderr)
        except LiteError as error:
            wrong += 1
            print(f"pareidolia-lite: {error}", file=sys.stderr)
    if wrong:
        raise LiteError(f"{wrong} of {len(photos)} pictures were not painted")


def _named_apart(photos: Sequence[Path], out: Path) -> list[tuple[Path, Path]]:
    """Results named after their photos, with the suffix where two differ in nothing else."""
    stems = [photo.stem for photo in photos]
    names = [photo.stem if stems.count(photo.stem) == 1 else photo.name for photo in photos]
    return [(out / f"{name}.png", photo) for name, photo in zip(names, photos, strict=True)]


def _painter(options: argparse.Namespace) -> Callable[[Picture], Picture]:
    paintings = [open_picture(each) for each in options.paintings]
    brush = Brush()

    def paint(photo: Picture) -> Picture:
        return brush.paint(
            photo,
            paintings,
            weights=options.painting_weights,
            strength=options.strength,
            colors=options.colors,
            painting_size=options.painting_size,
        )

    return paint


def _decode(options: argparse.Namespace) -> None:
    _check(options.out, options.overwrite)
    decoder = Decoder(options.model)
    codes = np.array([options.code]) if options.code else decoder.draw(options.count, options.seed)
    _write(laid_out(decoder.decode(codes)), options.out, options.overwrite)


def _opened(photo: str, size: int | None) -> Picture:
    return open_picture(BytesIO(sys.stdin.buffer.read()) if photo == _STANDARD else photo, size=size)


def _check(out: str, overwrite: bool) -> None:
    if out != _STANDARD:
        check_target(Path(out), overwrite)


def _write(picture: Picture, out: str, overwrite: bool) -> None:
    if out == _STANDARD:
        sys.stdout.buffer.write(encoded(picture))
        sys.stdout.buffer.flush()
    else:
        save_picture(picture, out, overwrite=overwrite)
        print(f"{out}: {picture.shape[2]}x{picture.shape[1]} px", file=sys.stderr)
