"""What the commands share: opening the instance, progress, output."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import django
import typer
from django.core.exceptions import ImproperlyConfigured
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

stderr = Console(stderr=True, highlight=False)

Step = Callable[[int, int | None], None]


def fail(message: str, code: int = 1) -> NoReturn:
    """End the command with a message on standard error."""
    stderr.print(f"broadsheet: {message}", style="red", markup=False, soft_wrap=True)
    raise typer.Exit(code)


def open_instance(*, needs_database: bool = True) -> None:
    """Set Django up and bring the database to the newest schema; ends the command where a setting is wrong."""
    # The settings are read on first use, so a wrong one shows itself here.
    try:
        django.setup()
    except ImproperlyConfigured as error:
        fail(str(error), 2)
    if needs_database:
        migrate()


def migrate() -> None:
    """Apply migrations that are missing; does nothing but look when there are none."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    def is_complete() -> bool:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())

    try:
        if is_complete():
            return
    except OperationalError as error:
        fail(f"the database cannot be opened: {error}")
    # Two commands that start together in a new home: the second waits and then finds everything done.
    with (settings.HOME / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_complete():
            call_command("migrate", verbosity=0, interactive=False)


def check_settings(*, verbosity: int = 1) -> None:
    """Run the system checks; ends the command with what they refuse."""
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError

    try:
        call_command("check", databases=["default"], verbosity=verbosity)
    except SystemCheckError as error:
        fail(str(error))


def print_json(value: Any) -> None:
    """Print plain data as JSON on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progress(label: str, *, of_bytes: bool = False) -> Iterator[Step]:
    """A progress bar on a terminal, nothing elsewhere; the step takes what is done and all there is, if known."""
    count = DownloadColumn(binary_units=True) if of_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
