"""Papers that their authors or arXiv have withdrawn."""

from __future__ import annotations

from datetime import date

import pytest

from broadsheet.sources.arxiv.oai import read_oai
from broadsheet.sources.arxiv.paper import withdrawal_notice
from broadsheet.sources.record import PaperRecord, StatementRecord
from tests.sources.arxiv.answers import FIRST_VERSION, oai, raw, split

NOTICES = [
    "This paper has been withdrawn by the authors.",
    "This paper has been withdrawn by the author due to a crucial sign error in equation 1",
    "The present manuscript was withdrawn because of an error in Lemma 2",
    "This submission has been withdrawn by arXiv administrators due to inflammatory content",
    "Paper withdrawn due to an error",
    "paper has been withdrawn",
    "Withdrawn",
    "Withdrawn by the author; see a newer one",
    "[Withdrawn]",
    "WITHDRAWN.",
    "The authors have withdrawn this paper",
    "We withdraw this version",
    "12 pages. This paper has been withdrawn by the authors",
    "This paper is being withdrawn for further work",
    "This v2 paper has been temporarily withdrawn",
]
OTHERS = [
    "",
    "12 pages, 3 figures",
    "This version replaces an earlier one that was withdrawn from a conference",
    "A study of withdrawn drugs",
    "Withdrawn states in social networks, 5 pages",
    "This paper has been accepted; the companion paper was withdrawn by its editors",
    "We withdraw heat from the system",
]


@pytest.mark.parametrize("text", NOTICES)
def test_a_notice_among_the_comments_is_known(text: str) -> None:
    assert withdrawal_notice(text, "") == text


@pytest.mark.parametrize("text", OTHERS)
def test_comments_that_speak_of_something_else_are_none(text: str) -> None:
    assert withdrawal_notice(text, "") == ""


@pytest.mark.parametrize(
    ("text", "is_notice"),
    [
        ("This paper has been withdrawn by the authors. See another one.", True),
        ("Withdrawn.", True),
        ("We study a drug. This paper has been withdrawn by the authors of another one.", False),
        ("Banks whose licence was withdrawn do worse.", False),
    ],
)
def test_the_abstract_says_so_at_its_beginning_or_not_at_all(text: str, is_notice: bool) -> None:
    assert bool(withdrawal_notice("", text)) is is_notice


def test_an_empty_newest_version_is_a_withdrawal() -> None:
    second = '<version version="v2"><date>Wed, 19 Aug 2026 21:05:07 GMT</date><size>0kb</size></version>'
    (paper,) = read_oai(oai(raw(versions=FIRST_VERSION + second)), "answer").records
    assert isinstance(paper, PaperRecord)
    assert paper.statements == (StatementRecord(kind="withdrawn", stated_on=date(2026, 8, 19)),)


def test_an_empty_earlier_version_is_none() -> None:
    earlier = FIRST_VERSION.replace("280kb", "0kb")
    second = '<version version="v2"><date>Wed, 19 Aug 2026 21:05:07 GMT</date><size>8kb</size></version>'
    (paper,) = read_oai(oai(raw(versions=earlier + second)), "answer").records
    assert isinstance(paper, PaperRecord)
    assert paper.statements == ()


def test_the_day_is_that_of_the_change() -> None:
    (paper,) = read_oai(oai(split(updated="2026-08-19", comments="Withdrawn by the author")), "answer").records
    assert isinstance(paper, PaperRecord)
    assert paper.statements == (
        StatementRecord(kind="withdrawn", text="Withdrawn by the author", stated_on=date(2026, 8, 19)),
    )
