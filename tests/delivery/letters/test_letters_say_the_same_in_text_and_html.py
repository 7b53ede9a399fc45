"""Both bodies of a letter tell the same papers in the same order, whatever mail program shows them."""

from __future__ import annotations

import io
import unicodedata
from email.generator import BytesGenerator
from email.policy import SMTP

import pytest

from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.text import to_plain
from broadsheet.delivery.letters import Letters, NothingLeftError
from broadsheet.delivery.letters.lines import cells
from tests.builders import WEDNESDAY, many, record, take
from tests.delivery.letters.reading import arrived, papers, put_together
from tests.delivery.subscribers import NOW
from tests.people import person

pytestmark = pytest.mark.django_db


def test_the_same_papers_in_the_same_order_with_everything_that_belongs_to_them() -> None:
    take(*many(7))
    seven = papers()
    made = put_together({"Trending": seven[4:], "cs.CL": seven[:4]}, account=person(), abstracts="full")
    letter = arrived(made)
    titles = [to_plain(paper.title) for paper in [*seven[4:], *seven[:4]]]
    # In HTML the exponent is raised by the client: ℝ<sup>2</sup> is read as ℝ2.
    assert [heading.text for heading in letter.page.all("h3")] == [
        unicodedata.normalize("NFKC", title).replace("R", "ℝ").replace("ℝead", "Read") for title in titles
    ]
    told = " ".join(letter.text.split())
    assert [told.index(f"{n}. {title}") for n, title in enumerate(titles, 1)] == sorted(
        told.index(f"{n}. {title}") for n, title in enumerate(titles, 1)
    )
    shown = letter.page.text
    for paper in seven:
        for both in (told, shown.replace("θ\u0302n", "θₙ")):
            assert to_plain(paper.abstract)[:100] in both
            assert f"Institute {int(paper.arxiv_id[-1]) % 5}" in both
    for heading in ("Trending", "cs.CL"):
        assert heading in told
        assert heading in [element.text for element in letter.page.all("h2")]


def test_a_second_try_is_the_same_letter_and_says_so() -> None:
    take(*many(3))
    made = put_together({"Today": papers()}, account=person())
    first, second = (Letters(NOW).message(made, "alice@example.org").as_bytes() for _ in range(2))
    assert first == second
    assert arrived(made).message["Message-ID"] == f"<{made.key}@127.0.0.1>"


def test_letters_written_one_after_the_other_are_as_those_written_alone() -> None:
    take(*many(9))
    nine, letters = papers(), Letters(NOW, most_kept=4)
    alice = person()
    several = [
        put_together({"Today": nine[n:]}, account=alice, abstracts=("full", "short", "none")[n % 3], issue="2025-10-15")
        for n in range(5)
    ]
    for made in several:
        alone = Letters(NOW).message(made, "alice@example.org").as_bytes()
        assert letters.message(made, "alice@example.org").as_bytes() == alone


def test_bytes_are_those_that_the_standard_library_writes() -> None:
    take(*many(4))
    message = Letters(NOW).message(put_together({"Today": papers()}, account=person()), "alice@example.org")
    for policy in (SMTP, SMTP.clone(cte_type="7bit"), SMTP.clone(linesep="\n")):
        out = io.BytesIO()
        BytesGenerator(out, policy=policy).flatten(message)
        assert message.as_bytes(policy=policy) == out.getvalue()
    raw = message.as_bytes()
    assert raw.isascii()
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    assert max(len(line) for line in head.split(b"\r\n")) <= 120
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_text_has_72_columns_and_addresses_on_lines_of_their_own() -> None:
    wide = record("読" * 60, arxiv="2510.10900", abstract="読み" * 400, votes_count=1, comments_count=2)
    take(*many(3), wide)
    made = put_together({"読者" * 30: papers()}, account=person(), reasons={papers()[0].pk: "because " * 30})
    text = arrived(made).text
    for line in text.splitlines():
        if "://" in line and not line.strip().startswith("https://github"):
            assert " " not in line.strip(), line
        assert cells(line) <= 72 or line.strip().startswith("http"), line


def test_papers_without_votes_abstract_or_authors_are_told_without_gaps() -> None:
    take(record("Alone", on=WEDNESDAY, doi="10.1000/alone"))
    letter = arrived(put_together({"Today": papers()}, account=person()))
    assert " 1. Alone\n\n    http://127.0.0.1:8000/papers/" in letter.text
    assert "0 votes" not in letter.html + letter.text
    assert " · ·" not in letter.page.text


def test_papers_that_were_hidden_since_are_left_out_and_a_letter_of_none_is_not_written() -> None:
    take(*many(3))
    three = papers()
    made = put_together({"First": three[:1], "Second": three[1:]}, account=person())
    Paper.objects.filter(pk=three[0].pk).update(is_hidden=True)
    letter = arrived(made)
    assert [element.text for element in letter.page.all("h2")] == ["Second"]
    assert len(letter.page.all("h3")) == 2
    assert "First" not in letter.text
    Paper.objects.update(is_hidden=True)
    with pytest.raises(NothingLeftError):
        Letters(NOW).message(made, "alice@example.org")


def test_retracted_and_withdrawn_papers_say_so() -> None:
    take(*many(2))
    one, two = papers()
    Paper.objects.filter(pk=one.pk).update(is_retracted=True)
    Paper.objects.filter(pk=two.pk).update(is_withdrawn=True)
    letter = arrived(put_together({"Today": papers()}, account=person()))
    for word in ("retracted", "withdrawn"):
        assert word in letter.text
        assert word in letter.page.text


def test_reasons_stand_with_their_papers() -> None:
    take(*many(3))
    three = papers()
    why = "because you saved “How to fold a broadsheet”"
    letter = arrived(put_together({"For you": three}, account=person(), reasons={three[1].pk: why}))
    assert why in " ".join(letter.text.partition(" 2. ")[2].partition(" 3. ")[0].split())
    assert letter.html.count(why) == 1


def test_the_day_is_that_of_the_subscriber_and_what_is_sent_at_once_has_its_time() -> None:
    take(*many(1))
    alice = person()
    daily = put_together({"Today": papers()}, account=alice, zone="Pacific/Auckland")
    assert "Wednesday, 15 October 2025" in arrived(daily).text
    at_once = put_together({"Today": papers()}, account=alice, zone="Pacific/Auckland", issue="2025-10-15T20:30:00Z")
    assert "Thursday, 16 October 2025, 09:30" in arrived(at_once).text
    assert "16 October" in arrived(at_once).message["Subject"]


def test_a_letter_speaks_the_language_of_its_subscription() -> None:
    take(*many(1))
    letter = arrived(put_together({"Heute": papers()}, account=person(), language="de"))
    assert "Mittwoch, 15 Oktober 2025" in letter.text
    assert letter.page.one("html").attrs["lang"] == "de"
    right_to_left = arrived(put_together({"اليوم": papers()}, address="b@example.org", language="ar"))
    assert right_to_left.page.one("html").attrs["dir"] == "rtl"


def test_a_letter_for_show_votes_for_nothing_and_has_no_copy() -> None:
    take(*many(2))
    made = put_together({"Today": papers()}, account=person())
    made.pk = None
    letter = arrived(made)
    assert len(letter.page.all("h3")) == 2
    assert "Vote or save" not in letter.text
    assert "/letters/" not in letter.html.replace("/letters/of/", "")
    assert made.secret not in letter.html + letter.text
