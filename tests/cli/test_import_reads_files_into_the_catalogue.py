"""``broadsheet import``: what it says, how it ends, and what is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.catalogue import intake
from broadsheet.catalogue.models import ChangedPaper, Paper, SavedPage, SavedPageEntry
from broadsheet.search.maintenance import index_state
from tests.catalogue.content import content
from tests.cli.running import run, run_json, write_lines, write_page

pytestmark = pytest.mark.django_db
ONE, TWO = {"_id": "1", "title": "Parking a car", "text": "Where."}, {"_id": "2", "title": "Apples", "text": "How."}


@pytest.fixture(autouse=True)
def no_model(words_alone) -> None:
    """Words are enough here."""


def test_it_takes_a_file_in_and_makes_it_searchable(tmp_path) -> None:
    result = run("import", write_lines(tmp_path / "a.jsonl", ONE, TWO))
    assert result.exit_code == 0
    assert "a.jsonl: 2 records read, 2 papers created, 0 changed, 0 unchanged, 0 refused" in result.stdout
    assert "2 papers indexed by words alone (no embedding model installed)" in result.stdout
    assert run_json("search", "car")["papers"][0]["title"] == "Parking a car"


def test_it_changes_nothing_the_second_time(tmp_path) -> None:
    files = [write_lines(tmp_path / "a.jsonl", ONE, TWO), write_page(tmp_path / "p.txt", "Reading pages", "Apples")]
    assert run("import", *files).exit_code == 0
    before = content()
    again = run("import", *files)
    assert again.exit_code == 0
    assert "together: 4 records read, 0 papers created, 0 changed, 4 unchanged, 0 refused" in again.stdout
    assert "indexed" not in again.stdout
    assert content() == before


def test_it_keeps_the_good_half_of_a_bad_file_and_lists_the_rest(tmp_path) -> None:
    path = write_lines(tmp_path / "half.jsonl", ONE, "{broken", {"_id": "3"}, TWO, {"title": "t" * 1_001})
    result = run("import", path)
    assert result.exit_code == 1
    assert "5 records read, 2 papers created, 0 changed, 0 unchanged, 3 refused" in result.stdout
    assert "refused: half.jsonl:2: not JSON" in result.stderr
    assert "refused: half.jsonl:3: neither title nor text" in result.stderr
    assert "refused: half.jsonl:5: the title has 1,001 characters" in result.stderr
    assert Paper.objects.count() == 2


def test_it_refuses_a_file_and_reads_the_others(tmp_path) -> None:
    noise = tmp_path / "noise.bin"
    noise.write_bytes(b"\x00\x01")
    result = run("import", noise, tmp_path / "missing.txt", write_lines(tmp_path / "a.jsonl", ONE))
    assert result.exit_code == 3
    assert "refused: noise.bin:1: a binary file" in result.stderr
    assert "missing.txt: cannot be read" in result.stderr
    assert Paper.objects.count() == 1
    assert index_state().indexed == 1


def test_it_refuses_an_unknown_format(tmp_path) -> None:
    result = run("import", write_lines(tmp_path / "a.jsonl", ONE), "--format", "punch-cards")
    assert result.exit_code == 3
    assert "unknown format 'punch-cards'" in result.stderr


def test_it_does_nothing_in_a_dry_run_but_tell(tmp_path) -> None:
    result = run("import", "--dry-run", write_page(tmp_path / "p.txt", "Reading pages"))
    assert result.exit_code == 0
    assert "1 papers created" in result.stdout
    assert "dry run: nothing was changed" in result.stdout
    assert not Paper.objects.exists()
    assert not SavedPage.objects.exists()
    assert not ChangedPaper.objects.exists()


def test_it_keeps_what_was_done_when_it_is_interrupted(tmp_path, monkeypatch) -> None:
    take_in = intake.take_in

    def interrupted(records, **options):
        if len(list(records)) == 1:
            raise KeyboardInterrupt
        return take_in(records, **options)

    monkeypatch.setattr(intake, "take_in", interrupted)
    first, second = write_lines(tmp_path / "a.jsonl", ONE, TWO), write_page(tmp_path / "p.txt", "Reading pages")
    result = run("import", first, second)
    assert result.exit_code == 130
    assert "interrupted: what was done is kept" in result.stderr
    assert Paper.objects.count() == 2
    monkeypatch.undo()
    assert run("import", first, second, "--no-index").exit_code == 0
    assert Paper.objects.count() == 3


def test_it_leaves_indexing_to_the_worker_when_told(tmp_path) -> None:
    assert run("import", "--no-index", write_lines(tmp_path / "a.jsonl", ONE)).exit_code == 0
    assert (index_state().indexed, index_state().waiting) == (0, 1)


def test_it_keeps_a_saved_page_as_a_list_in_its_order(tmp_path) -> None:
    titles = ["Zebras at last", "Apples first", "Middle ground of things"]
    page = write_page(tmp_path / "p.txt", *titles)
    assert run("import", page, "--query", "animals & fruit", "--captured-on", "2025-10-20").exit_code == 0
    saved = SavedPage.objects.get()
    assert (saved.title, saved.query, str(saved.captured_on)) == ("animals & fruit", "animals & fruit", "2025-10-20")
    assert list(saved.entries.values_list("rank", "paper__title")) == list(enumerate(titles, 1))


def test_it_takes_a_question_of_any_length(tmp_path) -> None:
    assert run("import", write_page(tmp_path / "p.txt", "Reading pages"), "--query", "q" * 600).exit_code == 0
    assert (len(SavedPage.objects.get().title), len(SavedPage.objects.get().query)) == (300, 500)


def test_it_refuses_a_day_that_is_none(tmp_path) -> None:
    assert run("import", write_page(tmp_path / "p.txt", "Reading pages"), "--captured-on", "soon").exit_code == 2


def test_two_of_them_may_start_at_once_in_a_new_home(tmp_path: Path) -> None:
    rows = [{"_id": f"2510.{n:05}", "title": f"Paper {n} of them all", "text": "Text."} for n in range(1, 60)]
    files = [write_lines(tmp_path / "a.jsonl", *rows), write_lines(tmp_path / "b.jsonl", *rows[::-1])]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"BROADSHEET_HOME": str(tmp_path / "home"), "BROADSHEET_MODEL_DIR": str(tmp_path / "none")}
    command = [sys.executable, "-m", "broadsheet"]
    running = [
        subprocess.Popen([*command, "import", str(path)], env=environment, stderr=subprocess.PIPE, text=True)
        for path in files
    ]
    assert [(process.communicate()[1], process.returncode) for process in running] == [("", 0)] * 2
    told = subprocess.run([*command, "stats"], env=environment, capture_output=True, text=True, check=True).stdout
    assert [line.split() for line in told.splitlines() if line.startswith(("papers", "indexed", "waiting"))] == [
        ["papers", "59"],
        ["indexed", "59"],
        ["waiting", "0"],
    ]


class TestTheSeedPages:
    """The first real input: four saved pages."""

    @pytest.fixture
    def pages(self, shared) -> list[Path]:
        return sorted((shared / "seeds").glob("*.txt"))

    def test_it_takes_them_whole_and_changes_nothing_the_second_time(self, pages) -> None:
        first = run("import", *pages)
        assert first.exit_code == 0
        assert "together: 466 records read, 429 papers created" in first.stdout
        assert "429 papers indexed" in first.stdout
        again = run("import", *pages)
        assert "together: 466 records read, 0 papers created, 0 changed, 466 unchanged, 0 refused" in again.stdout
        assert sorted(SavedPage.objects.values_list("papers_count", flat=True)) == [59, 77, 122, 208]
        texts = {path.stem.replace("_", "-"): path.read_text(encoding="utf-8") for path in pages}
        for page in SavedPage.objects.all():
            lines = [line.strip() for line in texts[page.slug.rpartition("-")[0]].splitlines()]
            ranked = list(SavedPageEntry.objects.filter(page=page).values_list("rank", "paper__title"))
            assert [rank for rank, _ in ranked] == list(range(1, page.papers_count + 1))
            # A paper that another page prints with another title bears only one of the two.
            places = [lines.index(title) for _, title in ranked if title in lines]
            assert places == sorted(places)
            assert len(places) >= 0.9 * page.papers_count


def test_it_takes_every_record_of_two_years(shared) -> None:
    from broadsheet.sources.files import read_file
    from broadsheet.sources.record import BadRecord

    records = read_file(shared / "collections" / "hf-daily-2024-2025" / "corpus.jsonl").records
    assert [record for record in records if isinstance(record, BadRecord)] == []
    assert len(records) == 6141
