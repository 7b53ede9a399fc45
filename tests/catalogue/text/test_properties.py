"""What holds for every text: generated ones, hostile ones, and very long ones."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from broadsheet.catalogue.text import (
    find_links,
    fold,
    index_text,
    normalise_title,
    safe_url,
    split_lead,
    to_html,
    to_plain,
)
from tests.hostile import HOSTILE

from .checks import assert_safe

_SIGNS = (
    r"\textbf{ \em {\em \" \' \L \href{ \url{ \frac{ \alpha \foo } { { } $ $$ \( \) \[ \] ^ _ ^{ _{ ~ -- --- `` '' ` ' "
    r"< > & &lt; <b> </math> <script> https:// www. github.com/a/b .git ), 200times mathcal{ sim3 phi_ langle rangle"
)
_ODD = [" ", "\n", "\n\n", "\u202e", "\u00a0", "\x00", "é", "ﬁ", "μ", "İ", "ß", "\u0345", "\u212a"]
PIECES = st.sampled_from([*_SIGNS.split(), *_ODD])
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=14).map("".join)
# What the repair of half-stripped TeX takes for a sign when it stands alone; no word of any language among them.
REPAIRED = re.compile(
    r"\dtimes|\dpm\d|sim ?\d|approx\d|[lr]angle|[lg]eq|neq|infty|arrow|propto|c?dots?|ldots|varepsilon|nabla"
)
quick = settings(max_examples=100, deadline=None)
ORDINARY = st.text(
    alphabet=st.characters(categories=["L", "N"], include_characters=" .,;:!?()-+%&<>/\"'", max_codepoint=0x2FF),
    max_size=80,
)


@quick
@given(TEXTS)
def test_html_stays_inside_the_allow_list(text: str) -> None:
    assert_safe(to_html(text))


@quick
@given(TEXTS)
def test_html_without_links_has_none(text: str) -> None:
    assert "<a " not in to_html(text, autolink=False)


@quick
@given(ORDINARY)
@example("a times b, 3 times 5, in sim and pm, alpha, approx. 7 or less (to be sure)")
def test_letters_and_digits_of_ordinary_text_survive(text: str) -> None:
    assume(not REPAIRED.search(text))
    wanted = [character for character in text if character.isalnum()]
    assert [character for character in to_plain(text) if character.isalnum()] == wanted


@quick
@given(ORDINARY)
def test_plain_reading_of_ordinary_text_is_stable(text: str) -> None:
    once = to_plain(text)
    assert to_plain(once) == once


@quick
@given(TEXTS)
@example("\u0345")
@example("200times `a' ``b'' a\\_1")
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert normalise_title(normalise_title(text)) == normalise_title(text)


@quick
@given(TEXTS)
def test_plain_text_has_no_unseen_characters(text: str) -> None:
    plain = to_plain(text)
    assert plain == " ".join(plain.split())
    assert not set(plain) & set("\x00\u202e\u2066\u200b\n\t")


@quick
@given(TEXTS)
def test_index_text_begins_with_the_folded_text(text: str) -> None:
    assert index_text(text).startswith(fold(text))


@quick
@given(TEXTS, st.integers(1, 60))
def test_a_split_text_joins_again(text: str, length: int) -> None:
    whole = text + " and more words" * 8
    lead, rest = split_lead(whole, length)
    joined = f"{lead} {rest}" if rest else lead
    assert joined == whole or (rest and joined == whole[: len(lead)] + " " + whole[len(lead) + 1 :])


@quick
@given(TEXTS)
def test_found_links_are_safe(text: str) -> None:
    for link in find_links(text):
        assert link.url.startswith(("http://", "https://"))
        assert safe_url(link.url) == link.url


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts(text: str) -> None:
    inspector = assert_safe(to_html(text))
    assert all(safe_url(link) for link in inspector.links)
    assert all(safe_url(link.url) for link in find_links(text))
    assert fold(fold(text)) == fold(text)
    assert "\x00" not in to_plain(text)
    assert index_text(text).startswith(fold(text))
    split_lead(text, 300)


def test_there_are_enough_hostile_texts() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) >= 150


REPEATED = [
    "https://)", "https://a.b/(", "https://a.b{", "`a'", "``a''", "$a$", "$", "\\(", "\\begin{align}", "{", "}",
    "{\\em ", "\\textbf{", "x_", "x^{", "--", "a~", "1times ", "sim 1", "langle ", "red{", "\\'", '\\"{', "\\v ",
    "\\href{", "www.", "https: // github. com/", "\n \n", "<", "&", "\u0301", "\\", "phi_", "A. ", "\\frac{a}{b}",
    "https://a.b\\_",
]  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_twenty_thousand_hostile_characters_take_less_than_a_second(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    calls: list[Callable[[], object]] = [
        lambda: to_html(text),
        lambda: index_text(text),
        lambda: find_links(text),
        lambda: split_lead(text, 19_000),
    ]
    for call in calls:
        started = time.process_time()
        call()
        assert time.process_time() - started < 1


@given(text=st.text(alphabet="abXYZ019 ,;:?!()-'.\n/_`é", max_size=30))
@example(text="It's one-way: a 3.5-fold gain vs. none (2nd ed.)?")
@settings(max_examples=300, deadline=None)
def test_ordinary_texts_fold_as_if_they_were_read(text: str) -> None:
    # A formula in front makes the reader read it all.
    assert fold(f"$x$ ; {text}")[len("x ;") :].lstrip() == fold(text)
