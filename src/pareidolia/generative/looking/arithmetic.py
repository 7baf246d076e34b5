"""The operation `arithmetic`: sums and differences of codes, decoded."""

from collections.abc import Sequence

import torch

from pareidolia.generative.looking.settings import DataLookSettings
from pareidolia.generative.looking.showing import laid_out, opened
from pareidolia.generative.runs import Run
from pareidolia.operations import EXPLORE, Input, operation
from pareidolia.operations.inputs import RUN
from pareidolia.operations.sums import split_sum
from pareidolia.pictures.result import Result


@operation(
    "arithmetic",
    group=EXPLORE,
    help='Add and subtract codes: "label:8 - label:3 + photo.png".',
    settings=DataLookSettings,
    inputs=(
        RUN,
        Input(
            "expression",
            "Points with + and - between spaces: picture files, sample:NAME, test:NUMBER, label:NAME, "
            "random:SEED.",
            "sum",
        ),
    ),
)
def arithmetic_strip(
    run: Run | str, expression: str | Sequence[str], settings: DataLookSettings | None = None
) -> Result:
    """Decode the terms of a sum of codes, and the sum.

    Radford et al. 2016, figure 7: it works better with means of several codes than with single codes.

    Args:
        run: a run, its folder, or a shipped model's name.
        expression: "label:8 - label:3 + photo.png", or signs and terms by turns.
        settings: every option.

    Returns:
        A strip of pictures.

    Raises:
        PareidoliaError: If the sum cannot be read, or a place cannot be found.
    """
    settings = settings or DataLookSettings()
    parts = split_sum(expression) if isinstance(expression, str) else tuple(expression)
    signs = parts[::2]
    space = opened(run, settings)
    terms = [space.resolve(name) for name in parts[1::2]]
    factors = torch.tensor([1.0 if sign == "+" else -1.0 for sign in signs])
    codes = torch.cat([term.code for term in terms])
    total = (factors.to(codes)[:, None] * codes).sum(0, keepdim=True)
    pictures = space.decode(torch.cat([codes, total]))
    shown = ["" if sign == "+" and number == 0 else f"{sign} " for number, sign in enumerate(signs)]
    captions = [sign + term.caption for sign, term in zip(shown, terms, strict=True)]
    return Result(laid_out(pictures, len(pictures), captions=[*captions, "="]), " ".join(captions))
