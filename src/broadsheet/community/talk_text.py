"""What people write, made fit for readers: comments, notes, profiles, collections and groups all go out through here.

``html_of`` is the only way from a person's CommonMark to a page or a feed, ``plain_of`` the one to mail and to lists.
Neither raises on any text. Whom and which papers a text names is looked up once for all texts of a page (``known_in``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import nh3
from django.db.models import F
from django.db.models.functions import Lower
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it.token import Token

from broadsheet.catalogue.models import Identifier, Paper, PaperAlias
from broadsheet.catalogue.text.html import shown_url
from broadsheet.catalogue.text.links import safe_url
from broadsheet.catalogue.text.math import ELEMENTS, to_mathml, to_text
from broadsheet.community.markdown import Reading, inline_tokens, paper_at, read
from broadsheet.community.models import Account

PROFILE = "web:person"
"""The page of a person, by its name among the addresses."""
_REL = "nofollow noopener ugc"
_MOST_FORMULAS = 200
_MAILTO = re.compile(r"mailto:[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.ASCII)
_BLOCKS = {
    "paragraph": "p",
    "blockquote": "blockquote",
    "bullet_list": "ul",
    "list_item": "li",
    "em": "em",
    "strong": "strong",
    "s": "s",
}
TAGS = frozenset({*_BLOCKS.values(), "ol", "br", "hr", "code", "pre", "a", *ELEMENTS})

# The last line of defence: what is written below holds nothing else already, and a test says so.
_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={
        "a": {"href"},
        "ol": {"start"},
        **{tag: set(names) for tag, names in ELEMENTS.items() if names},
    },
    allowed_classes={"a": {"person", "paper"}, "p": {"head"}},
    url_schemes={"http", "https", "mailto"},
    link_rel=_REL,
    strip_comments=True,
)


@dataclass(frozen=True, slots=True)
class Named:
    """Whom and what a text names, as it is written there; whether they exist is another question."""

    people: tuple[str, ...]
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Those of the people and papers named in some texts that are here.

    ``people`` has for each name in small letters the name as it is, ``papers`` for each name of a paper the one that
    people use for it.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    papers: Mapping[str, str] = field(default_factory=dict)


NOBODY = Known()


def named_in(text: str) -> Named:
    """The people (``@name``) and papers (arXiv ids and addresses, keys) that a text names, each once, in order."""
    reading = read(text)
    return Named(reading.people, reading.papers)


def known_in(texts: Iterable[str]) -> Known:
    """Those named in any of the texts that this instance knows: at most two queries, none where nobody is named."""
    readings = [read(text) for text in texts]
    people = {name.lower(): name for reading in readings for name in reading.people}
    return Known(_known_people(people), _known_papers({name for reading in readings for name in reading.papers}))


def html_of(text: str, known: Known | None = None) -> SafeString:
    """A person's text as HTML of whole blocks, safe to print as it is.

    CommonMark without HTML; formulas as MathML; links to http, https and mail only; pictures become links; ``@name``
    and names of papers become links where ``known`` has them (None: they are looked up). Only ``TAGS`` come out of it.
    """
    reading = read(text)
    if known is None:
        known = known_in([text]) if reading.people or reading.papers else NOBODY
    written = _Writer(known).write(reading.tokens) if reading.tokens is not None else _as_it_is(reading)
    return mark_safe(clean(written))  # noqa: S308  (this is where it is made safe)


def links_in(text: str) -> int:
    """How many links to elsewhere a text holds, as far as it was read."""
    return sum(token.type in ("link_open", "address", "image") for token in inline_tokens(read(text).tokens or ()))


def clean(written: str) -> str:
    """HTML with nothing but what ``html_of`` may hold; what went through once stays as it is."""
    return _CLEANER.clean(written).replace("&nbsp;", "\u00a0")


def plain_of(text: str) -> str:
    """A person's text as readable characters with line breaks, for mail and titles; whoever prints it escapes it."""
    reading = read(text)
    if reading.tokens is None:
        return reading.text
    return _plain(reading.tokens)


def _known_people(wanted: Mapping[str, str]) -> dict[str, str]:
    if not wanted:
        return {}
    # Two people whose names differ in capitals alone are told apart by the spelling, if by anything.
    accounts = Account.objects.annotate(small=Lower("username")).filter(small__in=wanted, is_active=True)
    names = accounts.order_by("-username").values_list("small", "username")
    found = dict(names)
    found.update({small: name for small, name in names if wanted[small] == name})
    return found


def _known_papers(wanted: set[str]) -> dict[str, str]:
    if not wanted:
        return {}
    shown = {"paper__is_hidden": False}
    rows = (
        Identifier.objects.order_by()
        .filter(scheme="arxiv", value__in=wanted, **shown)
        .values_list("value", "paper__key", "paper__arxiv_id")
        .union(
            Paper.objects.filter(key__in=wanted, is_hidden=False).values_list("key", F("key"), "arxiv_id"),
            PaperAlias.objects.filter(key__in=wanted, **shown).values_list("key", "paper__key", "paper__arxiv_id"),
        )
    )
    return {name: arxiv or key for name, key, arxiv in rows}


def _as_it_is(reading: Reading) -> str:
    return f"<p>{html.escape(reading.text, quote=False)}</p>".replace("\n", "<br>")


