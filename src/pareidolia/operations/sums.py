"""Sums of latent points as people write them: "label:8 - label:3 + photo.png"."""

import re

from pareidolia.settings import PareidoliaError

# A sign stands alone, so that names may hold hyphens.
_SIGN = re.compile(r"(?:^|\s+)([+-])(?=\s|$)")
_SIGN_WITHIN = re.compile(r"\S[+-](?:label|random|sample|test|train):")


def split_sum(expression: str) -> tuple[str, ...]:
    """Read a sum such as "A - B + C"; signs have spaces around them, and one may begin the text.

    Args:
        expression: the text.

    Returns:
        Signs and terms by turns: ("+", "label:8", "-", "label:3").

    Raises:
        PareidoliaError: If a sign has no term beside it, or no space.
    """
    parts = [part.strip() for part in _SIGN.split(expression.strip())]
    signed = ["+", *parts] if parts[0] else parts[1:]
    if not signed or not all(signed) or any(map(_SIGN_WITHIN.search, signed)):
        raise PareidoliaError(f"'{expression}' is not a sum: write A - B + C, with spaces around the signs")
    return tuple(signed)
