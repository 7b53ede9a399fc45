"""Commands that find and show papers, and measure how well."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.text import Text

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, print_json, stderr

if TYPE_CHECKING:
    # Django has to be set up before these are imported.
    from broadsheet.search.find import Found
    from broadsheet.search.snippets import Marked

stdout = Console(highlight=False, soft_wrap=True)


# So that "-survey" is a word to exclude and not an option.
@app.command(context_settings={"ignore_unknown_options": True})
def search(
    words: list[str] = typer.Argument(help="What to look for; see docs/queries.md for what can be asked."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
    limit: int = typer.Option(10, "--limit", min=1, max=1000, help="How many papers to print."),
    category: list[str] = typer.Option([], "--category", help="Only this category; may be given several times."),
    year: str = typer.Option("", "--year", help="Only papers of this year, or of years such as 2020..2024."),
    org: str = typer.Option("", "--org", help="Only papers of this organisation, by its short name."),
    author: str = typer.Option("", "--author", help="Only papers of this author: the name as printed, or an ORCID."),
    day_from: str = typer.Option("", "--from", help="Only papers listed on this day or later."),
    day_to: str = typer.Option("", "--to", help="Only papers listed on this day or earlier."),
    code: bool = typer.Option(False, "--code", help="Only papers with a code link."),
    like: list[str] = typer.Option([], "--like", help="Like this paper; may be given several times."),
    mode: str = typer.Option("hybrid", "--mode", help="hybrid, words or meaning."),
    prefer: str = typer.Option("", "--prefer", help="recent or popular."),
    sort: str = typer.Option("", "--sort", help="relevance, newest, votes, comments, trending or rising."),
) -> None:
    """Find papers by words and meaning."""
    if unknown := next((word for word in words if word.startswith("--")), ""):
        fail(f"no such option: {unknown}", 2)
    given = {"q": " ".join(words), "cat": ",".join(category), "year": year, "org": org, "author": author}
    given |= {"from": day_from, "to": day_to}
    given |= {"code": "1" if code else "", "mode": mode, "prefer": prefer, "sort": sort}
    _answer(given, like, limit=limit, as_json=as_json)


@app.command()
def similar(
    names: list[str] = typer.Argument(None, help="Papers by key, arXiv id, DOI or address, or titles of others."),
    bib: Path | None = typer.Option(None, "--bib", help="A BibTeX file, or a list with one paper a line."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
    limit: int = typer.Option(10, "--limit", min=1, max=1000, help="How many papers to print."),
) -> None:
    """Find papers similar to one or several."""
    like = [*(names or []), *(_names_in(bib) if bib else [])]
    if not like:
        fail("name a paper, or a file with --bib", 2)
    _answer({}, like, limit=limit, as_json=as_json)


def _names_in(path: Path) -> tuple[str, ...]:
    open_instance()
    from broadsheet.search.pasted import pasted_names
    from broadsheet.sources.bibliography import BibliographyError

    try:
        pasted = pasted_names(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, BibliographyError) as error:
        fail(f"{path}: {error}", 2)
    unread = pasted.unusable + pasted.broken
    stderr.print(
        f"{pasted.entries} entries: {pasted.known} in the catalogue, {pasted.unknown} by title alone, "
        f"{unread} of no use, {pasted.left_out} left out",
        markup=False,
    )
    return pasted.names


def _answer(given: dict[str, str], like: list[str], *, limit: int, as_json: bool) -> None:
    open_instance()
    from django.http import QueryDict

    from broadsheet.api.serialise import brief, explanation, reading
    from broadsheet.search.find import find
    from broadsheet.search.query import QueryError, parse
    from broadsheet.search.showing import explained

    asked = QueryDict(mutable=True)
    asked.update(given)
    asked.setlist("like", like)
    try:
        query = parse(asked)
    except QueryError as error:
        fail(str(error), 2)
    found = find(query, limit=limit)
    _print_notices(found)
    told = explained(found)
    papers = [brief(paper, found.scores.get(paper.pk, 0.0)) | explanation(told.get(paper.pk)) for paper in found.papers]
    if as_json:
        read = {"reading": reading(found.reading)} if found.reading else {}
        print_json({"total": found.total, **read, "suggestion": found.suggestion or None, "papers": papers})
        return
    for rank, (paper, data) in enumerate(zip(found.papers, papers, strict=True), 1):
        title = told[paper.pk].shown.title if paper.pk in told else ((data["title"], False),)
        stdout.print(_line(f"{rank:3}. ", title))
        stdout.print(f"     {data['id']}  {data['date'] or 'no date'}  {data['score']:.3f}", markup=False)
    is_mixed = bool(query.words) and found.strict_total != found.total
    typer.echo(f"{found.total} found" + (f", {found.strict_total} with everything typed" if is_mixed else ""))


def _line(before: str, pieces: Marked) -> Text:
    """A title on one line, what matched in bold."""
    line = Text(before)
    for text, is_match in pieces:
        line.append(text, style="bold" if is_match else "")
    return line


def _print_notices(found: Found) -> None:
    from broadsheet.web.readings import told_notes, told_parts

    if found.is_engine_gone:
        stderr.print("the search engine cannot be reached: searching the database by words alone")
    elif found.is_by_words_alone:
        stderr.print("no embedding model is installed: searching by words alone (broadsheet model install)")
    if parts := told_parts(found.reading):
        stderr.print(f"read as: {' · '.join(parts)}", markup=False, soft_wrap=True)
    for note in told_notes(found.reading):
        stderr.print(note, markup=False, soft_wrap=True)
    if found.suggestion:
        stderr.print(f"did you mean: {found.suggestion}", markup=False, soft_wrap=True)


@app.command()
def show(
    name: str = typer.Argument(help="A paper's key, arXiv id, DOI or address.", metavar="ID"),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show one paper."""
    open_instance()
    from broadsheet.api.serialise import full
    from broadsheet.catalogue.lookup import paper_named

    paper = paper_named(name)
    if paper is None:
        fail(f"no paper is known as {name!r}")
    told = full(paper)
    if as_json:
        print_json(told)
        return
    authors = ", ".join(author["name"] for author in told["authors"]) or f"{told['author_count'] or 'unknown'} authors"
    typer.echo(f"{told['title']}\n{authors}\n{told['date'] or 'no date'}  {' '.join(told['categories'])}\n")
    typer.echo(told["abstract"] or "No abstract is known.")
    for link in told["links"]:
        typer.echo(f"{link['kind']:9} {link['url']}")


