"""`pareidolia again`: paint a picture once more from the record it carries, as it was or with changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareidolia.cli.deriving import command_from
from pareidolia.cli.listing import AGAIN
from pareidolia.cli.outputs import Output
from pareidolia.cli.running import run_one
from pareidolia.operations import PAINT, Input, Operation, find_operation
from pareidolia.operations.statement import place_of
from pareidolia.safety import distrusting
from pareidolia.settings import OperationSettings, PareidoliaError

PICTURE = Input("picture", "A picture or a video that pareidolia made.", "file")


def again_command(words: Sequence[str]) -> Any:
    """The command for the picture that the words name, with every option of the operation that made it.

    Without a picture, or with one that carries no record, it has no options but those of every picture.
    """
    operation = _operation_of(words)
    inputs = tuple(replace(each, keyword=True, required=False, default=None) for each in operation.inputs)
    changing = replace(operation, name="again", help=AGAIN, inputs=(PICTURE, *inputs))

    def run(
        inputs: Mapping[str, Any], settings: Mapping[str, Any], options: Mapping[str, Any], output: Output
    ) -> int:
        from pareidolia.pictures import read_record
        from pareidolia.requests import Request

        picture = Path(inputs["picture"])
        given = {name: value for name, value in inputs.items() if name != "picture"}
        record = read_record(picture)
        request = Request.from_record(record, picture.absolute().parent, settings, given)
        # A picture comes from anywhere: what it names is not run, only what is named here beside it.
        with distrusting(f"the picture {picture}", (settings.get("network"),)):
            return run_one(replace(request, options=options), output)

    return command_from(changing, run, optional=True)


def _operation_of(words: Sequence[str]) -> Operation:
    """The operation that made the picture which the words name; else one with what every picture has."""
    bare = Operation("again", PAINT, AGAIN, "", place_of(OperationSettings), proceeds="in steps")
    named = next((word for word in words[1:] if not word.startswith("-")), None)
    if named is None:
        return bare
    from pareidolia.pictures import read_record

    try:
        return find_operation(str(read_record(named).get("operation")))
    except PareidoliaError:
        return bare  # the command itself reports what is wrong with the picture
