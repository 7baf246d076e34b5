"""What a person can correct."""


class LiteError(Exception):
    """What was wrong, with which file or name, and what to do next; the command line exits with 2."""
