"""Whatever a title, an abstract, a name or a reason says, a letter shows it and does not do it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.models import Authorship, Organisation, Paper
from broadsheet.delivery.letters.maths import mail_html
from tests.builders import many, take
from tests.delivery.letters.reading import Read, arrived, papers, put_together
from tests.hostile import HOSTILE
from tests.payloads import PAYLOADS
from tests.people import person

INLINE = {"a", "em", "strong", "code", "sub", "sup", "span", "br", "i"}
TAGS = INLINE | {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "div",
    "table",
    "tbody",
    "tr",
    "td",
    "p",
    "h1",
    "h2",
    "h3",
}
ATTRIBUTES = {
    "href", "class", "style", "role", "width", "cellpadding", "cellspacing", "border", "align", "valign", "lang", "dir",
    "name", "content", "charset",
}  # fmt: skip
TEXTS = [*HOSTILE, *PAYLOADS]


class _Seen(HTMLParser):
    """What is wrong with some HTML: elements and attributes that no letter has, and addresses that are none."""

    def __init__(self, tags: set[str], site: str = "http") -> None:
        super().__init__(convert_charrefs=True)
        self.tags, self.site, self.faults = tags, site, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.tags:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.faults.append(f"<{tag} {name}>")
            if name == "href" and not re.match(r"https?://[^\s\"<>]+$", value or ""):
                self.faults.append(f"href={value!r}")
            if name == "style" and re.search(r"url|expression|@|\\", value or ""):
                self.faults.append(f"style={value!r}")

    handle_startendtag = handle_starttag

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"<!--{data}-->")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"<?{data}>")


def faults_of(html: str, tags: set[str] = TAGS) -> list[str]:
    seen = _Seen(tags)
    seen.feed(html)
    seen.close()
    return seen.faults


@pytest.mark.parametrize("start", range(0, len(TEXTS), 120))
@pytest.mark.django_db
def test_hostile_words_are_inert_wherever_they_stand(start: int) -> None:
    some = [storable_text(text) for text in TEXTS[start : start + 120]]
    take(*many(30))
    thirty = papers()
    for n, text in enumerate(some):
        paper = thirty[n % 30]
        field = ("title", "abstract", "name", "organisation")[n // 30]
        if field in ("title", "abstract"):
            Paper.objects.filter(pk=paper.pk).update(**{field: text[:9_000] or "x"})
        elif field == "name":
            Authorship.objects.filter(paper=paper, position=0).update(name=text[:500] or "x")
        else:
            Organisation.objects.filter(papers=paper).update(name=text[:300] or "x")
    reasons = {paper.pk: text for paper, text in zip(thirty, some, strict=False)}
    letter = _letter(thirty, some[0], reasons)
    assert faults_of(letter.html) == []
    assert len(letter.page.all("h3")) == letter.html.count("vote\u00a0or\u00a0save")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", letter.text)


def _letter(thirty: list[Paper], heading: str, reasons: dict[int, str]) -> Read:
    made = put_together(
        {heading: thirty}, account=person(), abstracts="full", reasons=reasons, name=heading[:200] or "x"
    )
    return arrived(made)


@pytest.mark.django_db
def test_a_letter_fetches_nothing_and_tells_nobody_that_it_was_read() -> None:
    take(*many(5))
    letter = arrived(put_together({"Today": papers()}, account=person()))
    assert faults_of(letter.html) == []
    for word in ("<img", "<link", "<script", "url(", "@import", "<svg", "<form", "<iframe", "display:flex", "grid"):
        assert word not in letter.html
    styles = letter.page.one("style").text
    assert "prefers-color-scheme: dark" in styles
    assert "max-width: 480px" in styles
    assert letter.html.count("style=") > 20


@given(
    st.one_of(st.text(max_size=300), st.sampled_from(TEXTS), st.lists(st.sampled_from(TEXTS), max_size=3).map("".join))
)
def test_any_text_becomes_inline_html_without_mathml(text: str) -> None:
    html = mail_html(text)
    assert faults_of(html, INLINE) == []
    assert "<math" not in html
    assert html.count("<a ") >= mail_html(text, autolink=False).count("<a ") == 0


@pytest.mark.parametrize(
    ("tex", "html"),
    [
        ("$x^2$", "<i>x</i><sup>2</sup>"),
        ("$a_{i}^{n}$", "<i>a</i><sub><i>i</i></sub><sup><i>n</i></sup>"),
        (r"$\hat{\theta}_{n}$", "<i>θ\u0302</i><sub><i>n</i></sub>"),
        (r"$\mathbb{R}^{d}$", "ℝ<sup><i>d</i></sup>"),
        (r"$\frac{a+b}{2}$", "(<i>a</i> + <i>b</i>)/2"),
        (r"$\sqrt{x+1}$", "√(<i>x</i> + 1)"),
        (r"$\sqrt[3]{x}$", "<sup>3</sup>√<i>x</i>"),
        (r"$a < b$", "<i>a</i> &lt; <i>b</i>"),
        (r"$O(n \log n)$", "<i>O</i>(<i>n</i> log <i>n</i>)"),
        (r"$-1$", "−1"),
        (r"$\alpha \in [0,1]$", "<i>α</i> ∈ [0, 1]"),
        (r"$\ell_2$", "<i>ℓ</i><sub>2</sub>"),
        (r"$W_{\gamma p}$", "<i>W</i><sub><i>γp</i></sub>"),
        (r"$\bar{x}$", "<i>x\u0304</i>"),
        (r"$\mathcal{O}(1)$", "<i>O</i>(1)"),
        (r"no formula & \emph{no} mathml", "no formula &amp; <em>no</em> mathml"),
    ],
)
def test_formulas_are_readable_without_mathml(tex: str, html: str) -> None:
    assert mail_html(tex) == html
