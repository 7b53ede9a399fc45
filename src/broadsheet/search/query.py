"""``PaperQuery``: what can be asked of the catalogue, written in a URL's query string and parsed here and nowhere else.

Parameters: ``q`` a question in the language of ``search.language`` · ``mode`` hybrid, words or meaning · ``cat``
category codes (repeated or separated by commas; ``cs.*`` is a whole archive) · ``year`` of publication (``2024``,
``2020..2024``) · ``org`` the slug of an organisation · ``author`` the slug of a printed name, or an ORCID · ``date``,
``week`` (``2025-W44``), ``month`` (``2025-10``), ``last`` (day, week, month) or ``from``/``to``: days on which a paper
was listed · ``code`` 1 for
papers with a code link · ``saved`` the slug of a saved page · ``inside`` what the reader saved, voted for, read, noted
or follows · ``collection`` the key of one · ``like`` names of papers, or titles, to find similar ones to (repeated) ·
``prefer`` recent or popular · ``sort`` · ``upto`` the newest paper that the list's first page knew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, timedelta
from typing import Literal, cast
from urllib.parse import urlencode

from django.http import QueryDict

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.authors import is_orcid, slug_of

Mode = Literal["hybrid", "words", "meaning"]
Sort = Literal["relevance", "votes", "comments", "newest", "saved", "trending", "rising"]
Preference = Literal["recent", "popular"]
Last = Literal["day", "week", "month"]
Inside = Literal["saved", "voted", "read", "noted", "followed"]

MODES: tuple[Mode, ...] = ("hybrid", "words", "meaning")
SORTS: tuple[Sort, ...] = ("relevance", "votes", "comments", "newest", "saved", "trending", "rising")
PREFERENCES: tuple[Preference, ...] = ("recent", "popular")
LASTS: dict[Last, int] = {"day": 1, "week": 7, "month": 30}
"""How many days each is, the last one with papers included."""
INSIDES: tuple[Inside, ...] = ("saved", "voted", "read", "noted", "followed")
LONGEST_WORDS = 1_000
MOST_ALIKE = 50
LONGEST_LIKENESS = 300
LONGEST_NAME = 500
MOST_CATEGORIES = 50
CATEGORY = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.([A-Za-z0-9-]+|\*))?")
SLUG = re.compile(r"[-\w]{1,120}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
YEARS = re.compile(r"([1-9]\d{3})?(\.\.)?([1-9]\d{3})?", re.ASCII)
NUMBER = re.compile(r"\d{1,18}", re.ASCII)
COLLECTION = re.compile(r"[0-9a-z]{1,16}", re.ASCII)


class QueryError(ValueError):
    """A parameter of a query cannot be understood; ``parameter`` names it and the text says what is expected."""

    def __init__(self, parameter: str, value: str, expected: str) -> None:
        super().__init__(f"{parameter}={value!r}: expected {expected}")
        self.parameter = parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperQuery:
    """A question to the catalogue. Equal questions have equal canonical query strings.

    ``inside`` and ``collection`` depend on who asks: ``search.inside.resolved`` puts the row ids of the papers that
    they stand for into ``within``, in their own order. Until then such a question is not answered. ``last`` is the time
    up to the last day that has papers, and moves on with it.
    """

    words: str = ""
    mode: Mode = "hybrid"
    categories: tuple[str, ...] = ()
    day_from: date | None = None
    day_to: date | None = None
    last: Last | None = None
    years: tuple[int | None, int | None] | None = None
    organisation: str = ""
    author: str = ""
    has_code: bool = False
    saved: str = ""
    inside: Inside | None = None
    collection: str = ""
    within: tuple[int, ...] | None = field(default=None, repr=False)
    like: tuple[str, ...] = ()
    prefer: Preference | None = None
    sort: Sort | None = None
    upto: int | None = None

    @property
    def order(self) -> Sort:
        """The order that applies: the one asked for, else the natural one of this question."""
        if self.sort is not None:
            return self.sort
        if self.words or self.like:
            return "relevance"
        if self.saved or self.inside or self.collection:
            return "saved"
        return "votes" if self.day_from is not None else "newest"

    @property
    def own_day(self) -> date | None:
        """The day whose list this is, in the order of its own; None for any other question."""
        is_day = self.day_from is not None and self.day_from == self.day_to
        return self.day_from if is_day and self.sort is None and self.order == "votes" else None

    @property
    def has_filters(self) -> bool:
        """Whether anything besides words narrows the answer."""
        narrowing = (self.categories, self.years, self.organisation, self.author, self.day_from, self.day_to)
        return any((*narrowing, self.last, self.has_code, self.saved, self.inside, self.collection, self.like))

    def params(self) -> list[tuple[str, str]]:
        """The canonical parameters, in a fixed order, without defaults, and without ``upto``, which is a page's."""
        pairs: list[tuple[str, str]] = []
        if self.words:
            pairs.append(("q", self.words))
            if self.mode != "hybrid":
                pairs.append(("mode", self.mode))
        pairs += [("cat", code) for code in self.categories]
        if self.years:
            pairs.append(("year", written_years(self.years)))
        if self.organisation:
            pairs.append(("org", self.organisation))
        if self.author:
            pairs.append(("author", self.author))
        pairs += self._period_params()
        if self.has_code:
            pairs.append(("code", "1"))
        if self.saved:
            pairs.append(("saved", self.saved))
        pairs += [("inside", self.inside)] if self.inside else []
        pairs += [("collection", self.collection)] if self.collection else []
        pairs += [("like", name) for name in self.like]
        pairs += [("prefer", self.prefer)] if self.prefer else []
        pairs += [("sort", self.sort)] if self.sort is not None else []
        return pairs

    def _period_params(self) -> list[tuple[str, str]]:
        if self.last is not None:
            return [("last", self.last)]
        if self.day_from is not None and self.day_from == self.day_to:
            return [("date", self.day_from.isoformat())]
        return [(name, day.isoformat()) for name, day in (("from", self.day_from), ("to", self.day_to)) if day]

    def urlencode(self) -> str:
        """The canonical query string, without a question mark."""
        return urlencode(self.params())


