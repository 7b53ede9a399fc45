"""A bibliography becomes a collection: known papers linked, unknown ones taken in, all of it or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from broadsheet.catalogue import attention
from broadsheet.catalogue.models import Identifier, Listing, Paper, SavedPage, Source
from broadsheet.community import bibliographies, collections
from broadsheet.community.access import RefusedError
from broadsheet.community.bibliographies import Imported, import_into
from broadsheet.community.models import Account, Collection
from tests.builders import record, take
from tests.people import person

pytestmark = pytest.mark.django_db

BIB = r"""
@article{one, title = {A title that nobody else has given}, author = {Reader, Ada and Ben Writer}, year = 2024,
  eprint = {2510.10001}, archivePrefix = {arXiv}, doi = {10.5555/other.1}, abstract = {As a bibliography has it.}}
@misc{two, title = {Balloons over quiet water}, author = {Chi Editor}, year = {2023}, doi = {10.5555/balloons}}
@misc{three, author = {Nobody}}
@misc{four, title = {Notes}, author = {Dee Printer}}
"""


@pytest.fixture
def alice(db: None) -> Account:
    return person()


@pytest.fixture
def collection(alice: Account) -> Collection:
    return collections.make_collection(alice, "From my files")


def given(text: str, folder: Path, name: str = "file") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def titles(collection: Collection) -> list[str]:
    return [entry.paper.title for entry in collections.entries_of(collection).select_related("paper")]


def test_known_papers_are_linked_and_others_taken_in(alice: Account, collection: Collection, tmp_path: Path) -> None:
    take(record("Kites in still air", arxiv="2510.10001", abstract="Ours."))
    told = import_into(alice, collection, given(BIB, tmp_path))
    assert (told.read_count, told.known_count, told.new_count, told.added_count) == (4, 1, 2, 3)
    assert [bad.reason for bad in told.refused] == ["the entry has no title"]
    assert told.refused[0].where.startswith("file:")
    assert titles(collection) == ["Kites in still air", "Balloons over quiet water", "Notes"]
    kites = Paper.objects.get(arxiv_id="2510.10001")
    assert kites.abstract == "Ours."
    assert not Identifier.objects.filter(value="10.5555/other.1").exists(), "a file joins no identifiers"
    again = import_into(alice, collection, given(BIB, tmp_path))
    assert (again.known_count, again.new_count, again.added_count) == (3, 0, 0)
    assert Paper.objects.count() == 3
    assert not SavedPage.objects.exists()
    assert set(Source.objects.values_list("slug", flat=True)) == {"huggingface", "import"}


def test_what_counts_lists_or_claims_is_not_taken(alice: Account, collection: Collection, tmp_path: Path) -> None:
    line = (
        '{"title": "Forged figures of kites", "abstract": "x", "upvotes": 9000, "comments": 5, "date": "2025-10-15", '
        '"authors": [{"name": "Ada Reader", "orcid": "0000-0002-1825-0097"}], "github": "https://github.com/a/b", '
        '"organisations": ["meta"], "categories": ["cs.CL"], "summary": "Buy it."}\n'
    )
    import_into(alice, collection, given(line * 1, tmp_path))
    paper = Paper.objects.get()
    assert (paper.votes_count, paper.comments_count, paper.code_url, paper.summary) == (0, 0, "", "")
    assert not Listing.objects.exists()
    assert paper.authorships.get().orcid == ""
    assert not paper.organisations.exists()
    assert not paper.paper_categories.exists()


def test_any_other_source_has_the_last_word(alice: Account, collection: Collection, tmp_path: Path) -> None:
    text = "@misc{a, title={Lies about kites}, eprint={2510.10009}, archiveprefix={arXiv}, abstract={%s}}" % (
        "long " * 99
    )
    import_into(alice, collection, given(text, tmp_path))
    take(record("The truth about kites", arxiv="2510.10009", abstract="Short."), source="arxiv")
    paper = Paper.objects.get()
    assert (paper.title, paper.abstract) == ("The truth about kites", "Short.")
    assert titles(collection) == ["The truth about kites"]


def test_a_hidden_paper_is_not_brought_back(alice: Account, collection: Collection, tmp_path: Path) -> None:
    take(record("Kites in still air", arxiv="2510.10001"))
    attention.hide(Paper.objects.get().pk, is_hidden=True)
    told = import_into(alice, collection, given(BIB, tmp_path))
    assert titles(collection) == ["Balloons over quiet water", "Notes"]
    assert "it cannot be collected here" in [bad.reason for bad in told.refused]
    assert (told.read_count, told.known_count) == (4, 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x1f\x8b\x08\x00rest", "packed"),
        (b"PK\x03\x04rest", "packed"),
        (b"", "could not be read"),
        (b"just some words", "could not be read"),
        (b"\xff\xfe\x00@misc", "could not be read"),
    ],
)
def test_what_cannot_be_read_is_refused_as_a_whole(
    content: bytes, words: str, alice: Account, collection: Collection, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(RefusedError, match=words):
        import_into(alice, collection, path)
    assert titles(collection) == []


def test_limits_hold_and_nothing_is_half_done(
    alice: Account, collection: Collection, tmp_path: Path, monkeypatch: Any
) -> None:
    path = given(BIB, tmp_path)
    monkeypatch.setattr(bibliographies, "MOST_IMPORTED", 2)
    with pytest.raises(RefusedError, match="more than 2 entries"):
        import_into(alice, collection, path)
    monkeypatch.undo()
    monkeypatch.setattr(bibliographies, "LARGEST_IMPORT", 10)
    with pytest.raises(RefusedError, match="larger than"):
        import_into(alice, collection, path)
    monkeypatch.undo()
    monkeypatch.setattr(collections, "MOST_ENTRIES", 1)
    with pytest.raises(RefusedError, match="at most 1 papers"):
        import_into(alice, collection, path)
    assert not Paper.objects.exists()
    with pytest.raises(RefusedError, match="not yours"):
        import_into(person("bob"), collection, path)


RIS = "TY  - JOUR\nTI  - Balloons over quiet water\nAU  - Editor, Chi\nDO  - 10.5555/balloons\nER  - \n"
CSL = '[{"type": "article", "title": "Balloons over quiet water", "DOI": "10.5555/balloons"}]'


@pytest.mark.parametrize("text", [RIS, CSL])
def test_other_formats_are_read_too(text: str, alice: Account, collection: Collection, tmp_path: Path) -> None:
    assert import_into(alice, collection, given(text, tmp_path)) == Imported(1, 0, 1, 1, [])
    assert Identifier.objects.get().value == "10.5555/balloons"
