"""The made-up papers of the fake arXiv: the same for the same seed, reckoned from their number and never stored."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from broadsheet.sources.arxiv.calendar import ArxivCalendar

CATEGORIES = ("cs.CL", "cs.LG", "cs.DL", "math.CO", "stat.ML", "hep-th", "physics.optics", "q-bio.NC")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WORDS = _words(
    "reader page column letter ledger margin index proof press type plate print paper ink rule sheet line head note"
    " draft issue fold stack board frame grid block mark sign path tree graph chain field wave lens beam phase state"
)
_KINDS = _words(
    "quiet early brief dense sparse patient honest narrow broad gentle sudden hidden plain double late wide"
)
_SURNAMES = _words(
    "Abelard Brontë Curtius Dvořák Ekström Farkas Gödecke Hævik Ibáñez Janáček Kovač Łaski Müller Nuñez Örn Pérez"
    " Quist Rossi Šimek Tørset Ueda Valois Weiß Xylander Ypres Žižek"
)
_FORENAMES = _words("Ada Bo Clara Davit Edda F. Gil Hana Ivo J. K. Lena Mato N. Oda P. R. Sofía T. Umberto")
_SENTENCES = (
    "We ask how a {0} {1} becomes a {2} without losing its {3}, and answer it for all finite cases.",
    "Earlier work on the {1} needed a {0} {3}; ours needs none and is easier to check.",
    "The bound $n_{{{4}}} \\le {5}\\,m$ holds for every {0} {2} and is sharp when the {3} is small.",
    "On {5} sets of {1}s the {0} way is quicker than the usual one, at the same quality.",
    "A longer account with all {3}s & proofs < {5} pages is in preparation.",
)
_MIX = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
LICENCES = ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", "http://creativecommons.org/licenses/by/4.0/")


@dataclass(frozen=True, slots=True)
class MadePaper:
    """One paper as it stands at some moment; ``versions`` are moment of submission and size in kilobytes."""

    number: int
    id: str
    title: str
    abstract: str
    authors: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    versions: tuple[tuple[datetime, int], ...]
    stamped_on: date
    comments: str
    journal_ref: str
    doi: str
    licence: str
    is_deleted: bool

    @property
    def version(self) -> int:
        return len(self.versions)


class MadeCatalogue:
    """``records`` papers, ``per_day`` of them announced on each of arXiv's days from ``first_day`` on.

    Every seventh or so gets a second version some days later; some of those are withdrawals. With ``deleted_every``
    every so manieth paper is gone.
    """

    def __init__(
        self,
        records: int,
        *,
        seed: int = 1,
        per_day: int = 400,
        first_day: date = date(2026, 8, 3),
        deleted_every: int = 0,
        calendar: ArxivCalendar | None = None,
    ) -> None:
        self.records, self.per_day, self.seed, self.deleted_every = records, per_day, seed, deleted_every
        self.calendar = calendar or ArxivCalendar()
        count = -(-records // per_day)
        self.days = self.calendar.days(first_day, first_day + timedelta(days=count * 2 + 30))[:count]
        self._windows = [self.calendar.submitted_between(day) for day in self.days]
        self._orders: dict[tuple[int, str], list[int]] = {}

    @cached_property
    def _month_starts(self) -> list[int]:
        """Number of the first paper of each month."""
        return [k * self.per_day for k, day in enumerate(self.days) if k == 0 or day.month != self.days[k - 1].month]

    def _hash(self, number: int, what: int) -> int:
        h = (number * _MIX + (self.seed * 131 + what) * 0xBF58476D1CE4E5B9) & _MASK
        h = ((h ^ (h >> 31)) * 0x94D049BB133111EB) & _MASK
        return h ^ (h >> 29)

    def id_of(self, number: int) -> str:
        day = self.days[number // self.per_day]
        starts = self._month_starts
        serial = number - starts[bisect_right(starts, number) - 1] + 1
        return f"{day.year % 100:02d}{day.month:02d}.{serial:05d}"

    def number_of(self, arxiv_id: str) -> int | None:
        """Which paper bears an id; None where none does."""
        month, _, serial = arxiv_id.partition(".")
        for start in self._month_starts:
            day = self.days[start // self.per_day]
            if f"{day.year % 100:02d}{day.month:02d}" == month and serial.isdigit():
                number = start + int(serial) - 1
                return number if 0 <= number < self.records and self.id_of(number) == arxiv_id else None
        return None

    def categories_of(self, number: int) -> tuple[str, ...]:
        h = self._hash(number, 1)
        chosen = [CATEGORIES[h % 8]]
        for shift in (8, 16):
            if (h >> shift) % 3 == 0 and (other := CATEGORIES[(h >> shift >> 2) % 8]) not in chosen:
                chosen.append(other)
        return tuple(chosen)

    def replaced_on(self, number: int) -> int | None:
        """Index of the day on which its second version is announced."""
        h = self._hash(number, 2)
        if h % 7:
            return None
        later = number // self.per_day + 1 + (h >> 8) % 10
        return later if later < len(self.days) else None

    def is_withdrawal(self, number: int) -> bool:
        return self._hash(number, 3) % 5 == 0

    def day_index(self, day: date) -> int:
        """Index of the latest of the days that is not after a date; -1 before the first."""
        return bisect_right(self.days, day) - 1

    def _stamp_index(self, number: int, latest: int) -> int:
        replaced = self.replaced_on(number)
        return replaced if replaced is not None and replaced <= latest else number // self.per_day

    def visible(self, latest: int) -> int:
        """How many papers are announced up to the day of an index."""
        return min(self.records, (latest + 1) * self.per_day)

    def order(self, latest: int, set_name: str = "") -> list[int]:
        """The papers up to the day of an index in the order of their last change, as OAI-PMH lists them."""
        key = (latest, set_name)
        if key not in self._orders:
            numbers: Sequence[int] = range(self.visible(latest))
            if set_name:
                numbers = [n for n in numbers if set_name in self.sets_of(n)]
            self._orders[key] = sorted(numbers, key=lambda n: (self._stamp_index(n, latest), n))
        return self._orders[key]

    def stamp_of(self, number: int, latest: int) -> date:
        return self.days[self._stamp_index(number, latest)]

    def sets_of(self, number: int) -> tuple[str, ...]:
        """Every set that it is in: of group, archive and category."""
        found: list[str] = []
        for category in self.categories_of(number):
            leaf = set_of(category)
            parts = leaf.split(":")
            found += [":".join(parts[:length]) for length in range(1, len(parts) + 1)]
        return tuple(dict.fromkeys(found))

    def batch(self, day: date, category: str) -> dict[str, list[int]]:
        """The numbers of the papers that are announced on a day in a category or archive, by kind."""
        found: dict[str, list[int]] = {"new": [], "cross": [], "replace": [], "replace-cross": []}
        index = self.day_index(day)
        if index < 0 or self.days[index] != day:
            return found
        for number in range(index * self.per_day, min(self.records, (index + 1) * self.per_day)):
            if place := _place(self.categories_of(number), category):
                found["new" if place == 1 else "cross"].append(number)
        for number in range(max(0, index - 11) * self.per_day, min(self.records, index * self.per_day)):
            if self.replaced_on(number) == index and (place := _place(self.categories_of(number), category)):
                found["replace" if place == 1 else "replace-cross"].append(number)
        return found

    def paper(self, number: int, latest: int) -> MadePaper:
        """A paper as it stands once the day of an index is announced."""
        h = self._hash(number, 4)
        words = [_KINDS[h % len(_KINDS)], *(_WORDS[(h >> shift) % len(_WORDS)] for shift in (4, 10, 16))]
        own, k = number // self.per_day, (h >> 40) % 5
        replaced = self.replaced_on(number)
        is_replaced = replaced is not None and replaced <= latest
        versions = [(self._moment(own, h), 20 + h % 900)]
        comments = f"{4 + h % 40} pages, {h % 9} figures" if h % 3 else ""
        if is_replaced:
            withdrawn = self.is_withdrawal(number)
            versions.append((self._moment(replaced or 0, h >> 3), 0 if withdrawn else 30 + h % 900))
            if withdrawn:
                comments = "This paper has been withdrawn by the authors due to an error in the proof of its bound"
        sentences = [_SENTENCES[(k + step) % 5].format(*words, number % 97, 3 + (h >> 20) % 60) for step in range(3)]
        return MadePaper(
            number=number,
            id=self.id_of(number),
            title=f"On the {words[0]} {words[1]} of a {words[2]} and its {words[3]}, part {number + 1}",
            abstract=" ".join(sentences),
            authors=tuple(
                (_FORENAMES[(h >> shift) % len(_FORENAMES)], _SURNAMES[(h >> shift >> 5) % len(_SURNAMES)])
                for shift in range(0, 6 + k * 10, 10)
            ),
            categories=self.categories_of(number),
            versions=tuple(versions),
            stamped_on=self.stamp_of(number, latest),
            comments=comments,
            journal_ref=f"J. Made Pap. {1 + h % 40} ({2026}) {number}" if h % 11 == 0 else "",
            doi=f"10.5555/made.{number}" if h % 11 == 0 else "",
            licence=LICENCES[h % 2],
            is_deleted=bool(self.deleted_every) and number % self.deleted_every == self.deleted_every - 1,
        )

    def _moment(self, index: int, h: int) -> datetime:
        since, until = self._windows[index]
        span = int(until.timestamp() - since.timestamp())
        return datetime.fromtimestamp(since.timestamp() + h % span, UTC)


def _place(categories: tuple[str, ...], asked: str) -> int:
    """1 where the primary category is the one asked for or of that archive, 2 where another one is, else 0."""
    for place, category in enumerate(categories):
        if category == asked or category.partition(".")[0] == asked:
            return min(place, 1) + 1
    return 0


def set_of(category: str) -> str:
    """The set of a category on today's server: group, archive and category."""
    archive, _, subject = category.partition(".")
    group = archive if archive in {"cs", "math", "stat", "q-bio", "q-fin", "econ", "eess"} else "physics"
    parts = [group, archive, subject] if subject else [group, archive]
    return ":".join(parts)
