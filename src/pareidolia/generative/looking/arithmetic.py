"""The operation `arithmetic`: sums and differences of codes, decoded."""

import re

import torch

from pareidolia.generative.looking.settings import ArithmeticSettings
from pareidolia.generative.looking.showing import laid_out, opened
from pareidolia.generative.runs import Run
from pareidolia.pictures.result import Result
from pareidolia.settings import PareidoliaError

# A sign stands alone, so that names may hold hyphens.
_SIGN = re.compile(r"(?:^|\s+)([+-])(?=\s|$)")


def parse_sum(expression: str) -> tuple[str, tuple[str, ...]]:
    """The signs and the places of "A - B + C"; signs stand between spaces, one may begin the text.

    Raises PareidoliaError where a sign has no place beside it.
    """
    parts = _SIGN.split(expression.strip())
    if parts[0]:
        parts = ["", "+", *parts]
    signs, points = "".join(parts[1::2]), tuple(part.strip() for part in parts[2::2])
    if not points or not all(points):
        raise PareidoliaError(f"'{expression}' is not a sum: write A - B + C, with spaces around the signs")
    return signs, points


def arithmetic_strip(
    run: Run | str, points: tuple[str, ...], settings: ArithmeticSettings | None = None
) -> Result:
    """The terms as the model decodes them, and their sum.

    Radford et al. 2016, figure 7: it works with means of several codes, with single codes less.

    points: see `latent_space.LATENT_POINTS`; one sign each in the settings.

    Raises PareidoliaError where signs and places do not match, and where a place cannot be found.
    """
    settings = settings or ArithmeticSettings()
    if len(settings.signs) != len(points):
        raise PareidoliaError(f"{len(points)} terms need as many signs, not '{settings.signs}'")
    space = opened(run, settings)
    terms = [space.resolve(name) for name in points]
    factors = torch.tensor([1.0 if sign == "+" else -1.0 for sign in settings.signs])
    codes = torch.cat([term.code for term in terms])
    total = (factors.to(codes)[:, None] * codes).sum(0, keepdim=True)
    pictures = space.decode(torch.cat([codes, total]))
    shown = ["" if sign == "+" and number == 0 else f"{sign} " for number, sign in enumerate(settings.signs)]
    captions = [sign + term.told for sign, term in zip(shown, terms, strict=True)]
    told = " ".join(captions)
    return Result(laid_out(pictures, len(pictures), captions=[*captions, "="]), told)
