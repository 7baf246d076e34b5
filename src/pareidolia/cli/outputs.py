"""Options that say where a command's result goes and how much is printed. No torch here."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from pydantic import Field

from pareidolia.operations import Operation
from pareidolia.settings import Settings


class Verbosity(Settings):
    """How much is printed, and in what form."""

    as_json: Annotated[
        bool,
        Parameter(name="--json", negative=()),
        Field(description="Print one JSON object a result on standard output, for programs."),
    ] = False
    quiet: Annotated[bool, Parameter(negative=()), Field(description="Print no progress.")] = False
    trust: Annotated[
        bool,
        Parameter(negative=()),
        Field(
            description="Run the code, and fetch the data, that a picture's record, a run or an atlas names."
        ),
    ] = False


class Output(Verbosity):
    """What every operation can be given beside its own settings."""

    deterministic: Annotated[
        bool,
        Parameter(negative=()),
        Field(description="Give the same bytes each time on a GPU too, more slowly, or refuse."),
    ] = False

    config: Annotated[
        Path | None, Field(description="A TOML file of settings; options given here count before it.")
    ] = None
    set: Annotated[
        tuple[str, ...],
        Field(description="Settings as key=value, e.g. latent=2 hidden=[512,256]; before --config."),
    ] = ()


class TableOutput(Output):
    """Where numbers go."""

    table: Annotated[
        Path | None, Field(description="A .csv file for the numbers (--json has the curves too).")
    ] = None


class FileOutput(Output):
    """Where a result goes, and what happens to what is there already."""

    out: Annotated[
        Path | None, Field(description="The file to write; its ending says the format. Of several, a folder.")
    ] = None
    overwrite: Annotated[bool, Field(description="Replace what is there.")] = False
    bits: Annotated[
        Literal[8, 16], Field(description="Bits a channel of the file; 16 goes to .png and .tif.")
    ] = 8
    dpi: Annotated[
        float | None,
        Field(gt=1, lt=10000, description="Pixels an inch that the file names (default: the photo's)."),
    ] = None
    print_size: Annotated[
        str | None,
        Field(
            description="Size on paper in place of --size: 30cm (the longer side), 30x20cm, 12x8in; at "
            "--dpi, or 300."
        ),
    ] = None


class PictureOutput(FileOutput, TableOutput):
    """Where a picture goes that is made at once, and the numbers behind it."""


class ResumableOutput(FileOutput):
    """Where a picture goes that is painted step by step."""

    resume: Annotated[bool, Field(description="Go on from the checkpoint of a run that was stopped.")] = False


class IndexedOutput(FileOutput):
    """Where a picture goes, and the index it is drawn from."""

    index: Annotated[
        Path | None,
        Field(
            description="A folder that keeps what was found in the photos, for all units of the layer, so "
            "that more of them cost little (default: pareidolia.index beside the picture)."
        ),
    ] = None


class FolderOutput(Output):
    """Where an operation goes that fills a folder."""

    out: Annotated[Path | None, Field(description="The folder; it is made if need be.")] = None
    overwrite: Annotated[bool, Field(description="Replace what is there.")] = False
    resume: Annotated[bool, Field(description="Go on with what was stopped.")] = False


def output_type(operation: Operation) -> type[Output]:
    """The class of options that say where an operation's result goes."""
    if operation.out == "folder":
        return FolderOutput
    if operation.out == "none":
        return TableOutput
    if operation.out == "optional picture":
        return PictureOutput
    if operation.proceeds == "in stages":
        return IndexedOutput
    return ResumableOutput if operation.proceeds == "in steps" or operation.video else PictureOutput
