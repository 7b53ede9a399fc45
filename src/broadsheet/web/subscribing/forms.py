"""The form of a digest: what it brings, when, and how much of each paper. Works without a script.

What it brings is a list of lines to tick, each with a count, a heading and a place; two more fields take categories and
any question of a search page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict
from django.utils.dates import WEEKDAYS as NAMES
from django.utils.translation import gettext as _

from broadsheet.catalogue.admission import storable_text
from broadsheet.community.access import Person, RefusedError, is_member
from broadsheet.community.models import Subscription
from broadsheet.delivery.naming import title_of
from broadsheet.delivery.rhythm_words import clock
from broadsheet.delivery.subscribing import EVERY_DAY, LONGEST_NAME, LONGEST_TITLE, WEEKDAYS, Wish
from broadsheet.delivery.values import DEFAULT_COUNT, MOST_IN_A_SECTION, MOST_SECTIONS, Section, SectionKind
from broadsheet.search.inside import resolved
from broadsheet.search.query import QueryError, parse
from broadsheet.web.subscribing.choices import categories_query, choices_for

MOST_LINES = 60
WEEKLY_SHOWN = 0
"""The day that "once a week" shows before one was chosen: Monday."""


@dataclass(slots=True, kw_only=True)
class Line:
    """Something that can be ticked, as the form shows it."""

    section: Section
    label: str
    about: str = ""
    is_on: bool = False
    place: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.section.kind, self.section.query


@dataclass(slots=True, kw_only=True)
class DigestForm:
    """The form as it is shown: what was typed where something was, else what is wished now."""

    person: Person
    wish: Wish
    lines: list[Line] = field(default_factory=list)
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def rhythm(self) -> str:
        """The way of choosing days that is ticked."""
        if "rhythm" in self.typed:
            return self.typed["rhythm"]
        if self.wish.rhythm == Subscription.Rhythm.AT_ONCE:
            return "at once"
        known = {EVERY_DAY: "daily", WEEKDAYS: "weekdays"}
        return known.get(self.wish.days) or ("weekly" if self.wish.days.bit_count() == 1 else "chosen")

    @property
    def weekday(self) -> int:
        """The day (0 Monday) that "once a week" shows."""
        is_one = self.wish.days.bit_count() == 1
        return self.wish.days.bit_length() - 1 if is_one else WEEKLY_SHOWN

    @property
    def weekdays(self) -> list[tuple[int, str, bool]]:
        """Each day of the week: its number, its name, and whether it is ticked."""
        return [(number, str(NAMES[number]), bool(self.wish.days >> number & 1)) for number in range(7)]

    @property
    def time(self) -> str:
        """The time of day, as a field of a time takes it."""
        return self.typed.get("time") or clock(self.wish.minute)

    @property
    def zone(self) -> str:
        """The time zone."""
        return self.typed.get("zone") or self.wish.zone

    @property
    def name(self) -> str:
        """What it is called."""
        return self.typed.get("name", self.wish.name)

    @property
    def muted(self) -> str:
        """The codes of categories that are left out."""
        return self.typed.get("muted", " ".join(self.wish.muted))

    @property
    def may_be_at_once(self) -> bool:
        """Whether it may be sent as soon as there is something, which nobody without an account may ask for."""
        return is_member(self.person)


def form_of(person: Person, wish: Wish) -> DigestForm:
    """The form that shows a wish."""
    return DigestForm(person=person, wish=wish, lines=_lines(person, wish.sections))


def form_given(person: Person, wish: Wish, given: QueryDict) -> DigestForm:
    """The form as it was sent, to be shown again; ``wish`` is what it stood for before."""
    typed = {name: given.get(name, "") for name in ("name", "rhythm", "time", "zone", "muted", "categories", "search")}
    form = DigestForm(person=person, wish=wish, typed=typed)
    try:
        form.wish = replace(
            wish,
            name=typed["name"],
            abstracts=given.get("abstracts", ""),
            muted=_codes(typed["muted"]),
            **_times(given),
        )
        form.lines = _lines_given(person, given)
        form.wish = replace(form.wish, sections=tuple(_sections(form.lines, typed)))
    except RefusedError as error:
        form.problem = str(error)
        form.lines = form.lines or _lines(person, wish.sections)
    return form


def _lines(person: Person, sections: tuple[Section, ...]) -> list[Line]:
    """What is in it, in order, then everything else that may be ticked."""
    known = {choice.key: choice for choice in choices_for(person)}
    lines = []
    for place, section in enumerate(sections, start=1):
        choice = known.get((section.kind, section.query))
        label, about = (choice.heading, choice.about) if choice else (called(section, person), "")
        lines.append(Line(section=section, label=label, about=about, is_on=True, place=str(place)))
    chosen = {line.key for line in lines}
    return lines + [
        Line(section=replace(choice.section(DEFAULT_COUNT), title=""), label=choice.heading, about=choice.about)
        for choice in known.values()
        if choice.key not in chosen
    ]


def called(section: Section, person: Person) -> str:
    """What a part of a digest is called, by its question."""
    try:
        return title_of(resolved(parse(QueryDict(section.query)), person))
    except QueryError:
        # Such as the reading list of a group that the person left: it brings nothing until it is taken out.
        return _("A list that is not yours any more")


def _lines_given(person: Person, given: QueryDict) -> list[Line]:
    known = {choice.key: choice for choice in choices_for(person)}
    lines: list[Line] = []
    problem = ""
    for number in given.getlist("line")[:MOST_LINES]:
        kind = _kind(given.get(f"kind-{number}"))
        section = Section(kind=kind, query=given.get(f"query-{number}", ""), title=given.get(f"title-{number}", ""))
        choice = known.get((section.kind, section.query))
        label, about = (choice.heading, choice.about) if choice else (called(section, person), "")
        is_on, place = f"on-{number}" in given, given.get(f"place-{number}", "")
        count = given.get(f"count-{number}", "").strip()
        if count.isascii() and count.isdigit() and 1 <= int(count[:6]) <= MOST_IN_A_SECTION:
            section = replace(section, count=int(count))
        elif is_on:
            told = {"label": label, "n": MOST_IN_A_SECTION}
            problem = problem or _("%(label)s: choose from 1 to %(n)d papers.") % told
        lines.append(Line(section=section, label=label, about=about, is_on=is_on, place=place))
    if problem:
        raise RefusedError(problem)
    return lines


def _sections(lines: list[Line], typed: Mapping[str, str]) -> list[Section]:
    """What is ticked, in the order of the places; then what the two fields add."""
    ticked = [(_place(line.place), number, line) for number, line in enumerate(lines) if line.is_on]
    sections = [
        line.section if line.section.title.strip() else replace(line.section, title=_own_heading(line))
        for _at, _number, line in sorted(ticked, key=lambda one: one[:2])
    ]
    codes = _codes(typed["categories"])
    if codes:
        sections.append(Section(query=categories_query(codes), title=", ".join(codes)[:LONGEST_TITLE]))
    asked = _asked(typed["search"])
    if asked:
        sections.append(Section(query=asked))
    return sections


def _own_heading(line: Line) -> str:
    """A ready-made part has a heading that was made with it; any other is called by its question when it is sent."""
    return line.label[:LONGEST_TITLE] if line.about else ""


def _kind(text: str | None) -> SectionKind:
    return "for you" if text == "for you" else "query"


def _place(text: str) -> int:
    """A place that nobody chose comes after those that were."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else MOST_LINES


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(storable_text(text).replace(",", " ").split()))