def parse(given: QueryDict | Mapping[str, str]) -> PaperQuery:
    """Read a query from URL parameters; unknown parameters are ignored.

    Raises ``QueryError`` for a known parameter whose value cannot be used.
    """
    words = " ".join(storable_text(given.get("q", "")).split())
    if len(words) > LONGEST_WORDS:
        raise QueryError("q", words[:40] + "…", f"at most {LONGEST_WORDS:,} characters")
    day_from, day_to = _period(given)
    saved = given.get("saved", "")
    if saved and not SLUG.fullmatch(saved):
        raise QueryError("saved", saved, "the short name of a saved page")
    collection = given.get("collection", "")
    if collection and not COLLECTION.fullmatch(collection):
        raise QueryError("collection", collection, "the key of a collection")
    return PaperQuery(
        words=words,
        mode=cast("Mode", _choice(given, "mode", MODES, "hybrid")),
        categories=_categories(given),
        years=_years(given.get("year", "")),
        organisation=_organisation(given.get("org", "")),
        author=_author(given.get("author", "")),
        day_from=day_from,
        day_to=day_to,
        last=None if day_from or day_to else _last(given),
        has_code=_yes(given, "code"),
        saved=saved,
        inside=cast("Inside | None", _choice(given, "inside", INSIDES, "") or None),
        collection=collection,
        like=_alike(given),
        prefer=cast("Preference | None", _choice(given, "prefer", PREFERENCES, "") or None),
        sort=cast("Sort | None", _choice(given, "sort", SORTS, "") or None),
        upto=_upto(given.get("upto", "")),
    )


def day_query(on: date) -> PaperQuery:
    """The query of one day's page."""
    return PaperQuery(day_from=on, day_to=on)


def week_span(text: str, parameter: str = "week") -> tuple[date, date]:
    """Monday and Sunday of an ISO week such as ``2025-W44`` (ISO 8601).

    Raises ``QueryError`` for anything else.
    """
    match = WEEK.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        if int(match[1]) == MAXYEAR:
            # Its calendar would need days that do not exist.
            raise ValueError
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday, monday + timedelta(days=6)
    except (ValueError, OverflowError):
        raise QueryError(parameter, text, "a week such as 2025-W44") from None


