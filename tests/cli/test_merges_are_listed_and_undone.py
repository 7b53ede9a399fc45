"""``broadsheet merges``, ``merge``, ``split`` and ``keep-apart``."""

from __future__ import annotations

import pytest

from broadsheet.catalogue.lookup import paper_named
from broadsheet.catalogue.models import Paper
from tests.builders import record, take
from tests.cli.running import run, run_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> list[str]:
    """The keys of two papers."""
    take(record("The preprint of it", arxiv="2510.00001"), record("The article\x1b[2J of it", doi="10.5555/one"))
    return list(Paper.objects.order_by("pk").values_list("key", flat=True))


def tie() -> None:
    take(record("Tied", arxiv="2510.00001", doi="10.5555/one"), source="c")


def test_it_lists_merges_with_their_reasons(two) -> None:
    tie()
    result = run("merges")
    assert "one record of c has arxiv:2510.00001 and doi:10.5555/one" in result.stdout
    assert f"  {two[1]}" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stdout.endswith("1 merge\n")
    (told,) = run_json("merges")
    assert (told["paper"]["key"], told["absorbed"]["key"]) == tuple(two)
    assert (told["merged_by"], told["undone_at"]) == ("", None)


def test_it_undoes_one_by_its_number(two) -> None:
    tie()
    number = run_json("merges")[0]["number"]
    result = run("merges", "--undo", number)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1].startswith(two[1])
    assert {paper.key for paper in Paper.objects.all()} == set(two)
    assert run_json("merges")[0]["undone_by"] == "the command line"
    assert ", undone 20" in run("merges").stdout
    again = run("merges", "--undo", number)
    assert again.exit_code == 1
    assert "was undone on" in again.stderr
    assert "no merge 999" in run("merges", "--undo", 999).stderr


def test_it_merges_by_any_names_of_the_papers(two) -> None:
    result = run("merge", "10.5555/one", "https://arxiv.org/abs/2510.00001")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("2510.00001   ")
    assert paper_named(two[1]).key == two[0]
    again = run("merge", *two)
    assert again.exit_code == 1
    assert "one paper already" in again.stderr
    assert "no paper is known as 'nothing'" in run("merge", two[0], "nothing").stderr


def test_it_keeps_two_apart(two) -> None:
    assert run("keep-apart", *two).stdout == f"2510.00001 and {two[1]} are kept apart\n"
    tie()
    assert Paper.objects.count() == 2
    assert run("keep-apart", two[0], two[0]).exit_code == 1


def test_it_splits_off_what_one_source_says() -> None:
    take(record("One", arxiv="2510.00001", ref="2510.00001", doi="10.5555/other"), source="arxiv")
    take(record("Another", doi="10.5555/other", ref="10.5555/other"), source="crossref")
    assert Paper.objects.count() == 1
    result = run("split", "2510.00001", "crossref")
    assert result.exit_code == 0, result.output
    assert [line[13:] for line in result.stdout.splitlines()[:2]] == ["One", "Another"]
    assert paper_named("10.5555/other").title == "Another"
    assert "only described by arxiv" in run("split", "2510.00001", "arxiv").stderr
