"""What people write: CommonMark with formulas and names, and nothing that could run."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue import attention
from broadsheet.community import talk_text
from broadsheet.community.markdown import DEEPEST, LONGEST
from broadsheet.community.talk_text import TAGS, Known, clean, html_of, known_in, links_in, named_in, plain_of
from tests.builders import paper
from tests.hostile import HOSTILE
from tests.payloads import PAYLOADS
from tests.people import person

KNOWN = Known({"alice": "alice"}, {"2510.10001": "2510.10001", "0123456789": "0123456789"})
BITS = st.sampled_from(
    ["<b>", "</p>", "`", "``", "```\n", "$", "$$", "\\(", "\\)", "[", "](", ")", "![", "*", "**", "_", "~~", "> ", "- ",
     "1. ", "# ", "\n", "\n\n", "    ", "&lt;", "&#x3c;", "javascript:", "https://a.example/", "@alice", "2510.10001",
     "0123456789", "\\", "\x00", "\u202e", "x", "^{2}", "\\text{<i>}", "<https://a.example>", "<script>", '"', "'"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(BITS, max_size=60).map("".join), st.sampled_from(HOSTILE))


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(autouse=True)
def _profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose page is where is another room's business."""
    monkeypatch.setattr(talk_text, "PROFILE", "web:paper")


def test_there_are_payloads_enough() -> None:
    assert len(PAYLOADS) >= 300
    assert len(set(PAYLOADS)) == len(PAYLOADS)


def test_of_no_payload_is_more_left_than_words() -> None:
    for text in [*PAYLOADS, *HOSTILE]:
        assert_harmless(html_of(text, KNOWN))


@given(TEXTS)
def test_nothing_leaves_but_what_is_allowed(text: str) -> None:
    assert_harmless(html_of(text, KNOWN))


def assert_harmless(written: str) -> None:
    assert clean(written) == written
    for tag, attrs in Tags(written).found:
        assert tag in TAGS
        for name, value in attrs.items():
            assert name in ("href", "rel", "class", "start", "display", "mathvariant", "stretchy", "form", "width",
                            "linethickness", "accent", "accentunder")  # fmt: skip
            if name == "href":
                assert (value or "").startswith(("http://", "https://", "mailto:", "/papers/"))
        if tag == "a":
            assert attrs["rel"] == "nofollow noopener ugc"


@given(TEXTS)
def test_plain_words_and_names_are_found_in_any_text(text: str) -> None:
    assert isinstance(plain_of(text), str)
    named = named_in(text)
    assert len(set(named.people)) == len(named.people)
    assert links_in(text) >= 0


@given(st.text(alphabet="abcdefgh ", min_size=1, max_size=60).filter(str.strip))
def test_plain_words_stay_as_they_are(text: str) -> None:
    words = text.strip()
    assert " ".join(plain_of(words).split()) == " ".join(words.split())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>"),
        ("# A\n\nb", '<p class="head"><strong>A</strong></p><p>b</p>'),
        ("```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a", '<ol start="3"><li>a</li></ol>'),
        ("> a\n\n---", "<blockquote><p>a</p></blockquote><hr>"),
        ("a\\\nb", "<p>a<br>b</p>"),
        ("~~a~~", "<p><s>a</s></p>"),
        ("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>"),
        ("$x^2$", "<p><math><msup><mi>x</mi><mn>2</mn></msup></math></p>"),
        ("costs $5 and $6", "<p>costs $5 and $6</p>"),
        ("`$a$` \\$b$", "<p><code>$a$</code> $b$</p>"),
        ("$\\nosuchthing{$", "<p><code>$\\nosuchthing{$</code></p>"),
        ("[a](/settings)", "<p>a</p>"),
        ("[a](//evil.example)", "<p>a</p>"),
        ("[a](ftp://evil.example)", "<p>a</p>"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>"),
        ("[a](mailto:a@b.example?cc=c)", "<p>a</p>"),
        ("<x@b.example>", '<p><a href="mailto:x@b.example" rel="nofollow noopener ugc">x@b.example</a></p>'),
        ("[![p](https://e.example/p.png)](https://e.example/)",
         '<p><a href="https://e.example/" rel="nofollow noopener ugc">p</a></p>'),
        ("![p](https://e.example/p.png)",
         '<p><a href="https://e.example/p.png" rel="nofollow noopener ugc">p</a></p>'),
        ("https://e.example/a.",
         '<p><a href="https://e.example/a" rel="nofollow noopener ugc">e.example/a</a>.</p>'),
        ("`@alice` mail@alice.example @bob", "<p><code>@alice</code> mail@alice.example @bob</p>"),
        ("arXiv:2510.10002v2", "<p>arXiv:2510.10002v2</p>"),
        ("[2510.10001](https://e.example/)",
         '<p><a href="https://e.example/" rel="nofollow noopener ugc">2510.10001</a></p>'),
    ],
)  # fmt: skip
def test_it_is_set_so(text: str, written: str) -> None:
    assert html_of(text, KNOWN) == written


