"""The extract of a paper is the sentence of its abstract that is nearest to the whole, made when there is time."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.search import extracts
from broadsheet.search.extracts import candidates_of, extract_some, nearest
from broadsheet.search.maintenance import update_index
from broadsheet.search.snippets.sentences import sentences
from tests.builders import record, take, take_and_index
from tests.encoders import FakeEncoder, use

TITLE = "Front pages and votes"
NEAR = "Votes order the front pages of papers, and front pages order the votes."
ABSTRACT = f"Nobody has ever looked at this before now. {NEAR} Twelve people were asked in the end of all."

PIECES = st.sampled_from(
    ["We print. ", "et al. ", "e.g. ", "Fig. 3 ", "3.5 times", "well.We ", "i.e., ", "J. Smith ", "U.S. ", "?", "! ",
     ".", " ", "\n", "“So.” ", "(It is.) ", "好。", "torch.Tensor ", "...", "a", "The end.", "\u200d", "e\u0301"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200)


@given(TEXTS)
def test_joined_sentences_are_the_text_again(text: str) -> None:
    found = sentences(text)
    assert "".join(found) == text
    assert all(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("As Smith et al. (2020) say, it holds. We agree.", 2),
        ("It helps, e.g. The Times. It also hurts, i.e. All others.", 2),
        ("See Fig. 3 for more. Eq. (2) and Sec. A hold; cf. Ref. 7.", 2),
        ("It is 3.5 times faster. On average 0.2 s are saved.", 2),
        ("It works well.We show why.This is new.", 3),
        ("The class torch.Tensor is used. See www.example.org/The for it.", 2),
        ("J. Doe and A. B. Roe wrote it. The U.S. Government paid.", 2),
        ("Is it true? Yes! “It is.” (We asked.) So it goes.", 5),
        ("这是真的。那不是！", 2),
        ("One sentence without an end", 1),
        ("", 0),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: int) -> None:
    assert len(sentences(text)) == expected, sentences(text)


def test_the_nearest_sentence_is_chosen_and_the_earlier_of_equals() -> None:
    rows = np.array([[0.6, 0.8], [1, 0], [1, 0]], np.float32)
    assert nearest(["a", "b", "c"], rows, np.array([1, 0], np.float32)) == "b"
    assert nearest([], np.empty((0, 2), np.float32), np.array([1, 0], np.float32)) == ""


def test_sentences_that_cannot_stand_alone_are_no_candidates() -> None:
    assert candidates_of(ABSTRACT) == [sentence.strip() for sentence in sentences(ABSTRACT)]
    assert candidates_of(f"Short. {NEAR}") == [NEAR]
    assert candidates_of(NEAR) == [], "an abstract of one sentence needs no extract"
    assert candidates_of("A very long story " * 40 + ". Short.") == []
    assert candidates_of("") == []


@pytest.mark.django_db
def test_a_paper_that_was_embedded_gets_its_extract(fake: FakeEncoder) -> None:
    take_and_index(record(TITLE, abstract=ABSTRACT))
    encoded = len(fake.encoded)
    assert extract_some() == 1
    paper = Paper.objects.get()
    assert paper.extract == NEAR
    assert paper.extracted_at is not None
    assert len(fake.encoded) == encoded + 3, "only sentences are embedded: the whole has its vector already"
    assert extract_some() == 0


@pytest.mark.django_db
def test_an_extract_is_plain_text_of_the_abstract(fake: FakeEncoder) -> None:
    marked = r"\textbf{Votes} order the $\alpha$ front pages of papers, and front pages order the votes."
    take_and_index(record(TITLE, abstract=f"Nobody has ever looked at this before now. {marked}"))
    extract_some()
    assert Paper.objects.get().extract == to_plain(marked)


@pytest.mark.django_db
def test_nothing_is_extracted_before_a_paper_is_embedded(fake: FakeEncoder) -> None:
    take(record(TITLE, abstract=ABSTRACT))
    assert extract_some() == 0
    assert Paper.objects.get().extracted_at is None


@pytest.mark.django_db
def test_without_a_model_there_are_no_extracts(words_alone: None) -> None:
    take_and_index(record(TITLE, abstract=ABSTRACT))
    assert extract_some() == 0
    assert (Paper.objects.get().extract, Paper.objects.get().extracted_at) == ("", None)


@pytest.mark.django_db
def test_a_model_that_comes_later_makes_them(words_alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    take_and_index(record(TITLE, abstract=ABSTRACT))
    use(monkeypatch, FakeEncoder())
    update_index()
    assert extract_some() == 1
    assert Paper.objects.get().extract == NEAR


@pytest.mark.django_db
def test_what_has_a_summary_or_no_abstract_is_settled_without_one(fake: FakeEncoder) -> None:
    take_and_index(record(TITLE, abstract=ABSTRACT, summary="In short."), record("Another paper of this day"))
    encoded = len(fake.encoded)
    assert extract_some() == 2
    assert extract_some() == 0
    assert set(Paper.objects.values_list("extract", flat=True)) == {""}
    assert len(fake.encoded) == encoded


@pytest.mark.django_db
def test_another_text_gets_another_extract(fake: FakeEncoder) -> None:
    take_and_index(record(TITLE, abstract=ABSTRACT, arxiv="2510.00001", version_number=1))
    extract_some()
    ink = "Ink on front pages is a matter of votes and of paper alone."
    take(record(TITLE, abstract=f"We know it now and for good. {ink}", arxiv="2510.00001", version_number=2))
    assert Paper.objects.get().extract == "", "the old sentence is not in the new abstract"
    assert extract_some() == 0, "its vector is still that of the old text"
    update_index()
    assert extract_some() == 1
    assert Paper.objects.get().extract == ink


@pytest.mark.django_db
def test_a_text_that_changes_meanwhile_keeps_waiting(fake: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    take_and_index(record(TITLE, abstract=ABSTRACT, arxiv="2510.00001", version_number=1))

    def slowly(texts: list[str], **options: object) -> object:
        take(record(TITLE, abstract="Changed. It is.", arxiv="2510.00001", version_number=2))
        return FakeEncoder.encode(fake, texts)

    monkeypatch.setattr(fake, "encode", slowly)
    extract_some()
    assert (Paper.objects.get().extract, Paper.objects.get().extracted_at) == ("", None)


@pytest.mark.django_db
def test_steps_are_small_and_the_newest_comes_first(fake: FakeEncoder) -> None:
    take_and_index(*(record(f"{TITLE}, part {n} of them", abstract=ABSTRACT) for n in range(5)))
    assert extract_some(2) == 2
    done = Paper.objects.exclude(extracted_at=None).order_by("pk").values_list("pk", flat=True)
    assert list(done) == list(Paper.objects.order_by("pk").values_list("pk", flat=True))[-2:]
    assert [extract_some(2), extract_some(2), extract_some(2)] == [2, 1, 0]


@pytest.mark.django_db
def test_another_process_that_embeds_goes_first(fake: FakeEncoder) -> None:
    take_and_index(record(TITLE, abstract=ABSTRACT))
    with extracts.shelf().embedding() as is_ours:
        assert is_ours
        assert extract_some() == 0
    assert extract_some() == 1


@pytest.mark.django_db
def test_looking_for_work_does_not_read_the_catalogue() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the plan of PostgreSQL depends on how much there is")
    for waiting, index in (
        (Paper.objects.filter(extracted_at__isnull=True), "papers_to_extract"),
        (Paper.objects.filter(keyphrased_at__isnull=True), "papers_to_keyphrase"),
    ):
        assert index in waiting.order_by("pk").values("pk")[:1].explain()
