"""bioRxiv and medRxiv by their API (api.biorxiv.org, ``/details/{server}/{from}/{to}/{cursor}`` and ``/{doi}``).

The API gives one item a version, in no order, and in pages of 30 or 100 items, whichever it likes that year; so one
goes on by what was received. It is asked day by day: each answer then says how many there are of that day, and an
interrupted harvest goes on in the middle of one.

``published`` is the DOI of the article that a preprint became. It is taken as a DOI of the same paper, besides what is
stated of it, for there is one: the preprint and its article are one entry in the catalogue, with one discussion. Should
two preprints have become one article, they become one entry too, and taking them apart again is one command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from broadsheet.sources.answers import Read, ask, listed, load_json, read_items
from broadsheet.sources.door import Door
from broadsheet.sources.fields import FieldError, Fields
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier
from broadsheet.sources.markup import plain_line, plain_text
from broadsheet.sources.notices import statements_of_title
from broadsheet.sources.person_names import printed_name
from broadsheet.sources.protocol import Calendar, Checkpoint, HarvestRequest, Page, Schedule
from broadsheet.sources.record import (
    AuthorRecord,
    LinkRecord,
    PaperRecord,
    SourceError,
    StatementRecord,
    VersionRecord,
)

ADDRESS = "https://api.biorxiv.org"
SERVERS = {"biorxiv": "bioRxiv", "medrxiv": "medRxiv"}
RECENT_DAYS = 4
MOST_PAGES = 2_000
_PREFIXES = ("10.1101/", "10.64898/")
_NONE = frozenset({"", "na", "n/a", "none"})


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass
class BioRxiv:
    """One of the two servers; ``name`` says which."""

    name: str = "biorxiv"
    address: str = ADDRESS
    today: Callable[[], date] = _today
    slug: str = field(init=False)
    title: str = field(init=False)
    calendar: Calendar | None = None
    schedule: Schedule = Schedule(cron="40 5,11,17,23 * * *", zone="America/New_York")  # noqa: RUF009  (frozen)
    schemes: frozenset[str] = frozenset({"doi"})

    def __post_init__(self) -> None:
        """Call its papers by the server's name, and it as the server writes itself."""
        self.slug, self.title = self.name, SERVERS[self.name]

    def harvest(self, door: Door, request: HarvestRequest, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """Day by day, by default the last days; categories are the server's, as ``neuroscience``.

        Raises ``SourceError`` where a day's pages end before as many items came as the server says there are.
        """
        until = request.until or self.today()
        day = request.since or until - timedelta(days=RECENT_DAYS - 1)
        cursor = 0
        if checkpoint is not None:
            day, until = date.fromisoformat(checkpoint["day"]), date.fromisoformat(checkpoint["until"])
            cursor = int(checkpoint["cursor"])
        wanted = {_category(category) for category in request.categories}
        while day <= until:
            for records, behind in self._pages(door, day, cursor):
                kept = tuple(record for record in records if not wanted or _is_in(record, wanted))
                where = {"day": day.isoformat(), "until": until.isoformat(), "cursor": behind}
                yield Page(records=kept, checkpoint=where)
            day, cursor = day + timedelta(days=1), 0
        yield Page()

    def _pages(self, door: Door, day: date, cursor: int) -> Iterator[tuple[list[Read], int]]:
        """The pages of a day behind a place, each with the place behind it."""
        seen: set[tuple[str, int | None]] = set()
        for _ in range(MOST_PAGES):
            url = f"{self.address}/details/{self.name}/{day}/{day}/{cursor}"
            content = door.get(url).content
            records = list(read_biorxiv(content, f"{self.name} {day} from {cursor}"))
            total = total_of(content, url)
            found = {(record.ref, record.version_number) for record in records if isinstance(record, PaperRecord)}
            if not records or (found and found <= seen):
                if total is not None and cursor < total:
                    raise SourceError(f"{url}: the server says there are {total} and gives nothing new behind {cursor}")
                return
            seen |= found
            cursor += len(records)
            yield records, cursor
            if total is not None and cursor >= total:
                return
        raise SourceError(f"{self.address}: the pages of {day} have no end")

    def fetch(self, door: Door, identifiers: Sequence[ParsedIdentifier]) -> Iterator[Read]:
        """Look preprints up by DOI: a record for each version. DOIs that no preprint of either server has are left."""
        for identifier in identifiers:
            if identifier.scheme == "doi" and identifier.value.startswith(_PREFIXES):
                content = ask(door, f"{self.address}/details/{self.name}/{identifier.value}/na")
                if content is not None:
                    yield from read_biorxiv(content, f"{self.name} {identifier.value}")


def read_biorxiv(content: bytes, name: str) -> Iterator[Read]:
    """Read an answer of ``/details`` (or one bare item of it): a record for each item, which is one version.

    An answer that says that there is nothing gives nothing. Raises ``SourceError`` if the whole is unreadable.
    """
    answer = load_json(content, name)
    if isinstance(answer, dict) and "collection" not in answer and "doi" in answer:
        items: list[object] = [answer]
    elif isinstance(answer, dict) and not answer.get("collection") and _message(answer) is not None:
        items = []
    else:
        items = listed(answer, name, "collection")
    yield from read_items(items, name, _preprint)


def total_of(content: bytes, name: str) -> int | None:
    """How many items an answer says there are in all, as a number or as text; None where it does not say."""
    message = _message(load_json(content, name))
    value = message.get("total") if message else None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value.strip()[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _message(answer: object) -> dict[str, object] | None:
    messages = answer.get("messages") if isinstance(answer, dict) else None
    return messages[0] if isinstance(messages, list) and messages and isinstance(messages[0], dict) else None


def _preprint(item: Fields, where: str) -> Read:
    title = plain_line(item.text("title"))
    if not title:
        raise FieldError("the preprint has no title")
    doi = parse_identifier(item.text("doi"))
    if doi is None or doi.scheme != "doi":
        raise FieldError(f"doi is none: {item.text('doi')[:60]!r}")
    number, day = _version(item), item.day("date")
    server = item.text("server").strip().lower()
    site = f"https://www.{server if server in SERVERS else 'biorxiv'}.org/content/{doi.value}v{number}"
    category = _category(item.text("category"))
    published = parse_identifier(item.text("published").strip())
    return PaperRecord(
        title=title,
        abstract=plain_text(item.text("abstract")),
        ref=doi.value,
        authors=tuple(_authors(item)),
        identifiers=(doi.record, published.record) if published else (doi.record,),
        categories=(category,) if category else (),
        links=(LinkRecord(kind="abstract", url=site), LinkRecord(kind="pdf", url=f"{site}.full.pdf")),
        published_on=day,
        version_number=number,
        version_at=_midnight(day),
        versions=(VersionRecord(number=number, submitted_at=_midnight(day)),),
        licence=_licence(item.text("license")),
        statements=tuple(dict.fromkeys([*_published(published), *statements_of_title(title), *_withdrawn(item)])),
        where=where,
    )


def _version(item: Fields) -> int:
    _, value = item.first("version")
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value.strip()[:6])
    return item.count("version") or 1


def _authors(item: Fields) -> Iterator[AuthorRecord]:
    for name in item.text("authors").split(";"):
        if printed := printed_name(plain_line(name)):
            yield AuthorRecord(name=printed)


def _published(doi: ParsedIdentifier | None) -> tuple[StatementRecord, ...]:
    if doi is None:
        return ()
    return (StatementRecord(kind="published", text=doi.value, url=f"https://doi.org/{doi.value}"),)


def _withdrawn(item: Fields) -> Iterator[StatementRecord]:
    if "withdrawn" in item.text("type").lower():
        yield StatementRecord(kind="withdrawn")


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _category(text: str) -> str:
    """A category as the server prints it, whether it was written with blanks or as in its addresses."""
    return " ".join(text.replace("_", " ").lower().split())


def _is_in(record: Read, categories: set[str]) -> bool:
    """Whether a record is of one of the categories; what could not be read may be."""
    return not isinstance(record, PaperRecord) or not categories.isdisjoint(record.categories)


def _licence(text: str) -> str:
    """The licence as the server names it (``cc_by_nc``), or the address of a Creative Commons one."""
    word = text.strip().lower().replace("_", "-")
    if word in _NONE or word == "cc-no":
        return ""
    if word == "cc0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    return f"https://creativecommons.org/licenses/{word.removeprefix('cc-')}/4.0/" if word.startswith("cc-") else text
