"""The command that measures how well people are served: their next papers, or what a review includes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, print_json, stderr

if TYPE_CHECKING:
    # Django has to be set up before this is imported.
    from broadsheet.ranking.evaluation.folders import Folder

stdout = Console(highlight=False, soft_wrap=True)

COLUMNS = {
    "papers": "papers",
    "included": "included",
    "recall_at_10": "R@10%",
    "recall_at_50": "R@50%",
    "wss_at_95": "WSS@95",
    "average_precision": "AP",
    "update_ms": "ms/step",
}


@app.command("evaluate-ranking")
def evaluate_ranking(
    folder: Path = typer.Argument(help="A folder with corpus.jsonl and users.tsv; see docs/ranking.md."),
    day_from: datetime | None = typer.Option(
        None, "--from", formats=["%Y-%m-%d"], help="The first day whose takes are foretold; needed for next papers."
    ),
    text_only: bool = typer.Option(False, "--text-only", help="Hide the authors' names from the ranker."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Measure how well people are served, through the code that serves them.

    Where the labels in users.tsv are words, people took papers: each person's next paper is foretold from their earlier
    ones. Where they are 0 and 1, reviews excluded and included papers: their screening is simulated, authors unseen.
    """
    open_instance(needs_database=False)
    from broadsheet.ranking.evaluation.folders import FolderError, FolderKind, read_folder

    try:
        read = read_folder(folder)
        is_reviews = read.kind is FolderKind.LABELS
        told = _screened(read) if is_reviews else _foretold(folder, day_from, text_only=text_only)
    except FolderError as error:
        fail(str(error))
    if as_json:
        print_json(told)
    elif is_reviews:
        _print_reviews(told)
    else:
        _print_figures(told)


def _screened(folder: Folder) -> dict[str, Any]:
    from broadsheet.ranking.evaluation.screening import evaluate_screening

    _tell_of_model()
    return evaluate_screening(folder)


def _foretold(folder: Path, day_from: datetime | None, *, text_only: bool) -> dict[str, Any]:
    if day_from is None:
        fail(f"{folder} tells what people took: name the first day to foretell with --from", 2)
    from broadsheet.ranking.evaluation.next_paper import evaluate

    _tell_of_model()
    return evaluate(folder, day_from.date(), text_only=text_only)


def _tell_of_model() -> None:
    from broadsheet.search import embedder

    if embedder.encoder() is None:
        stderr.print("no embedding model is installed: only words are measured (broadsheet model install)")


def _print_reviews(told: dict[str, Any]) -> None:
    table = Table(box=None)
    table.add_column("review", no_wrap=True)
    for column in COLUMNS.values():
        table.add_column(column, justify="right", no_wrap=True)
    for name, figures in told["by_review"].items():
        table.add_row(name, *(_shown(figures[column]) for column in COLUMNS))
    table.add_row("mean", *(_shown(told.get(column, "")) for column in COLUMNS))
    stdout.print(table)
    stdout.print("R: recall after screening so many per cent. WSS: work saved at 95 % recall. AP: average precision.")


def _print_figures(told: dict[str, Any]) -> None:
    table = Table(show_header=False, box=None)
    table.add_column()
    table.add_column(justify="right")
    for name, value in told.items():
        table.add_row(name.replace("_", " "), _shown(value))
    stdout.print(table)


def _shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
