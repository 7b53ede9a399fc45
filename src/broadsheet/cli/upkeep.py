"""Commands that keep the instance in order: index, model, checks."""

from __future__ import annotations

import typer

from broadsheet.cli.app import app
from broadsheet.cli.collecting import update_index_with_progress
from broadsheet.cli.instance import fail, open_instance, print_json, progress, stderr

index_app = typer.Typer(no_args_is_help=True, help="The search index.")
app.add_typer(index_app, name="index")


@index_app.command("rebuild")
def index_rebuild() -> None:
    """Build the whole index anew beside the one in use, then exchange them."""
    open_instance()
    from broadsheet.search.maintenance import rebuild_index

    with progress("indexing") as step:
        count = rebuild_index(step)
    typer.echo(f"{count} papers indexed")


@index_app.command("update")
def index_update() -> None:
    """Index the papers that changed."""
    open_instance()
    if not update_index_with_progress():
        typer.echo("the index is up to date")


@index_app.command("check")
def index_check(
    repair: bool = typer.Option(False, "--repair", help="Put right what differs."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Compare the index with the catalogue, paper by paper. Exit status 1 when they differ."""
    open_instance()
    from broadsheet.search.checking import check_index, repair_index

    found = check_index()
    told = {
        "papers": found.papers,
        "waiting": found.waiting,
        "missing": len(found.missing),
        "extra": len(found.extra),
        "without_vector": len(found.without_vector),
        "extra_vectors": len(found.extra_vectors),
    }
    if as_json:
        print_json(told)
    else:
        for name, value in told.items():
            typer.echo(f"{name.replace('_', ' '):14} {value}")
    if repair and not found.is_sound:
        repair_index(found)
        update_index_with_progress()
    elif not found.is_sound:
        fail("the index and the catalogue differ; put it right with: broadsheet index check --repair")


@app.command()
def trends(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Compute anew how much attention papers get, by which lists are sorted; a worker does so every five minutes."""
    open_instance()
    from broadsheet.ranking.trending.computing import compute_trends

    done = compute_trends()
    if as_json:
        print_json({"papers": done.papers, "written": done.written, "gone": done.gone})
    else:
        typer.echo(f"{done.papers} papers get attention, {done.written + done.gone} trends are new")


model_app = typer.Typer(no_args_is_help=True, help="The embedding model, for search by meaning.")
app.add_typer(model_app, name="model")


@model_app.command("install")
def model_install(
    name: str = typer.Argument("", help="A folder or a hub id; default: BROADSHEET_MODEL, else the standard model."),
) -> None:
    """Install an embedding model. The standard model is not installed again when it is there already."""
    open_instance(needs_database=False)
    install_model(name)


def install_model(name: str) -> None:
    """Install the model called ``name``, or the configured one; ends the command with the reason when that fails."""
    from django.conf import settings

    from broadsheet.search.embedding import ModelError, install, install_named

    def say(line: str) -> None:
        stderr.print(line, markup=False, soft_wrap=True)

    wanted = name or settings.MODEL
    try:
        model = (
            install_named(wanted, settings.MODEL_DIR, progress=say)
            if wanted
            else install(settings.MODEL_DIR, progress=say)
        )
    except ModelError as error:
        fail(str(error))
    typer.echo(f"model {model.manifest.model_id} is installed in {settings.MODEL_DIR}")


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema; every command that needs it does so by itself."""
    open_instance()
    typer.echo("the database has the newest schema")
