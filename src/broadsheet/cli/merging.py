"""Commands that say which papers are one: merges with reasons, merging by hand, undoing, splitting, keeping apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, print_json

if TYPE_CHECKING:
    from broadsheet.catalogue.models import Paper, PaperMerge

WHO = "the command line"
_NAME = "A paper: its key, arXiv id, DOI or address."


@app.command()
def merges(
    undo: int | None = typer.Option(None, "--undo", metavar="NUMBER", help="Make two papers again of this merge."),
    limit: int = typer.Option(50, "--limit", min=1, help="Print so many, the newest first."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """List which papers were found to be one, and why; or undo one of these merges for good."""
    open_instance()
    from broadsheet.catalogue.models import PaperMerge

    if undo is not None:
        _undo(undo)
        return
    rows = list(PaperMerge.objects.select_related("paper").order_by("-pk")[:limit])
    if as_json:
        print_json([_told(row) for row in rows])
        return
    for row in rows:
        typer.echo(_text(row))
    typer.echo(f"{len(rows)} merge{'' if len(rows) == 1 else 's'}")


@app.command()
def merge(
    one: str = typer.Argument(help=_NAME, metavar="ID"), other: str = typer.Argument(help=_NAME, metavar="ID")
) -> None:
    """Make one paper of two. The older one keeps its key, and the other's key leads to it."""
    open_instance()
    from broadsheet.catalogue.identity import merge_papers

    first, second = _paper(one), _paper(other)
    survivor = _answered(lambda: merge_papers(first, second, WHO))
    typer.echo(f"{_plain(survivor)}\nit can be undone: broadsheet merges")


@app.command("keep-apart")
def keep_apart(
    one: str = typer.Argument(help=_NAME, metavar="ID"), other: str = typer.Argument(help=_NAME, metavar="ID")
) -> None:
    """Note that two papers are different, so that nothing that comes in makes one of them."""
    open_instance()
    from broadsheet.catalogue import identity

    first, second = _paper(one), _paper(other)
    _answered(lambda: identity.keep_apart(first, second, WHO))
    typer.echo(f"{first.name} and {second.name} are kept apart")


@app.command()
def split(
    one: str = typer.Argument(help=_NAME, metavar="ID"),
    source: str = typer.Argument(
        help="The source whose descriptions are of another paper, as `broadsheet show` names it."
    ),
) -> None:
    """Make a paper of its own of what one source says of a paper, and keep the two apart."""
    open_instance()
    from broadsheet.catalogue.identity import split_off

    paper = _paper(one)
    new = _answered(lambda: split_off(paper, source, WHO))
    typer.echo(f"{_plain(_paper(paper.key))}\n{_plain(new)}\nthey are kept apart from now on")


def _undo(number: int) -> None:
    from broadsheet.catalogue.identity import undo_merge
    from broadsheet.catalogue.models import PaperMerge

    row = PaperMerge.objects.select_related("paper").filter(pk=number).first()
    if row is None:
        fail(f"there is no merge {number}")
    paper = _answered(lambda: undo_merge(row, WHO))
    typer.echo(f"{_plain(row.paper)}\n{_plain(paper)}\nthey are kept apart from now on")


def _answered(work: Callable[[], Any]) -> Any:
    from broadsheet.catalogue.identity import IdentityError

    try:
        return work()
    except IdentityError as error:
        fail(str(error))


def _paper(name: str) -> Paper:
    from broadsheet.catalogue.lookup import paper_named

    paper = paper_named(name)
    if paper is None:
        fail(f"no paper is known as {name!r}")
    return paper


def _plain(paper: Paper) -> str:
    from broadsheet.catalogue.text import to_plain

    return f"{paper.name:12} {to_plain(paper.title)}"


def _told(row: PaperMerge) -> dict[str, Any]:
    return {
        "number": row.pk,
        "merged_at": row.merged_at.isoformat(),
        "merged_by": row.merged_by,
        "reason": row.reason,
        "paper": {"id": row.paper.name, "key": row.paper.key, "title": row.paper.title},
        "absorbed": {"key": row.absorbed_key, "title": row.absorbed_title},
        "undone_at": row.undone_at and row.undone_at.isoformat(),
        "undone_by": row.undone_by,
    }


def _text(row: PaperMerge) -> str:
    from broadsheet.catalogue.text import to_plain

    undone = f", undone {row.undone_at:%Y-%m-%d} by {row.undone_by}" if row.undone_at else ""
    return (
        f"{row.pk}  {row.merged_at:%Y-%m-%d}  {to_plain(row.reason)}{undone}\n"
        f"  {_plain(row.paper)}\n  {row.absorbed_key:12} {to_plain(row.absorbed_title)}"
    )
