"""No letter is cut off by a mail program: its HTML has at most 90,000 bytes, whatever papers there are."""

from __future__ import annotations

import pytest

from broadsheet.delivery.letters.composing import MOST_BYTES
from tests.builders import abstract_of, many, record, take
from tests.delivery.letters.reading import arrived, papers, put_together
from tests.people import person

pytestmark = pytest.mark.django_db


def test_thirty_papers_of_usual_length_come_in_full() -> None:
    take(*many(30, length=1_400))
    letter = arrived(put_together({"Today": papers()}, account=person(), abstracts="full"))
    assert len(letter.html.encode()) <= MOST_BYTES
    assert len(letter.page.all("h3")) == 30
    assert "read\u00a0on" not in letter.html
    assert "more on the site" not in letter.text


def test_of_the_thirty_fattest_each_has_the_beginning_and_says_where_the_rest_is() -> None:
    formula = (
        r"$\sum_{i=1}^{n} \frac{\hat{x}_{i}^{2}}{\sqrt{\alpha_{i} + \beta^{i}}}$ is what we <b>bound</b> & prove. "
    )
    take(
        *(
            record(
                f"Fat {n}: " + "a very long title indeed " * 11,
                arxiv=f"2510.{20_000 + n}",
                abstract=(formula * 5 + abstract_of(9_000, n)),
                authors=[f"Ada Bartholomew Fitzgerald Montgomery-Reader {k}" for k in range(40)],
                categories=("cs.CL", "cs.LG", "stat.ML", "cs.AI", "math.OC"),
                organisation=f"The Institute for the Study of Long Names and of Longer Ones, Section {n}",
                code=f"https://github.com/example-organisation-with-a-name/{'long-' * 10}{n}",
                votes_count=12_345,
                comments_count=2_345,
            )
            for n in range(30)
        )
    )
    made = put_together({"Today": papers()}, account=person(), abstracts="full", name="N" * 200)
    letter = arrived(made)
    assert 60_000 < len(letter.html.encode()) <= MOST_BYTES
    assert len(letter.page.all("h3")) == 30
    assert letter.html.count("read\u00a0on") == " ".join(letter.text.split()).count("(more on the site)") == 30


def test_what_there_is_no_room_for_at_all_is_named_in_both_and_stands_in_the_web_copy() -> None:
    take(*many(100, length=200))
    hundred = papers()
    made = put_together({"First": hundred[:50], "Second": hundred[50:]}, account=person(), abstracts="none")
    letter = arrived(made)
    shown = len(letter.page.all("h3"))
    assert len(letter.html.encode()) <= MOST_BYTES
    assert 40 < shown < 100
    assert f"{100 - shown} more papers in the web copy" in letter.html
    assert f"{100 - shown} more papers in the web copy" in " ".join(letter.text.split())
    assert f"\n{shown}. " in letter.text or f"\n {shown}. " in letter.text
    assert f"\n{shown + 1}. " not in letter.text


@pytest.mark.parametrize(("abstracts", "longest"), [("short", 480), ("none", 0)])
def test_short_abstracts_are_short_and_none_are_none(abstracts: str, longest: int) -> None:
    take(*many(3))
    letter = arrived(put_together({"Today": papers()}, account=person(), abstracts=abstracts))
    told = [element.text for element in letter.page.all("p", class_="a")]
    assert len(told) == (2 if longest else 0)
    assert all(len(text) <= longest for text in told)
    assert ("People who used it" in letter.text) == bool(longest)
