"""How numbers of things are said in captions and errors."""


def counted(number: int, noun: str) -> str:
    """`1 step`, `2 steps`: a number of things whose plural takes an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
