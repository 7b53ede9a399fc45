"""``broadsheet import`` of folders, archives, packed and broken files, and of every format."""

from __future__ import annotations

import gzip
import json

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.cli import collecting
from broadsheet.sources import data_file
from tests.cli.running import run
from tests.sources.files.samples import BIBTEX, KAGGLE, RIS, SAMPLES
from tests.sources.files.test_every_format_is_known_by_its_content import zipped

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_model(words_alone) -> None:
    """Words are enough here."""


def test_a_folder_is_read_file_by_file(tmp_path) -> None:
    folder = tmp_path / "library"
    (folder / "more").mkdir(parents=True)
    (folder / "a.bib").write_text(BIBTEX, "utf-8")
    (folder / "more" / "b.ris").write_text(RIS, "utf-8")
    (folder / ".hidden").write_bytes(b"\0")
    (folder / "c.zip").write_bytes(zipped(**{"d.json": json.dumps(KAGGLE[0]).encode(), "e.bib": BIBTEX.encode()}))
    result = run("import", folder)
    assert result.exit_code == 0, result.output
    told = [line.partition(":")[0] for line in result.stdout.splitlines() if "records read" in line]
    assert told == ["a.bib", "c.zip/d.json", "c.zip/e.bib", "b.ris", "together"]
    assert "together: 7 records read" in result.stdout


def test_every_format_can_be_imported(tmp_path) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    for number, sample in enumerate(SAMPLES):
        (folder / f"{number:02}-{sample.name}").write_bytes(sample.content)
    result = run("import", "--no-index", folder)
    assert result.exit_code == 0, result.output
    count = Paper.objects.count()
    assert count > 5
    again = run("import", "--no-index", folder)
    assert "0 papers created, 0 changed" in again.stdout.splitlines()[-1]
    assert Paper.objects.count() == count


def test_an_empty_archive_and_a_broken_one_are_refused_and_the_others_read(tmp_path) -> None:
    (tmp_path / "broken.zip").write_bytes(zipped(**{"a.bib": BIBTEX.encode()})[:50])
    (tmp_path / "good.bib").write_text(BIBTEX, "utf-8")
    result = run("import", tmp_path / "broken.zip", tmp_path / "good.bib")
    assert result.exit_code == 3
    assert "refused: broken.zip: a zip archive that cannot be unpacked" in result.stderr
    assert Paper.objects.count() == 2


def test_what_was_read_of_a_large_broken_file_is_kept_and_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(data_file, "HEAD_BYTES", 4096)
    monkeypatch.setattr(data_file, "SMALL_BYTES", 1000)
    lines = "".join(
        json.dumps({**KAGGLE[0], "id": f"0704.{n:04}", "doi": None, "title": f"Kite {n}"}) + "\n" for n in range(1, 900)
    )
    path = tmp_path / "snapshot.json.gz"
    path.write_bytes(gzip.compress(lines.encode())[:-900])
    result = run("import", "--no-index", path)
    assert result.exit_code == 3
    assert "refused: snapshot.json.gz: cannot be unpacked" in result.stderr
    kept = Paper.objects.count()
    assert 100 < kept < 899
    assert f"snapshot.json.gz: {kept} records read, {kept} papers created" in result.stdout


def test_a_large_file_that_holds_little_else_than_faults_is_given_up(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(collecting, "MOST_REFUSED", 10)
    monkeypatch.setattr(data_file, "HEAD_BYTES", 64)
    monkeypatch.setattr(data_file, "SMALL_BYTES", 64)
    path = tmp_path / "papers.jsonl"
    path.write_text('{"title": "One"}\n' + "{half\n" * 50, "utf-8")
    result = run("import", "--no-index", path)
    assert result.exit_code == 3
    assert "more than 10 of its records cannot be read; given up" in result.stderr
    assert Paper.objects.count() == 1
