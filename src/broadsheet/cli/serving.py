"""Commands that run: the web server and the worker."""

from __future__ import annotations

import os
import sys

import typer

from broadsheet.cli.app import app
from broadsheet.cli.collecting import load_sample, update_index_with_progress
from broadsheet.cli.instance import check_settings, open_instance


@app.command()
def run(
    sample: bool = typer.Option(True, help="Load the sample catalogue when the catalogue is empty."),
) -> None:
    """Serve the site: checks the settings, migrates, fills an empty catalogue with the sample, indexes, serves."""
    open_instance()
    from django.conf import settings

    from broadsheet.catalogue.models import Paper

    check_settings(verbosity=0)
    if sample and not Paper.objects.exists():
        typer.echo("the catalogue is empty: loading the sample (broadsheet sample remove takes it away)")
        load_sample()
    update_index_with_progress()
    typer.echo(f"serving on http://{settings.BIND}  (Ctrl-C stops)")
    sys.stdout.flush()
    # A fresh process: the embedding runtime's threads, used above, do not survive a fork into web workers.
    arguments = ["--bind", settings.BIND, "--worker-class", "gthread", "--log-level", "warning", "--no-control-socket"]
    arguments += ["--workers", str(settings.WEB_WORKERS), "--threads", str(settings.WEB_THREADS)]
    command = [sys.executable, "-m", "gunicorn", *arguments, "broadsheet.site.wsgi:application"]
    os.execv(command[0], command)  # noqa: S606  (our own interpreter, no shell wanted)


@app.command()
def worker(
    once: bool = typer.Option(False, "--once", help="Do what is due and stop."),
    every: float = typer.Option(2.0, "--every", min=0.1, help="Seconds between two looks."),
) -> None:
    """Do what is due, again and again: index papers that changed. Any number of workers may run."""
    open_instance()
    from broadsheet.worker.clock import run_worker

    run_worker(every=every, is_once=once)
