"""What the value of a field means: one leaf of the tree each, or ``ValueError``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from broadsheet.catalogue.text import fold, to_plain
from broadsheet.search import conditions as c
from broadsheet.search.language import periods
from broadsheet.search.language.tokens import has_letters
from broadsheet.search.language.tree import FactKind, Leaf, LeafKind

Resolve = Callable[[str], int | None]
"""From a text that names a paper (an identifier, an address, a key) to its row id, None where there is none."""

MOST_VALUES = 50
_CATEGORY = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.([A-Za-z0-9-]+|\*))?", re.ASCII)
_LANGUAGE = re.compile(r"([a-z]{2})([-_][a-z0-9]+)*", re.ASCII)
_EDGES = " .,;:!?'\"/|<>-…、。，！？"
_TEXT_FIELDS: dict[LeafKind, c.TextField] = {"title": "title", "abstract": "abstract", "author": "authors"}
_FLAGS: dict[str, c.FlagName] = {"code": "code", "comments": "comments", "comment": "comments"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the meaning of a value depends on besides the value: the day, and which papers there are."""

    today: date
    resolve: Resolve


class UnknownPapersError(ValueError):
    """Identifiers that no paper here has; ``leaf`` asks for those of them that are known, which may be none."""

    def __init__(self, leaf: Leaf, unknown: list[str]) -> None:
        super().__init__(", ".join(unknown))
        self.leaf = leaf
        self.unknown = unknown


def is_indexed(folded: str) -> bool:
    """Whether a text has any word besides stop words, so that a paper can be asked to have it."""
    # The word index is built on this package's clauses: it is there only when a question is read.
    from broadsheet.search.words.analysis import analyse

    return bool(analyse(folded))


def units(text: str) -> tuple[str, ...]:
    """The words of a text, folded, without the punctuation around them; a hyphenated word is one."""
    return tuple(unit for part in fold(text).split() if has_letters(unit := _without_edges(part)))


def _without_edges(part: str) -> str:
    part = part.strip(_EDGES)
    # Brackets that belong together inside a word stay: "o(n)", but "(mipo)".
    return part.strip(_EDGES + "()[]") if part[:1] in "([" or part.count("(") < part.count(")") else part


def word(raw: str, said: str | None = None) -> Leaf:
    """A plain word, or a part of the question that is read as plain words: ``said``, where only some of it is words."""
    said = raw if said is None else said
    text = " ".join(units(said))
    condition = c.HasWords(text) if text and is_indexed(text) else None
    return Leaf("word", raw, (to_plain(said),) if text else (), condition, text, said)


def phrase(raw: str, *, is_soft: bool = False) -> Leaf:
    """A quoted phrase; raises ``ValueError`` where the index holds none of its words."""
    return replace(_text("phrase", "any", raw, is_quoted=True), is_soft=is_soft)


def field(kind: str, value: str, *, is_quoted: bool, around: Surroundings) -> Leaf:
    """The leaf of ``kind:value``; raises ``ValueError`` for a value that the field does not take."""
    if kind == "author":
        surname, comma, given = value.partition(",")
        value = f"{given.strip()} {surname.strip()}" if comma and given.strip() else value
    if kind in ("title", "abstract", "author"):
        text_kind: LeafKind = kind  # type: ignore[assignment]  # narrowed by the line above
        return _text(text_kind, _TEXT_FIELDS[text_kind], value, is_quoted=is_quoted)
    if kind == "organisation":
        return _organisation(value, is_quoted=is_quoted)
    plain = unicodedata.normalize("NFKC", value).strip(" ,;")
    if kind == "id":
        return _papers(plain, around.resolve)
    return _FACTS[kind](plain, around)


def _text(kind: LeafKind, name: c.TextField, raw: str, *, is_quoted: bool) -> Leaf:
    text = " ".join(units(raw))
    if not text or (kind != "author" and not is_indexed(text)):
        raise ValueError(raw)
    condition = c.HasPhrase(text, name) if is_quoted else c.HasWords(text, name)
    value = f'"{raw}"' if is_quoted else raw
    about = "" if kind == "author" else raw
    written = value if kind == "phrase" else f"{kind}:{value}"
    return Leaf(kind, written, (to_plain(raw),), condition, text, about, is_quoted)


