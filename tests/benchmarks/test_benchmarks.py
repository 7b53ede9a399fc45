"""Every benchmark runs on a tiny collection and prints tables; what they measure is nobody's business here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = {"importing": 2, "storing": 1, "parsing": 2, "search": 1, "quality": 2, "pages": 2, "weight": 1, "text": 1}
WORDS = ("owl", "heron", "swift", "wren", "crane", "finch")
COLLECTIONS = ("cranfield", "cisi", "medline", "cacm", "scifact-train", "adi")
SAVED_PAGE: dict[str, object] = {
    "_id": "saved-1",
    "title": "A page that somebody kept",
    "text": "It is short.",
    "date": "2025-01-02",
}


def papers() -> list[dict[str, object]]:
    return [
        {
            "_id": f"2501.{number:05}",
            "title": f"On the {word} and the {WORDS[number - 1]} in winter",
            "text": f"We watched every {word} for a season. The migration of the {word} is described at length.",
            "date": f"2025-01-{number % 3 + 1:02}",
            "authors": ["Ada Example", "Ben Sample"],
        }
        for number, word in enumerate(WORDS, 1)
    ]


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for name in (*COLLECTIONS, "hf-daily-2024-2025"):
        write_lines(folder / "collections" / name / "corpus.jsonl", papers())
    for name in COLLECTIONS:
        write_lines(folder / "collections" / name / "queries.jsonl", [{"_id": "q1", "text": "heron migration"}])
        qrels = folder / "collections" / name / "qrels" / "test.tsv"
        qrels.parent.mkdir()
        qrels.write_text("query-id\tcorpus-id\tscore\nq1\t2501.00002\t1\n", encoding="utf-8")
    write_lines(folder / "seeds" / "page.txt", [SAVED_PAGE])
    return folder


@pytest.fixture(scope="module")
def home(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    corpus = data / "collections" / "hf-daily-2024-2025" / "corpus.jsonl"
    command = [sys.executable, "-m", "broadsheet", "import", str(corpus)]
    subprocess.run(command, check=True, capture_output=True, env=environment(folder) | {"BROADSHEET_HOME": str(folder)})
    return folder


def environment(no_model: Path) -> dict[str, str]:
    """Without a model: it takes seconds to open, and what is tested here does not depend on it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    kept.pop("DATABASE_URL", None)
    return kept | {"BROADSHEET_MODEL_DIR": str(no_model / "no-model")}


def benchmark(name: str, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_benchmark_runs_and_prints_its_tables_and_their_source(
    name: str, data: Path, home: Path, tmp_path: Path
) -> None:
    told = ["--data", str(data), "--home", str(home), "--rounds", "1", "--seconds", "0.05"]
    done = benchmark(name, tmp_path, *told)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| --- |") == TABLES[name]
    assert "peer" in done.stdout
    assert f"`python -m benchmarks.{name}`" in done.stdout.splitlines()[-1]
    assert str(ROOT) not in done.stdout


def test_missing_data_is_named_and_nothing_is_printed(tmp_path: Path) -> None:
    done = benchmark("text", tmp_path, "--data", str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert "corpus.jsonl of hf-daily-2024-2025" in done.stderr


def test_the_embedding_without_a_model_says_how_to_get_one(data: Path, tmp_path: Path) -> None:
    done = benchmark("embedding", tmp_path, "--data", str(data))
    assert done.returncode == 1
    assert "broadsheet model install" in done.stderr


def test_an_unknown_benchmark_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "nonsense"]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 1
    assert "no benchmark is called nonsense" in done.stderr
