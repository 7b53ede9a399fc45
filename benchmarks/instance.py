"""Instances to measure: homes of their own, filled through the command line that everybody uses."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.options import Options

ROOT = Path(__file__).resolve().parents[1]
SERVER_SETTINGS = "benchmarks.server_settings"


def environment(home: Path) -> dict[str, str]:
    """The environment of a measured process: this one's, but for the instance in ``home`` and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not _is_of_an_instance(name)}
    return kept | {"BROADSHEET_HOME": str(home), "PYTHONPATH": str(ROOT)}


def _is_of_an_instance(name: str) -> bool:
    return name == "DATABASE_URL" or (name.startswith("BROADSHEET_") and name != "BROADSHEET_MODEL_DIR")


def run(arguments: list[str], home: Path, more: Mapping[str, str] | None = None) -> str:
    """Run ``python ARGUMENTS`` on the instance in ``home`` and return what it printed; a failure ends the benchmark."""
    command = [sys.executable, *arguments]
    told = environment(home) | dict(more or {})
    done = subprocess.run(command, check=False, cwd=ROOT, env=told, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"python {' '.join(arguments[:3])} failed:\n{done.stderr}")
    return done.stdout


@contextmanager
def temporary_home() -> Iterator[Path]:
    """An empty home that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-benchmark-") as folder:
        yield Path(folder)


@contextmanager
def filled_home(options: Options) -> Iterator[Path]:
    """A home with the collection of daily papers in it, indexed: the one that was named, or one for this run."""
    if options.home is None:
        with temporary_home() as home, options.corpus() as corpus:
            _fill(home, corpus)
            yield home
        return
    if not (options.home / "broadsheet.sqlite3").exists():
        with options.corpus() as corpus:
            _fill(options.home, corpus)
    yield options.home


def _fill(home: Path, corpus: Path) -> None:
    print("filling an instance with the collection", file=sys.stderr)
    run(["-m", "broadsheet", "import", str(corpus)], home)


def open_here(home: Path, *, settings: str = "broadsheet.site.settings") -> None:
    """Set Django up in this process for the instance in ``home``; can be done once."""
    given = environment(home)
    for name in set(os.environ) - set(given):
        del os.environ[name]
    os.environ.update(given, DJANGO_SETTINGS_MODULE=settings)
    from broadsheet.cli.instance import open_instance

    open_instance()


def keyphrases_here() -> None:
    """Let all papers of the instance that is open have their keyphrases, which else the worker does."""
    from broadsheet.catalogue.enrichment.keyphrasing import keyphrase_some

    while keyphrase_some():
        pass