class _Writer:
    """Writes one text's tokens as HTML; everything that is not its own is escaped."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.formulas_left = _MOST_FORMULAS
        self.is_in_link = False
        code = self._code
        self.kinds: Mapping[str, Callable[[Token], str]] = {
            "inline": lambda token: self.write(token.children or ()),
            "text": lambda token: html.escape(token.content, quote=False),
            "softbreak": lambda token: "\n",
            "hardbreak": lambda token: "<br>",
            "hr": lambda token: "<hr>",
            "heading": lambda token: '<p class="head"><strong>' if token.nesting > 0 else "</strong></p>",
            "ordered_list": self._ordered,
            "fence": lambda token: f"<pre>{code(token)}</pre>",
            "code_block": lambda token: f"<pre>{code(token)}</pre>",
            "code_inline": code,
            "formula": self._formula,
            "link": self._link,
            "image": self._picture,
            "person": self._person,
            "paper": self._paper,
            "address": self._address,
        }

    def write(self, tokens: Sequence[Token]) -> str:
        return "".join(self._one(token) for token in tokens if not token.hidden)

    def _one(self, token: Token) -> str:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind in _BLOCKS:
            return _tag(_BLOCKS[kind], token.nesting)
        return self.kinds[kind](token)

    def _ordered(self, token: Token) -> str:
        start = token.attrGet("start") if token.nesting > 0 else None
        return _tag("ol", token.nesting, f' start="{int(start)}"' if start is not None else "")

    def _code(self, token: Token) -> str:
        return f"<code>{html.escape(token.content, quote=False)}</code>"

    def _formula(self, token: Token) -> str:
        self.formulas_left -= 1
        mathml = to_mathml(token.info, is_block=token.meta["is_block"]) if self.formulas_left >= 0 else ""
        written = mathml or self._code(token)
        return f"<p>{written}</p>" if token.block else written

    def _link(self, token: Token) -> str:
        """The beginning or end of a link; one to a place that may not be linked is none, and its words stay."""
        if token.nesting < 0:
            was_in_link, self.is_in_link = self.is_in_link, False
            return "</a>" if was_in_link else ""
        url = str(token.attrGet("href") or "")
        name = self.known.papers.get(paper_at(url)) if token.markup == "autolink" else None
        allowed = safe_url(url) or (url if _MAILTO.fullmatch(url) else "")
        self.is_in_link = bool(name or allowed)
        return _paper_link(name) if name else _outward(allowed) if allowed else ""

    def _picture(self, token: Token) -> str:
        """Pictures from elsewhere would tell their host who reads; their address is linked instead."""
        url = safe_url(str(token.attrGet("src") or ""))
        words = html.escape(_words(token.children or ()) or (shown_url(url) if url else ""), quote=False)
        return words if self.is_in_link or not url else f"{_outward(url)}{words}</a>"

    def _person(self, token: Token) -> str:
        name, shown = self.known.people.get(token.info.lower(), ""), html.escape(token.content, quote=False)
        try:
            return (
                f'<a class="person" href="{html.escape(reverse(PROFILE, args=[name]))}">{shown}</a>' if name else shown
            )
        except NoReverseMatch:
            return shown

    def _paper(self, token: Token) -> str:
        name = self.known.papers.get(token.info)
        if not name:
            return self._address(token)
        return f"{_paper_link(name)}{html.escape(token.content, quote=False)}</a>"

    def _address(self, token: Token) -> str:
        """The address that a piece of text is; plain text where it must not become a link."""
        url = safe_url(token.info if token.type == "address" else token.content)
        if not url:
            return html.escape(token.content, quote=False)
        return f"{_outward(url)}{html.escape(shown_url(url), quote=False)}</a>"


def _outward(url: str) -> str:
    return f'<a href="{html.escape(url)}">'


def _paper_link(name: str) -> str:
    return f'<a class="paper" href="{html.escape(reverse("web:paper", args=[name]))}">'


def _tag(name: str, nesting: int, attributes: str = "") -> str:
    return f"</{name}>" if nesting < 0 else f"<{name}{attributes}>"


def _words(tokens: Sequence[Token]) -> str:
    """The words of a line without its markup; where a link leads stands behind its words."""
    out: list[str] = []
    goal = ""
    for token in tokens:
        if token.type == "formula":
            out.append(to_text(token.info))
        elif token.type == "image":
            out.append(_words(token.children or ()))
        elif token.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif token.type == "link_open":
            goal = "" if token.markup == "autolink" else safe_url(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            out.append(f" ({goal})" if goal else "")
        else:
            out.append(token.content)
    return "".join(out)


def _plain(tokens: Sequence[Token]) -> str:
    """Blocks as paragraphs with an empty line between them; items begin with a dash, quotes with an angle."""
    parts: list[str] = []
    depth, is_item = 0, False
    for token in tokens:
        if token.type in ("blockquote_open", "blockquote_close"):
            depth += token.nesting
        is_item = is_item or token.type == "list_item_open"
        said = ""
        if token.type == "inline":
            said = _words(token.children or ())
        elif token.type in ("fence", "code_block"):
            said = token.content.rstrip("\n")
        elif token.type == "formula":
            said = to_text(token.info)
        if said:
            said = f"- {said}" if is_item else said
            parts.append("\n".join("> " * depth + line for line in said.split("\n")))
            is_item = False
    return "\n\n".join(parts)