def week_of(day: date) -> str:
    """The ISO 8601 week of a day as addresses write it, such as ``2025-W44``."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def month_of(day: date) -> str:
    """The month of a day as addresses write it, such as ``2025-10``."""
    return f"{day.year:04d}-{day.month:02d}"


def month_span(text: str, parameter: str = "month") -> tuple[date, date]:
    """First and last day of a month such as ``2025-10``.

    Raises ``QueryError`` for anything else.
    """
    match = MONTH.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        first = date(int(match[1]), int(match[2]), 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError):
        raise QueryError(parameter, text, "a month such as 2025-10") from None


def parse_day(text: str, parameter: str = "date") -> date:
    """A day such as ``2025-10-29``.

    Raises ``QueryError`` for anything else.
    """
    try:
        if DAY.fullmatch(text) is None:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise QueryError(parameter, text, "a day such as 2025-10-29") from None


def _period(given: QueryDict | Mapping[str, str]) -> tuple[date | None, date | None]:
    if text := given.get("date", ""):
        day = parse_day(text)
        return day, day
    if text := given.get("week", ""):
        return week_span(text)
    if text := given.get("month", ""):
        return month_span(text)
    first, last = (parse_day(text, name) if (text := given.get(name, "")) else None for name in ("from", "to"))
    if first and last and first > last:
        raise QueryError("to", last.isoformat(), f"a day not before {first.isoformat()}")
    return first, last


def _last(given: QueryDict | Mapping[str, str]) -> Last | None:
    return cast("Last | None", _choice(given, "last", tuple(LASTS), "") or None)


def _choice(given: QueryDict | Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = given.get(name, "") or default
    if value != default and value not in choices:
        raise QueryError(name, value, "one of " + ", ".join(choices))
    return value


def _yes(given: QueryDict | Mapping[str, str], name: str) -> bool:
    value = given.get(name, "")
    if value not in ("", "0", "1"):
        raise QueryError(name, value, "1 or 0")
    return value == "1"


def written_years(years: tuple[int | None, int | None]) -> str:
    """A span of years as addresses write it: ``2024``, ``2020..2024``, ``2020..``, ``..2024``."""
    first, last = years
    return f"{first}" if first == last else f"{first or ''}..{last or ''}"


def _years(text: str) -> tuple[int | None, int | None] | None:
    if not text:
        return None
    match = YEARS.fullmatch(text)
    if match is None or not (match[1] or match[3]) or (match[1] and match[3] and not match[2]):
        raise QueryError("year", text, "a year such as 2024, or years such as 2020..2024")
    first, last = (int(year) if year else None for year in (match[1], match[3]))
    if match[2] is None:
        return first or last, first or last
    if first and last and first > last:
        raise QueryError("year", text, "the earlier year first")
    return first, last


def _organisation(text: str) -> str:
    if len(storable_text(text)) > 200:
        raise QueryError("org", text[:40] + "…", "the short name of an organisation")
    return storable_text(text).strip()


def _author(text: str) -> str:
    """The ORCID, or the slug of the name; whoever writes a name as it is printed is understood as well."""
    text = storable_text(text).strip()
    if len(text) > LONGEST_NAME:
        raise QueryError("author", text[:40] + "…", "the name of an author as it is printed, or an ORCID")
    if is_orcid(text.upper()):
        return text.upper()
    return slug_of(text) if text else ""


def _upto(text: str) -> int | None:
    if text and not NUMBER.fullmatch(text):
        raise QueryError("upto", text, "the number that the first page gave")
    return int(text) if text else None


def _alike(given: QueryDict | Mapping[str, str]) -> tuple[str, ...]:
    values = given.getlist("like") if isinstance(given, QueryDict) else [given.get("like", "")]
    texts = (" ".join(storable_text(value).split())[:LONGEST_LIKENESS] for value in values)
    names = tuple(dict.fromkeys(text for text in texts if text))
    if len(names) > MOST_ALIKE:
        raise QueryError("like", f"{len(names)} papers", f"at most {MOST_ALIKE} papers")
    return names


def _categories(given: QueryDict | Mapping[str, str]) -> tuple[str, ...]:
    values = given.getlist("cat") if isinstance(given, QueryDict) else [given.get("cat", "")]
    codes = tuple(dict.fromkeys(code.strip() for value in values for code in value.split(",") if code.strip()))
    for code in codes:
        if not CATEGORY.fullmatch(code):
            raise QueryError("cat", code, "a category code such as cs.CL, or an archive such as cs.*")
    if len(codes) > MOST_CATEGORIES:
        raise QueryError("cat", f"{len(codes)} codes", f"at most {MOST_CATEGORIES} codes")
    return codes