@app.command()
def stats(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Say what is in the instance."""
    open_instance()
    from broadsheet.catalogue.models import Listing, Organisation, SavedPage, Source
    from broadsheet.search.embedder import encoder
    from broadsheet.search.maintenance import index_state

    state, model = index_state(), encoder()
    told = {
        "papers": state.papers,
        "listings": Listing.objects.count(),
        "days": Listing.objects.values("listed_on").distinct().count(),
        "saved_pages": SavedPage.objects.count(),
        "organisations": Organisation.objects.count(),
        "sources": Source.objects.count(),
        "indexed": state.indexed,
        "with_vector": state.with_vector,
        "waiting": state.waiting,
        "model": model.model_id if model else None,
    }
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        typer.echo(f"{name.replace('_', ' '):14} {value if value is not None else 'none: words alone'}")


@app.command()
def evaluate(
    folder: Path = typer.Argument(help="A collection in BEIR layout: corpus.jsonl, queries.jsonl, qrels/NAME.tsv."),
    split: str | None = typer.Option(None, "--split", help="Which judgements; default: test, or the only ones."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Measure search on a judged collection, in a scratch index, through the code that the site uses."""
    open_instance()
    from broadsheet.search.embedder import encoder
    from broadsheet.search.evaluation import CollectionError, load_collection
    from broadsheet.search.evaluation import evaluate as evaluate_collection

    try:
        told = evaluate_collection(load_collection(folder, split))
    except CollectionError as error:
        fail(str(error))
    if encoder() is None:
        stderr.print("no embedding model is installed: only words were measured (broadsheet model install)")
    if as_json:
        scores = {str(ranking): asdict(score) for ranking, score in told.scores.items()}
        print_json(scores | ({"gain_of_hybrid_over_plain": asdict(told.gain)} if told.gain else {}))
        return
    typer.echo(f"{'':8} nDCG@10  recall@100     MRR  p50 ms  p95 ms")
    for ranking, score in told.scores.items():
        typer.echo(
            f"{ranking:8} {score.ndcg_at_10:7.4f}  {score.recall_at_100:10.4f}  {score.mrr:6.4f}"
            f"  {score.p50_ms:6.2f}  {score.p95_ms:6.2f}"
        )
    if told.gain:
        gain = told.gain
        typer.echo(f"hybrid over plain: nDCG@10 {gain.mean:+.4f}, 95 % interval {gain.low:+.4f} to {gain.high:+.4f}")
