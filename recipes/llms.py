"""Write `docs/llms.txt`, what assistants read first, from the operations' statements.

python -m recipes.llms
"""

from pathlib import Path

from pareidolia.agents import overview

PLACE = Path(__file__).parents[1] / "docs" / "llms.txt"


def main() -> None:
    """Write the file."""
    PLACE.write_text(overview(), encoding="utf-8")


if __name__ == "__main__":
    main()
