"""The command line's root, on which each module of commands registers its own."""

from __future__ import annotations

import typer

from broadsheet import __version__

app = typer.Typer(
    name="broadsheet",
    help="A self-hosted Daily Papers: collect, find and read each day's research papers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"broadsheet {__version__}")
        raise typer.Exit


@app.callback()
def broadsheet(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """A self-hosted Daily Papers: collect, find and read each day's research papers."""
