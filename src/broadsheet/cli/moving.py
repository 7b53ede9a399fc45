"""Commands that take a whole instance along: to another machine, or from SQLite to PostgreSQL and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, print_json, progress

if TYPE_CHECKING:
    from broadsheet.community.moving import Progress

instance = typer.Typer(
    no_args_is_help=True, help="Take the whole instance along: all papers, people and what they did."
)
app.add_typer(instance, name="instance")


@instance.command("export")
def export(
    path: Path = typer.Argument(metavar="FILE", help="File to write, a ZIP; it must not be there yet."),
    as_json: bool = typer.Option(False, "--json", help="Print how many rows of each table as JSON."),
) -> None:
    """Write all data to one file. It holds everything that people entrusted to the instance: keep it as safe."""
    open_instance()
    from broadsheet.community.moving import export_instance

    _run("writing", lambda step: export_instance(path, on_progress=step), f"written to {path}", as_json=as_json)


@instance.command("import")
def import_(
    path: Path = typer.Argument(metavar="FILE", help="File that `broadsheet instance export` wrote."),
    as_json: bool = typer.Option(False, "--json", help="Print how many rows of each table as JSON."),
) -> None:
    """Fill an empty instance with the data of another. All comes in or nothing; the index is made after it."""
    open_instance()
    from broadsheet.community.moving import import_instance

    _run("reading", lambda step: import_instance(path, on_progress=step), f"read from {path}", as_json=as_json)


@instance.command("hash")
def hash_() -> None:
    """Print a hash of all data: two instances that hold the same print the same, on any database."""
    open_instance()
    from broadsheet.community.moving import instance_hash

    typer.echo(instance_hash())


def _run(doing: str, work: Callable[[Progress], dict[str, int]], done: str, *, as_json: bool) -> None:
    from broadsheet.community.moving import MovingError

    try:
        with progress(doing) as step:
            counts = work(step)
    except MovingError as error:
        fail(str(error))
    if as_json:
        print_json(counts)
        return
    typer.echo(f"{sum(counts.values()):,} rows of {sum(1 for count in counts.values() if count)} tables {done}")
