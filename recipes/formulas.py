"""Write the tour's formulas as MathML, which browsers draw offline, from their LaTeX in `formulas.toml`.

    python recipes/formulas.py        (needs latex2mathml, of the extra `test`)

They are converted here and not when the tour is told, so that a reader needs no converter.
"""

import tomllib
from pathlib import Path

from latex2mathml.converter import convert

HERE = Path(__file__).parent
LATEX = HERE / "formulas.toml"
MATHML = HERE.parent / "src" / "pareidolia" / "tour" / "texts" / "formulas.toml"
_HEAD = "# Made by recipes/formulas.py from recipes/formulas.toml.\n"
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'


def written(latex: dict[str, list[str]]) -> str:
    """TOML of the same keys, each with its formulas as MathML."""
    lines = [_HEAD]
    for key, formulas in latex.items():
        lines += [f"{key} = ["]
        lines += [f"  '{mathml(formula)}'," for formula in formulas]
        lines += ["]"]
    return "\n".join(lines) + "\n"


def mathml(formula: str) -> str:
    """One formula; HTML knows MathML's namespace without being told its address.

    Two signs are set as the field sets them: a thin space behind a logarithm, ∼ as a relation.
    """
    found: str = convert(formula, display="block").replace(_NAMESPACE, "")
    return found.replace("<mi>log</mi>", '<mi>log</mi><mspace width="0.167em" />').replace(
        "<mi>&#x0007E;</mi>", "<mo>&#x0223C;</mo>"
    )


if __name__ == "__main__":
    found = written(tomllib.loads(LATEX.read_text(encoding="utf-8")))
    MATHML.write_text(found, encoding="utf-8")