def _organisation(value: str, *, is_quoted: bool) -> Leaf:
    text = " ".join(units(value))
    if not text:
        raise ValueError(value)
    slug = "-".join(value.split())
    by_slug = tuple(c.OfOrganisation(form) for form in dict.fromkeys((slug, slug.lower())))
    by_name = c.HasPhrase(text, "organisations") if is_quoted else c.HasWords(text, "organisations")
    written = f'org:"{value}"' if is_quoted else f"org:{value}"
    return Leaf("organisation", written, (to_plain(value),), c.Any((*by_slug, by_name)), text)


def _fact(kind: FactKind, name: str, values: tuple[str, ...], found: list[c.Condition]) -> Leaf:
    condition = found[0] if len(found) == 1 else c.Any(tuple(found))
    return Leaf(kind, f"{name}:{','.join(values)}", values, condition)


def _several(value: str) -> list[str]:
    parts = list(dict.fromkeys(part for part in (part.strip() for part in value.split(",")) if part))
    if not parts or len(parts) > MOST_VALUES:
        raise ValueError(value)
    return parts


def _categories(value: str, around: Surroundings) -> Leaf:
    codes = []
    for code in _several(value):
        if not _CATEGORY.fullmatch(code):
            raise ValueError(value)
        # An archive's name alone is all of it; arXiv's archives without subjects (hep-th) are in there too.
        codes.append(code if "." in code else f"{code}.*")
    codes = list(dict.fromkeys(codes))
    return _fact("category", "cat", tuple(codes), [c.InCategory(code) for code in codes])


def _languages(value: str, around: Surroundings) -> Leaf:
    matches = [_LANGUAGE.fullmatch(part.lower()) for part in _several(value)]
    codes = list(dict.fromkeys(match[1] for match in matches if match))
    if not all(matches):
        raise ValueError(value)
    return _fact("language", "lang", tuple(codes), [c.InLanguage(code) for code in codes])


def _papers(value: str, resolve: Resolve) -> Leaf:
    # A DOI may hold commas: the whole first.
    whole = resolve(value)
    names = [value] if whole is not None else _several(value)
    found = {name: whole if whole is not None else resolve(name) for name in names}
    numbers = frozenset(number for number in found.values() if number is not None)
    leaf = _fact("id", "id", tuple(names), [c.OneOf(numbers)])
    unknown = [name for name, number in found.items() if number is None]
    if unknown:
        raise UnknownPapersError(leaf, unknown)
    return leaf


def _years(value: str, around: Surroundings) -> Leaf:
    span = periods.years(value)
    return _fact("year", "year", (periods.written(span),), [c.YearWithin(*span)])


def _days(value: str, around: Surroundings) -> Leaf:
    span = periods.days(value, around.today)
    return _fact("date", "date", (periods.written(span),), [c.ListedWithin(*span)])


def _flags(value: str, around: Surroundings) -> Leaf:
    name = _FLAGS.get(value.lower())
    if name is None:
        raise ValueError(value)
    return _fact("has", "has", (name,), [c.HasFlag(name)])


def _votes(value: str, around: Surroundings) -> Leaf:
    span = periods.counts(value)
    return _fact("votes", "votes", (periods.written(span),), [c.FigureWithin("votes", *span)])


def _comments(value: str, around: Surroundings) -> Leaf:
    span = periods.counts(value)
    return _fact("comments", "comments", (periods.written(span),), [c.FigureWithin("comments", *span)])


_FACTS: dict[str, Callable[[str, Surroundings], Leaf]] = {
    "category": _categories,
    "language": _languages,
    "year": _years,
    "date": _days,
    "has": _flags,
    "votes": _votes,
    "comments": _comments,
}