def _asked(text: str) -> str:
    """The query string in what was pasted: an address of a page of ours, a query string, or plain words."""
    text = storable_text(text).strip()
    if text.startswith(("http://", "https://", "/")):
        found = urlsplit(text).query
        if not found:
            raise RefusedError(_("This address has no question in it; paste that of a search page."))
        return found
    if not text or "=" in text.split("&")[0]:
        return text.removeprefix("?")
    words = QueryDict(mutable=True)
    words["q"] = text
    return words.urlencode()


def _times(given: QueryDict) -> dict[str, Any]:
    """The fields of a wish that say when; raises ``RefusedError`` for what is no time of day."""
    told: dict[str, Any] = {"zone": given.get("zone", ""), "rhythm": Subscription.Rhythm.DAYS}
    chosen = sum(1 << int(text) for text in set(given.getlist("day")) if text in set("0123456"))
    weekday = given.get("weekday", "")
    rhythm = given.get("rhythm", "")
    if rhythm == "at once":
        told["rhythm"] = Subscription.Rhythm.AT_ONCE
    days = {"daily": EVERY_DAY, "weekdays": WEEKDAYS, "chosen": chosen, "at once": EVERY_DAY}
    days["weekly"] = 1 << int(weekday) if weekday in set("0123456") else 0
    told["days"] = days.get(rhythm, 0)
    hour, _colon, minute = given.get("time", "").partition(":")
    if not (hour.isdecimal() and minute[:2].isdecimal() and int(hour) < 24 and int(minute[:2]) < 60):
        raise RefusedError(_("Choose a time of day from 00:00 to 23:59."))
    return told | {"minute": int(hour) * 60 + int(minute[:2])}


BOUNDS = {
    "longest_name": LONGEST_NAME,
    "longest_title": LONGEST_TITLE,
    "most": MOST_IN_A_SECTION,
    "parts": MOST_SECTIONS,
}
