"""The command that says how right foretold interest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import open_instance, print_json

if TYPE_CHECKING:
    from broadsheet.ranking.exploring.calibration_learning import Foretelling
    from broadsheet.ranking.exploring.calibration_report import Figures


@app.command("calibration")
def calibration(
    should_learn: bool = typer.Option(False, "--learn", help="Learn it anew first, as the worker does every night."),
    as_json: bool = typer.Option(False, "--json", help="Print the report as JSON."),
) -> None:
    """Say how right foretold interest is, by topic and age of papers, and whether people are told of it."""
    open_instance()
    from django.utils import timezone

    from broadsheet.ranking.exploring.calibration_learning import foretelling, learn_calibration

    known = learn_calibration(timezone.now()) if should_learn else foretelling()
    if as_json:
        print_json(_plain(known))
    elif known is None:
        typer.echo("nothing was learnt yet")
    else:
        _print(known)


def _plain(known: Foretelling | None) -> dict[str, object]:
    report = known.report if known else None
    return {
        "is_told": bool(known and known.is_told),
        "doubts": [doubt.value for doubt in report.doubts()] if report else [],
        "cases": known.cases if known else 0,
        "made_at": known.made_at.isoformat() if known else None,
        "first": known.first.isoformat() if known and known.first else None,
        "last": known.last.isoformat() if known and known.last else None,
        "examined": list(known.examined) if known else [],
        "report": report.to_plain() if report else None,
    }


def _print(known: Foretelling) -> None:
    report = known.report
    if report is None:
        typer.echo(f"{known.cases:,} cases are too few to learn from; interest is not told to people")
        return
    doubts = "; ".join(doubt.value for doubt in report.doubts())
    typer.echo("interest is told to people" if known.is_told else f"interest is not told to people: {doubts}")
    typer.echo(f"measured on {report.whole.cases:,} cases from {known.first} to {known.last}")
    typer.echo(f"Brier score {report.whole.brier:.4f} (the mean for all: {report.plain_brier:.4f})")
    typer.echo(f"calibration error {report.whole.ece:.4f} ({report.ece_low:.4f} to {report.ece_high:.4f})")
    typer.echo(f"Balance score {report.whole.balance:.4f}")
    for one in report.bins:
        typer.echo(f"  foretold {one.predicted:6.1%}  came {one.observed:6.1%}  cases {one.count:,}")
    for grouping, named in report.groups.items():
        typer.echo(f"by {grouping}")
        for name, figures in named.items():
            typer.echo(f"  {name:<16} {_row(figures)}")
    if known.examined:
        typer.echo("places looked at: " + " ".join(f"{share:.0%}" for share in known.examined))


def _row(figures: Figures) -> str:
    return (
        f"foretold {figures.foretold:6.1%}  came {figures.observed:6.1%}  error {figures.ece:.4f}  "
        f"Brier {figures.brier:.4f}  Balance {figures.balance:+.4f}  cases {figures.cases:,}"
    )
