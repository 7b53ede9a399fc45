"""HTML, JATS and MathML as plain text, titles that say what became of a paper, and days known in part."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.known_days import day_of
from broadsheet.sources.markup import plain_line, plain_text
from broadsheet.sources.notices import is_notice, statements_of_title

TEX = r"<tex-math>\documentclass{x}\begin{document}$$x^2$$\end{document}</tex-math>"
MATHML = "<mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("No markup,  but\n blanks", "No markup, but blanks"),
        ("Two\n\nparagraphs\n \n \nhere", "Two\n\nparagraphs\n\nhere"),
        ("p < 0.05 and a<b, c>d, x <y z> w", "p < 0.05 and a<b, c>d, x <y z> w"),
        ("Bits &amp; pieces &lt;i&gt; &#x3b1;", "Bits & pieces <i> α"),
        ("<p>One</p><p>Two<br/>lines</p>", "One\n\nTwo lines"),
        ("<jats:title>Abstract</jats:title><jats:p>Kites.</jats:p>", "Kites."),
        ("<jats:sec><jats:title>Methods</jats:title>\n<jats:p>Wind.</jats:p></jats:sec>", "Methods: Wind."),
        ("<title>Aims:</title><p>Up.</p><title>Ends</title><p>Down.</p>", "Aims: Up.\n\nEnds: Down."),
        ("<i>E. coli</i> at 10<sup>-5</sup> of H<sub>2</sub>O", "E. coli at 10⁻⁵ of H₂O"),
        ("SUV<sub>max</sub> and <sup>99m</sup>Tc", "SUVmax and 99mTc"),
        (f"Of <alternatives>{TEX}{MATHML}</alternatives> wings", "Of $x^2$ wings"),
        (f"Of {MATHML} wings", "Of x2 wings"),
        ("<script>alert(1)</script><style>b{}</style>Safe<!-- not said -->", "Safe"),
        ("<script><script>nested</script> text", "text"),
        ("<![CDATA[a < b]]> c", "a < b c"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\n\nTwo"),
        ("Unclosed <b>bold", "Unclosed bold"),
        ("Ends in <title>a title", "Ends in\n\na title:"),
        ("A\0B", "AB"),
        ("", ""),
    ],
)
def test_only_markup_is_taken_away(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_a_line_is_one() -> None:
    assert plain_line("<p>Kites</p>\n<p>in <i>air</i></p>") == "Kites in air"


@given(st.text(alphabet="<>/&;ap sub!-[]CDAT\n\0x\"'=", max_size=80))
def test_any_text_becomes_a_text(text: str) -> None:
    plain = plain_text(text)
    assert plain == plain.strip()
    assert "\0" not in plain


@given(st.text(alphabet=st.characters(exclude_characters="<&\0"), max_size=80))
def test_a_text_without_markup_keeps_its_words(text: str) -> None:
    assert plain_text(text).split() == text.split()


@pytest.mark.parametrize("piece", ["<a <p ", "<", "<!--", "<![CDATA[", "<p>", "<sub>", "<title>", "&", "<script>"])
def test_a_long_text_of_half_tags_is_read_to_its_end(piece: str) -> None:
    """What took quadratic time would take hours here."""
    assert isinstance(plain_text(piece * 200_000), str)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("RETRACTED: Kites", "retracted"),
        ("Retracted Article: Kites", "retracted"),
        ("[Retracted] Kites", "retracted"),
        ("RETRACTED ARTICLE - Kites", "retracted"),
        ("WITHDRAWN: Kites", "withdrawn"),
        ("Kites that were retracted: a study", None),
        ("Retracted kites fly no more", None),
        ("Withdrawn from the wind", None),
    ],
)
def test_titles_say_what_became_of_a_paper(title: str, kind: str | None) -> None:
    assert [statement.kind for statement in statements_of_title(title)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    "title",
    [
        "Retraction Note: Kites",
        "Retraction of: Kites",
        "Retraction notice to Kites",
        "Correction to: Kites",
        "Correction",
        "Author Correction: Kites",
        "Publisher’s Correction: Kites",
        "Corrigendum to Kites",
        "Erratum for Kites",
        "Expression of Concern: Kites",
        "Editorial Expression of Concern: Kites",
        "Withdrawal: Kites",
    ],
)
def test_notices_are_known_by_their_titles(title: str) -> None:
    assert is_notice(title)


@pytest.mark.parametrize(
    "title",
    [
        "Correction strategies for kites",
        "Error correction: a survey",
        "Retractions in kite science",
        "Addenda",
        "Kites",
    ],
)
def test_papers_about_corrections_are_papers(title: str) -> None:
    assert not is_notice(title)


@pytest.mark.parametrize(
    ("parts", "exact", "day"),
    [
        ([2024, 2, 3], None, date(2024, 2, 3)),
        (["2024", "02", "03"], None, date(2024, 2, 3)),
        (["2024", "Feb", "3"], None, date(2024, 2, 3)),
        ([2024, 2], None, date(2024, 2, 29)),
        ([2024, 2], date(2024, 2, 5), date(2024, 2, 5)),
        ([2024, 2], date(2024, 3, 5), date(2024, 2, 29)),
        ([2024], date(2024, 3, 5), date(2024, 3, 5)),
        ([2024], None, date(2024, 12, 31)),
        ([2024, "?", 5], None, date(2024, 12, 31)),
        ([2024, 2, 30], None, None),
        ([2024, 13], None, None),
        # Neither year nor month is over.
        ([2025], None, None),
        ([2025, 10], None, None),
        ([2025, 9], None, date(2025, 9, 30)),
        ([2025, 10, 30], None, date(2025, 10, 30)),
        ([], None, None),
        ([None], None, None),
        ([True], None, None),
        (["x"], None, None),
        ([10**9], None, None),
        ([0], None, None),
    ],
)
@time_machine.travel("2025-10-15T12:00:00+00:00", tick=False)
def test_a_day_is_told_from_the_parts_that_are_known(parts: list, exact: date | None, day: date | None) -> None:
    assert day_of(parts, exact) == day
