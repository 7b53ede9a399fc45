"""Commands that bring papers in and take them out."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, progress, stderr

if TYPE_CHECKING:
    # Not at run time: models can only be imported once Django is set up.
    from broadsheet.catalogue.intake import IntakeResult
    from broadsheet.sources.data_file import Record
    from broadsheet.sources.record import SourceError, SourceFile

RECORDS_REFUSED = 1
FILES_REFUSED = 3
INTERRUPTED = 130
MOST_REFUSED = 100_000


@app.command("import")
def import_files(
    files: list[Path] = typer.Argument(help="Files to read, or folders of them."),
    format: str | None = typer.Option(
        None, "--format", help="The format of all of them, by its name; default: what each shows."
    ),
    captured_on: datetime | None = typer.Option(
        None, "--captured-on", formats=["%Y-%m-%d"], help="The day on which the files were saved."
    ),
    query: str = typer.Option("", "--query", help="What a saved page was asked for."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would happen and change nothing."),
    index: bool = typer.Option(True, help="Make the papers searchable at once."),
) -> None:
    """Read papers from files: bibliographies, snapshots and dumps, saved pages, saved answers of servers.

    Files packed with gzip or zip are unpacked while they are read; of any size, as large ones are not held.

    Exit status: 0 all was read, 1 some records were refused, 3 a file was refused, 130 interrupted. What could be read
    is kept in every case, and a second run changes nothing.
    """
    open_instance()
    from broadsheet.catalogue.intake import IntakeResult
    from broadsheet.sources.files import read_file
    from broadsheet.sources.record import SourceError

    total, refused_files = IntakeResult(), 0
    day = captured_on.date() if captured_on else None
    try:
        found = [one for path in files for one in _data_files(path)]
        for path, member in found:
            try:
                file = read_file(path, member=member, format=format, captured_on=day, query=query)
                _take_in_file(file, f"{path.name}/{member}" if member else path.name, dry_run, total)
            except SourceError as error:
                stderr.print(f"refused: {error}", style="red", markup=False, soft_wrap=True)
                refused_files += 1
        if len(found) > 1:
            typer.echo(f"together: {_told(total)}")
        if dry_run:
            typer.echo("dry run: nothing was changed")
        elif index:
            update_index_with_progress()
    except KeyboardInterrupt:
        stderr.print("interrupted: what was done is kept; run the same command again to go on")
        raise typer.Exit(INTERRUPTED) from None
    if refused_files:
        raise typer.Exit(FILES_REFUSED)
    if total.refused:
        raise typer.Exit(RECORDS_REFUSED)


def _data_files(path: Path) -> Iterator[tuple[Path, str]]:
    """The files that a path stands for; what cannot be looked into is left to be refused where it is read."""
    from broadsheet.sources.files import data_files
    from broadsheet.sources.record import SourceError

    try:
        yield from data_files(path)
    except SourceError:
        yield path, ""


def _take_in_file(file: SourceFile, name: str, is_dry_run: bool, total: IntakeResult) -> None:
    """Take the records of one file in, say what came of it, and count it into ``total``.

    Raises ``SourceError`` where the file cannot be read to its end; what was read before is kept.
    """
    from broadsheet.catalogue.intake import take_in

    done = 0
    with progress(name, of_bytes=file.position is not None) as step:

        def count(records: int) -> None:
            nonlocal done
            done += records
            if file.position is not None:
                read, size = file.position()
                step(read, size or None)
            elif isinstance(file.records, Sized):
                step(done, len(file.records))

        broken: list[SourceError] = []
        records = file.records if isinstance(file.records, Sized) else _until_broken(file, broken)
        result = take_in(records, source=file.source, page=file.page, is_dry_run=is_dry_run, on_progress=count)
    total.add(result)
    typer.echo(f"{name}: {_told(result)}")
    for bad in result.refused:
        stderr.print(f"refused: {bad.where}: {bad.reason}", style="red", markup=False, soft_wrap=True)
    if broken:
        raise broken[0]


def _until_broken(file: SourceFile, broken: list[SourceError]) -> Iterator[Record]:
    """The records of a file up to where it cannot be read any further; the reason goes into ``broken``.

    What cannot be read is held until it is told, so a file that holds little else is given up.
    """
    from broadsheet.sources.record import BadRecord, SourceError

    refused = 0
    try:
        for record in file.records:
            refused += isinstance(record, BadRecord)
            if refused > MOST_REFUSED:
                raise SourceError(f"more than {MOST_REFUSED:,} of its records cannot be read; given up")
            yield record
    except SourceError as error:
        broken.append(error)


def _told(result: IntakeResult) -> str:
    return (
        f"{result.read} records read, {result.created} papers created, {result.changed} changed, "
        f"{result.unchanged} unchanged, {len(result.refused)} refused"
    )


def update_index_with_progress() -> int:
    """Index what changed and say so; returns how many papers."""
    from broadsheet.search.embedder import encoder
    from broadsheet.search.maintenance import update_index

    with progress("indexing") as step:
        count = update_index(step)
    if count:
        typer.echo(f"{count} papers indexed" + ("" if encoder() else " by words alone (no embedding model installed)"))
    return count


sample_app = typer.Typer(no_args_is_help=True, help="The sample catalogue that comes with Broadsheet.")
app.add_typer(sample_app, name="sample")


@sample_app.command("load")
def sample_load() -> None:
    """Load the sample catalogue: real papers with summaries written for it."""
    open_instance()
    load_sample()


def load_sample() -> None:
    """Take the sample in and index it."""
    from broadsheet.catalogue.intake import take_in
    from broadsheet.catalogue.merging import SAMPLE_SOURCE
    from broadsheet.catalogue.sample import sample_files
    from broadsheet.sources.files import read_file

    for path in sample_files():
        result = take_in(read_file(path, format="jsonl").records, source=SAMPLE_SOURCE)
        if result.refused:
            fail(f"the sample is damaged: {result.refused[0].where}: {result.refused[0].reason}")
    update_index_with_progress()


@sample_app.command("remove")
def sample_remove() -> None:
    """Remove the sample catalogue; papers that another source also brought stay."""
    open_instance()
    from broadsheet.catalogue.intake import forget_source
    from broadsheet.catalogue.merging import SAMPLE_SOURCE

    count = forget_source(SAMPLE_SOURCE)
    update_index_with_progress()
    typer.echo(f"{count} papers of the sample removed")
