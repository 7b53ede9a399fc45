"""The command that lists papers which are probably the same one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, progress

if TYPE_CHECKING:
    from broadsheet.search.duplicates import Pair


@app.command()
def duplicates(
    names: list[str] | None = typer.Argument(
        None, help="Only pairs with one of these papers: keys, arXiv ids, DOIs.", metavar="ID"
    ),
    limit: int | None = typer.Option(None, "--limit", min=1, help="Stop after so many pairs."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON, one object on a line for each pair."),
) -> None:
    """List papers that are probably the same one, with reasons. Changes nothing, and can be stopped at any time."""
    open_instance()
    from broadsheet.catalogue.identity import are_kept_apart
    from broadsheet.search.duplicates import pairs
    from broadsheet.search.maintenance import engine

    index = engine()
    if index is None:
        fail("nothing is indexed yet; run: broadsheet index update")
    numbers = _numbers(names) if names else None
    count = 0
    with progress("comparing") as step:
        found = pairs(index, numbers, on_progress=step)
        for pair in islice((pair for pair in found if not are_kept_apart(pair.first, pair.second)), limit):
            typer.echo(_line(pair) if as_json else _text(pair))
            count += 1
    if not as_json:
        typer.echo(f"{count} pair{'' if count == 1 else 's'}")


def _numbers(names: Sequence[str]) -> list[int]:
    from broadsheet.catalogue.lookup import paper_named

    found = {name: paper_named(name) for name in names}
    if unknown := [name for name, paper in found.items() if paper is None]:
        fail(f"no paper is known as {', '.join(map(repr, unknown))}")
    return [paper.pk for paper in found.values() if paper is not None]


def _told(pair: Pair) -> list[dict[str, Any]]:
    from broadsheet.catalogue.models import Paper

    papers = Paper.objects.in_bulk([pair.first, pair.second])
    return [
        {"id": paper.name, "key": paper.key, "title": paper.title}
        for number in (pair.first, pair.second)
        if (paper := papers.get(number)) is not None
    ]


def _line(pair: Pair) -> str:
    told = {"score": round(pair.evidence.score, 3), "reasons": pair.evidence.reasons(), "papers": _told(pair)}
    return json.dumps(told, ensure_ascii=False)


def _text(pair: Pair) -> str:
    papers = "".join(f"\n  {paper['id']:12} {paper['title']}" for paper in _told(pair))
    return f"{pair.evidence.score:.2f}  {', '.join(pair.evidence.reasons())}{papers}"