@pytest.mark.parametrize(
    "text",
    ["2510.10001", "arXiv:2510.10001", "arxiv: 2510.10001v3", "https://arxiv.org/abs/2510.10001v2",
     "<https://arxiv.org/pdf/2510.10001>", "http://127.0.0.1:8000/papers/2510.10001"],
)  # fmt: skip
def test_names_of_papers_lead_to_them(text: str) -> None:
    with override_settings(BASE_URL="http://127.0.0.1:8000"):
        written = html_of(f"See {text}.", KNOWN)
    assert '<a class="paper" href="/papers/2510.10001"' in written


@pytest.mark.parametrize("text", ["$$\na\n=\nb\n$$", "$$a = b$$", "\\[a = b\\]"])
def test_formulas_may_stand_alone(text: str) -> None:
    assert '<math display="block"><mrow><mi>a</mi><mo>=</mo><mi>b</mi></mrow></math>' in html_of(text)


@pytest.mark.parametrize("text", ["> " * 60 + "end", "- " * 60 + "end", "x" * LONGEST + " end", ">" * LONGEST + "end"])
def test_what_is_too_long_or_too_deep_is_printed_as_it_is_and_whole(text: str) -> None:
    assert html_of(text).endswith("end</p>")
    assert plain_of(text).endswith("end")
    assert named_in(text) == talk_text.Named((), ())


def test_what_is_just_not_too_deep_is_read() -> None:
    assert "<blockquote>" in html_of("> " * (DEEPEST - 2) + "end")


def test_plain_words_have_breaks_dashes_and_goals() -> None:
    text = "Hi **you**,\n\n- one\n- two $x^2$\n\n> quoted\n\n[here](https://e.example/)\n\n```\ncode\n```\n\n$$y$$"
    assert plain_of(text) == "Hi you,\n\n- one\n\n- two x²\n\n> quoted\n\nhere (https://e.example/)\n\ncode\n\ny"


def test_links_are_counted() -> None:
    assert links_in("https://a.example/ [b](https://b.example) ![c](https://c.example) 2510.10001 @alice") == 3


@pytest.mark.django_db
def test_who_and_what_is_named_is_looked_up_once(django_assert_num_queries: object) -> None:
    person("alice"), person("Bob"), person("gone", is_active=False)
    shown, hidden = paper("Shown", arxiv="2510.10001"), paper("Hidden", arxiv="2510.10002")
    attention.hide(hidden.pk, is_hidden=True)
    texts = [
        f"@alice @bob @gone @nobody 2510.10001 2510.10002 {shown.key} {hidden.key} https://arxiv.org/abs/2510.10001"
    ]
    with django_assert_num_queries(2):  # type: ignore[operator]
        known = known_in(texts * 50)
    assert known.people == {"alice": "alice", "bob": "Bob"}
    assert known.papers == {"2510.10001": "2510.10001", shown.key: "2510.10001"}
    with django_assert_num_queries(0):  # type: ignore[operator]
        known_in(["nobody is named"])
        html_of("nobody is named")


@pytest.mark.django_db
def test_of_two_names_that_differ_in_capitals_the_one_that_is_written_is_meant() -> None:
    person("alice"), person("Alice")
    assert known_in(["@Alice"]).people == {"alice": "Alice"}
    assert known_in(["@alice"]).people == {"alice": "alice"}
