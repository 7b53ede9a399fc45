"""Commands that collect from the internet, and that show how the sources and their batches stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import typer

from broadsheet.cli.app import app
from broadsheet.cli.collecting import update_index_with_progress
from broadsheet.cli.instance import fail, open_instance, print_json, progress, stderr

if TYPE_CHECKING:
    # Django has to be set up before these are imported.
    from broadsheet.catalogue.chosen_sources import Chosen
    from broadsheet.catalogue.models import Batch, Harvest, Job
    from broadsheet.catalogue.standing import SourceStanding
    from broadsheet.sources.identifiers import ParsedIdentifier
    from broadsheet.sources.protocol import Page

INCOMPLETE = 1
UNKNOWN = 1
NOT_UNDERSTOOD = 2
SOURCE_FAILED = 3
BUSY = 4
INTERRUPTED = 130
# At a terminal somebody waits: a server may ask for minutes.
PATIENCE_SECONDS = 600.0
DAY = ["%Y-%m-%d"]


@app.command()
def harvest(
    source: str = typer.Argument(help="As in BROADSHEET_SOURCES: arxiv:cs.CL+cs.LG, huggingface, feed:https://..."),
    since: datetime | None = typer.Option(None, "--since", formats=DAY, help="First day; default: where it stopped."),
    until: datetime | None = typer.Option(None, "--until", formats=DAY, help="Last day; default: the newest."),
    category: list[str] = typer.Option([], "--category", help="Only this category; may be given several times."),
    from_start: bool = typer.Option(False, "--from-start", help="Everything that the source has, from its first day."),
    index: bool = typer.Option(True, help="Make the papers searchable at once."),
) -> None:
    """Collect papers from a source on the internet, page by page.

    Without days it goes on where the last harvest of the source stopped, or begins a week ago. Exit status: 0 all was
    read, 1 some records were refused, 2 no such source, 3 the source failed, 4 it asks for patience or another process
    is at it, 130 interrupted. What was read is kept in every case, and the same command goes on behind it.
    """
    open_instance()
    from broadsheet.catalogue.models import Harvest

    if from_start and since:
        fail("--from-start and --since say different things", NOT_UNDERSTOOD)
    chosen = _named(source)
    categories = tuple(dict.fromkeys(category)) or chosen.categories
    row = _harvest(chosen, categories, _day(since), _day(until), is_from_start=from_start)
    if index and row.created_count + row.changed_count + row.deleted_count:
        update_index_with_progress()
    if row.state != Harvest.State.COMPLETE:
        is_waiting = row.retry_at is not None
        again = "; the same command goes on where it stopped" if row.state == Harvest.State.RUNNING else ""
        fail(f"{row.error or 'stopped before the last page'}{again}", BUSY if is_waiting else SOURCE_FAILED)
    if row.refused_count:
        raise typer.Exit(INCOMPLETE)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _named(word: str) -> Chosen:
    from broadsheet.catalogue.chosen_sources import named
    from broadsheet.sources.record import SourceError

    try:
        return named(word)
    except SourceError as error:
        fail(str(error), NOT_UNDERSTOOD)


def _harvest(
    chosen: Chosen, categories: tuple[str, ...], since: date | None, until: date | None, *, is_from_start: bool
) -> Harvest:
    """Run a harvest with its progress on the terminal."""
    from django.utils import timezone

    from broadsheet.catalogue import batches, harvests
    from broadsheet.catalogue.outside import door
    from broadsheet.sources.protocol import HarvestRequest
    from broadsheet.worker.collecting import FIRST_DAYS, told

    now = timezone.now()
    request = HarvestRequest(since=since, until=until, categories=tuple(sorted(categories)))
    if since is None and until is None and not is_from_start:
        request = harvests.next_request(chosen.source, categories, first=now.date() - FIRST_DAYS)
    batches.expect(chosen.source, categories, now)
    with progress(chosen.word) as step:

        def count(row: Harvest, page: Page) -> None:
            step(row.pages_count, None)
            if not stderr.is_terminal:
                stderr.print(f"{chosen.word}: {told(row)}", markup=False, soft_wrap=True)

        try:
            row = harvests.run(
                chosen.source,
                door(patience=PATIENCE_SECONDS),
                request,
                worker="command",
                on_page=count,
            )
        except harvests.AlreadyRunningError as error:
            fail(str(error), BUSY)
        except KeyboardInterrupt:
            stderr.print("interrupted: what was read is kept; run the same command again to go on")
            raise typer.Exit(INTERRUPTED) from None
    typer.echo(f"{chosen.word}: {told(row)}")
    return row


@app.command()
def fetch(
    names: list[str] = typer.Argument(help="Identifiers or addresses: arXiv, DOI, OpenReview, PubMed.", metavar="ID"),
    index: bool = typer.Option(True, help="Make the papers searchable at once."),
) -> None:
    """Look papers up by name, wherever they are known, and take them in.

    Exit status: 0 all are here, 1 some are unknown or refused, 2 a word is no identifier, 3 a source that might know
    failed.
    """
    open_instance()
    from broadsheet.catalogue.chosen_sources import keys
    from broadsheet.catalogue.harvests import fetch_papers
    from broadsheet.catalogue.outside import door
    from broadsheet.sources.registry import sources_for

    asked = _identifiers(names)
    sources = sources_for({one.scheme for one in asked.values()}, keys())
    result = fetch_papers(list(asked.values()), sources, door(patience=PATIENCE_SECONDS))
    for name, one in asked.items():
        shown = result.found.get(one)
        typer.echo(f"{name}: {f'is here as {shown}' if shown else 'unknown'}")
    counts = result.intake
    typer.echo(f"{counts.created} papers created, {counts.changed} changed, {counts.unchanged} unchanged")
    for bad in counts.refused:
        stderr.print(f"refused: {bad.where}: {bad.reason}", style="red", markup=False, soft_wrap=True)
    for error in result.errors:
        stderr.print(f"failed: {error}", style="red", markup=False, soft_wrap=True)
    if index and counts.created + counts.changed:
        update_index_with_progress()
    if result.unknown:
        raise typer.Exit(SOURCE_FAILED if result.errors else UNKNOWN)
    if counts.refused:
        raise typer.Exit(UNKNOWN)


def _identifiers(names: Sequence[str]) -> dict[str, ParsedIdentifier]:
    from broadsheet.sources.identifiers import parse_identifier

    parsed = {name: parse_identifier(name) for name in names}
    if unread := [name for name, one in parsed.items() if one is None]:
        fail(f"no identifier or address of a paper: {', '.join(map(repr, unread))}", NOT_UNDERSTOOD)
    return {name: one for name, one in parsed.items() if one is not None}


@app.command()
def sources(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Say how the sources stand that the worker collects from, and its other jobs: last run, next run, lag, errors."""
    open_instance()
    from django.utils import timezone

    from broadsheet.catalogue.standing import other_jobs, source_standings

    now = timezone.now()
    standings, others = source_standings(now), other_jobs(now)
    if as_json:
        print_json({"sources": [_standing(one) for one in standings], "jobs": [_job(*one) for one in others]})
        return
    for one in standings:
        typer.echo(_standing_text(one))
    for job, state in others:
        told = f"{job.name}  {state}, last run {_moment(job.last_started_at) or 'never'}, {job.last_result}"
        typer.echo(told.rstrip(", ") + (f"\n  {job.last_error}" if job.last_error else ""))
    if not standings:
        typer.echo("no source is collected: name some in BROADSHEET_SOURCES, such as arxiv:cs.CL+cs.LG")


