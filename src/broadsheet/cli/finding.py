"""Commands that find and show papers, and measure how well."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer

from broadsheet.cli.app import app
from broadsheet.cli.instance import fail, open_instance, print_json, stderr


@app.command()
def search(
    words: list[str] = typer.Argument(help="What to look for."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
    limit: int = typer.Option(10, "--limit", min=1, max=1000, help="How many papers to print."),
    category: list[str] = typer.Option([], "--category", help="Only this category; may be given several times."),
    day_from: str = typer.Option("", "--from", help="Only papers listed on this day or later."),
    day_to: str = typer.Option("", "--to", help="Only papers listed on this day or earlier."),
    code: bool = typer.Option(False, "--code", help="Only papers with a code link."),
    mode: str = typer.Option("hybrid", "--mode", help="hybrid, words or meaning."),
    sort: str = typer.Option("", "--sort", help="relevance, newest, votes or comments."),
) -> None:
    """Find papers by words and meaning."""
    open_instance()
    from broadsheet.api.serialise import brief
    from broadsheet.search.find import find
    from broadsheet.search.query import QueryError, parse

    given = {"q": " ".join(words), "cat": ",".join(category), "from": day_from, "to": day_to}
    try:
        query = parse(given | {"code": "1" if code else "", "mode": mode, "sort": sort})
    except QueryError as error:
        fail(str(error), 2)
    found = find(query, limit=limit)
    if found.is_by_words_alone:
        stderr.print("no embedding model is installed: searching by words alone (broadsheet model install)")
    papers = [brief(paper, found.scores.get(paper.pk, 0.0)) for paper in found.papers]
    if as_json:
        print_json({"total": found.total, "papers": papers})
        return
    for rank, paper in enumerate(papers, 1):
        typer.echo(
            f"{rank:3}. {paper['title']}\n     {paper['id']}  {paper['date'] or 'no date'}  {paper['score']:.3f}"
        )
    typer.echo(f"{found.total} found")


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
