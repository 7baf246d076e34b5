"""The command line: one module a group of commands, each deriving its flags from a settings object."""

from pareidolia.cli.app import main

__all__ = ["main"]