def _standing(one: SourceStanding) -> dict[str, Any]:
    return {
        "word": one.word,
        "title": one.title,
        "source": one.slug or None,
        "state": one.state,
        "created": one.created_count,
        "last_run": _moment(one.last_started_at),
        "last_success": _moment(one.last_succeeded_at),
        "next_run": _moment(one.next_at),
        "lag_seconds": round(one.behind.total_seconds()) if one.behind else 0,
        "failures": one.failures_count,
        "result": one.result or None,
        "error": one.error or None,
    }


def _job(job: Job, state: str) -> dict[str, Any]:
    return {
        "name": job.name,
        "state": state,
        "last_run": _moment(job.last_started_at),
        "last_success": _moment(job.last_succeeded_at),
        "next_run": _moment(job.due_at),
        "failures": job.failures_count,
        "result": job.last_result or None,
        "error": job.last_error or None,
    }


def _standing_text(one: SourceStanding) -> str:
    lines = [f"{one.word}  {one.state}" + (f", behind for {str(one.behind).partition('.')[0]}" if one.behind else "")]
    last, success = _moment(one.last_started_at) or "never", _moment(one.last_succeeded_at) or "never"
    after = _moment(one.next_at) or "not by itself"
    lines.append(f"  last run {last}, last success {success}, next run {after}, {one.created_count} new papers")
    if one.result:
        lines.append(f"  {one.result}")
    if one.error:
        lines.append(f"  {one.error}" + (f" ({one.failures_count} times in a row)" if one.failures_count > 1 else ""))
    return "\n".join(lines)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


@app.command("batches")
def show_batches(
    source: str = typer.Option("", "--source", help="Only this source, as the catalogue calls it: arxiv."),
    since: datetime | None = typer.Option(None, "--since", formats=DAY, help="First announcement day."),
    until: datetime | None = typer.Option(None, "--until", formats=DAY, help="Last announcement day."),
    category: list[str] = typer.Option([], "--category", help="Only this category; may be given several times."),
    alerts: bool = typer.Option(False, "--alerts", help="Only what is late, stale or short; status 1 if there is any."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Say of each batch what was announced and what of it is here; without days those of the last two weeks.

    Exit status: 0, or 1 with --alerts when something is not in order, for cron.
    """
    open_instance()
    from broadsheet.catalogue.ledger import OUT_OF_ORDER
    from broadsheet.catalogue.standing import batches_between

    rows = batches_between(_day(since), _day(until), source=source, categories=category)
    if alerts:
        rows = [row for row in rows if row.state in OUT_OF_ORDER]
    if as_json:
        print_json({"batches": [_batch(row) for row in rows]})
    else:
        for row in rows:
            announced = "?" if row.announced_count is None else row.announced_count
            told = f"{row.announced_on}  {row.source.slug:10} {row.category:20} {row.state:9}"
            typer.echo(f"{told} {row.received_count:>5}/{announced:<5} {row.note}".rstrip())
        if not rows:
            typer.echo("every batch is in order" if alerts else "no batches")
    if alerts and rows:
        raise typer.Exit(INCOMPLETE)


def _batch(row: Batch) -> dict[str, Any]:
    return {
        "source": row.source.slug,
        "category": row.category,
        "date": row.announced_on.isoformat(),
        "state": row.state,
        "announced": row.announced_count,
        "received": row.received_count,
        "kinds": row.kinds,
        "missing": row.missing,
        "note": row.note or None,
        "due_at": _moment(row.due_at),
        "first_seen_at": _moment(row.first_seen_at),
        "checked_at": _moment(row.checked_at),
        "completed_at": _moment(row.completed_at),
    }
