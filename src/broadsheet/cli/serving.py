"""Commands that run: the web server and the worker."""

from __future__ import annotations

import os
import subprocess
import sys

import typer

from broadsheet.cli.app import app
from broadsheet.cli.collecting import load_sample, update_index_with_progress
from broadsheet.cli.instance import check_settings, open_instance


@app.command()
def run(
    sample: bool = typer.Option(True, help="Load the sample catalogue when the catalogue is empty."),
    with_worker: bool = typer.Option(True, "--worker/--no-worker", help="Run a worker beside the web server."),
) -> None:
    """Serve the site: checks the settings, migrates, fills an empty catalogue with the sample, indexes, serves.

    A worker runs beside the web server and ends with it, so that papers which arrive later are found at once.
    """
    open_instance()
    from django.conf import settings

    from broadsheet.catalogue.models import Paper

    check_settings(verbosity=0)
    if sample and not Paper.objects.exists():
        typer.echo("the catalogue is empty: loading the sample (broadsheet sample remove takes it away)")
        load_sample()
    update_index_with_progress()
    compute_first_trends()
    typer.echo(f"serving on http://{settings.BIND}  (Ctrl-C stops)")
    sys.stdout.flush()
    if with_worker:
        _start_worker()
    # A fresh process: the embedding runtime's threads, used above, do not survive a fork into web workers.
    arguments = ["--bind", settings.BIND, "--worker-class", "gthread", "--log-level", "warning", "--no-control-socket"]
    # An address may name fifty papers to be similar to.
    arguments += ["--limit-request-line", "8190"]
    arguments += ["--workers", str(settings.WEB_WORKERS), "--threads", str(settings.WEB_THREADS)]
    command = [sys.executable, "-m", "gunicorn", *arguments, "broadsheet.site.wsgi:application"]
    os.execv(command[0], command)  # noqa: S606  (our own interpreter, no shell wanted)


def compute_first_trends() -> None:
    """Compute the trends of a catalogue that has none yet, so that there is a trending page from the beginning."""
    from broadsheet.catalogue.models import Trend
    from broadsheet.ranking.trending.computing import compute_trends

    if not Trend.objects.exists():
        compute_trends()


@app.command()
def worker(
    once: bool = typer.Option(False, "--once", help="Do what is due and stop."),
    every: float = typer.Option(0.5, "--every", min=0.1, help="Seconds between two looks."),
    beside: int = typer.Option(0, "--beside", hidden=True, help="End when this process has."),
) -> None:
    """Do what is due, again and again: collect from sources, index papers that changed. Any number may run at once."""
    work_clock(every=every, is_once=once, beside=beside or None)


@app.command()
def work(
    once: bool = typer.Option(False, "--once", help="Do what is due and stop, for cron: all jobs, then the index."),
    every: float = typer.Option(0.5, "--every", min=0.1, help="Seconds between two looks."),
) -> None:
    """The same as the command worker."""
    work_clock(every=every, is_once=once)


def work_clock(*, every: float, is_once: bool, beside: int | None = None) -> None:
    """Open the instance and run a worker in this process."""
    open_instance()
    from broadsheet.worker.clock import run_worker

    run_worker(every=every, is_once=is_once, beside=beside)


def _start_worker() -> None:
    """Start a worker whose parent is this process, and so the web server that it becomes."""
    command = [sys.executable, "-m", "broadsheet", "worker", "--beside", str(os.getpid())]
    subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  (our own interpreter, no shell)
