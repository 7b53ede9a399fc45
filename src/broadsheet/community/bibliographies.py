"""A bibliography put into a collection: a BibTeX, RIS, CSL-JSON or Zotero RDF file, or our own JSON lines.

Papers that are known are linked, and unknown ones taken in as the source ``import``. What a person's file says is worth
less than what any other source says of the same paper: of each entry only what cites it is taken, with the one
identifier that tells most, so that nobody can join two papers, claim one or count votes by a file. All of it happens in
one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.catalogue.admission import refusal, storable
from broadsheet.catalogue.intake import take_in
from broadsheet.catalogue.merging import digest_of, title_hash
from broadsheet.catalogue.models import Identifier, Paper, SourceRecord
from broadsheet.community.access import RefusedError
from broadsheet.community.collections import add_papers, may_put
from broadsheet.community.limits import spend
from broadsheet.community.models import Account, Collection
from broadsheet.community.rules import LARGEST_IMPORT, MOST_IMPORTED
from broadsheet.sources.files import read_file
from broadsheet.sources.formats import bibtex, csl_json, ris, zotero_rdf
from broadsheet.sources.jsonl import FORMAT as JSON_LINES
from broadsheet.sources.record import AuthorRecord, BadRecord, PaperRecord, SourceError

SOURCE = "import"
FORMATS = (bibtex.FORMAT, ris.FORMAT, csl_json.FORMAT, zotero_rdf.FORMAT, JSON_LINES)
SCHEMES = ("arxiv", "doi", "pmid", "openreview")
TELLING_WORDS = 4
"""A title of so many words is one paper's; shorter ones, such as "Introduction", many share."""
_PACKED = (b"\x1f\x8b", b"PK")


@dataclass(slots=True)
class Imported:
    """What became of a file: entries in it, papers known before, taken in, and new in the collection; and refusals."""

    read_count: int = 0
    known_count: int = 0
    new_count: int = 0
    added_count: int = 0
    refused: list[BadRecord] = field(default_factory=list)


def import_into(account: Account, collection: Collection, path: Path) -> Imported:
    """Put the papers of a file at the end of a collection, in the order of the file.

    Raises ``RefusedError`` where the file is too large, cannot be read or holds too many entries, or the collection is
    not the person's to change or would hold too many; and ``TooManyError``. Then nothing has changed.
    """
    if not may_put(account, collection):
        raise RefusedError(_("This collection is not yours to change."))
    records, refused = _read(path)
    with transaction.atomic():
        spend("import", account)
        found = _known(records)
        unknown = {place: record for place, record in enumerate(records) if place not in found}
        taken, turned_away = _taken_in(unknown)
        numbers = [number for place in range(len(records)) if (number := found.get(place) or taken.get(place))]
        papers = Paper.objects.in_bulk(numbers)
        hidden = [records[place] for place, number in found.items() if papers[number].is_hidden]
        refused += turned_away + [BadRecord(where=one.where, reason=_("it cannot be collected here")) for one in hidden]
        shown = [papers[number] for number in dict.fromkeys(numbers) if not papers[number].is_hidden]
        added = add_papers(account, collection, shown)
    return Imported(
        len(records) + len(refused) - len(turned_away) - len(hidden),
        len(found) - len(hidden),
        len(set(taken.values())),
        added,
        refused,
    )


def _read(path: Path) -> tuple[list[PaperRecord], list[BadRecord]]:
    """The entries of a file as they can be stored, and what could not be read."""
    with path.open("rb") as file:
        head = file.read(2)
    if path.stat().st_size > LARGEST_IMPORT:
        raise RefusedError(_("The file is larger than %(most)d MB.") % {"most": LARGEST_IMPORT >> 20})
    if head in _PACKED:
        raise RefusedError(_("The file is packed: send it unpacked, please."))
    try:
        source = read_file(path)
        if source.format not in FORMATS:
            raise RefusedError(_("The file is none of BibTeX, RIS, CSL-JSON, Zotero RDF and JSON lines."))
        entries = list(islice(source.records, MOST_IMPORTED + 1))
    except SourceError as error:
        raise RefusedError(_("The file could not be read: %(why)s") % {"why": error}) from error
    if len(entries) > MOST_IMPORTED:
        raise RefusedError(_("The file holds more than %(most)s entries.") % {"most": f"{MOST_IMPORTED:,}"})
    good, bad = [], list[BadRecord]()
    for entry in entries:
        if isinstance(entry, PaperRecord):
            clean = storable(_citing(entry))
            why = refusal(clean)
            bad += [why] if why else []
            good += [] if why else [clean]
        elif isinstance(entry, BadRecord):
            bad.append(entry)
    return good, bad


def _citing(record: PaperRecord) -> PaperRecord:
    """What cites a paper, and nothing that counts, lists or joins; any other source's text is the sounder one."""
    named = sorted(
        (one for one in record.identifiers if one.scheme in SCHEMES), key=lambda one: SCHEMES.index(one.scheme)
    )
    kept = PaperRecord(
        title=record.title,
        abstract=record.abstract,
        authors=tuple(AuthorRecord(name=author.name) for author in record.authors),
        identifiers=tuple(named[:1]),
        published_on=record.published_on,
        journal_ref=record.journal_ref,
        is_lossy=True,
        where=record.where,
    )
    told = [f"{one.scheme}:{one.value}" for one in named[:1]]
    return replace(kept, ref=digest_of(told or [title_hash(record.title), [one.name for one in kept.authors]]))


def _known(records: Sequence[PaperRecord]) -> dict[int, int]:
    """By place in the file the row ids of papers that are known by an identifier, or by a title that is one paper's."""
    by_scheme: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for one in record.identifiers:
            by_scheme[one.scheme].add(one.value)
    named: dict[tuple[str, str], int] = {}
    for scheme, values in by_scheme.items():
        rows = Identifier.objects.filter(scheme=scheme, value__in=values)
        named |= {(scheme, value): number for value, number in rows.values_list("value", "paper_id")}
    hashes = {place: title_hash(record.title) for place, record in enumerate(records) if _is_telling(record)}
    titled: dict[str, set[int]] = defaultdict(set)
    rows_said = SourceRecord.objects.filter(title_hash__in=set(hashes.values()) - {""})
    for hashed, number in rows_said.values_list("title_hash", "paper_id"):
        titled[hashed].add(number)
    found = {}
    for place, record in enumerate(records):
        numbers = [named[name] for one in record.identifiers if (name := (one.scheme, one.value)) in named]
        numbers += (
            list(titled.get(hashes.get(place, ""), ())) if len(titled.get(hashes.get(place, ""), ())) == 1 else []
        )
        if numbers:
            found[place] = numbers[0]
    return found


def _is_telling(record: PaperRecord) -> bool:
    return not record.identifiers or len(record.title.split()) >= TELLING_WORDS


def _taken_in(unknown: dict[int, PaperRecord]) -> tuple[dict[int, int], list[BadRecord]]:
    """Take unknown papers in; returns their row ids by place in the file, and what was turned away."""
    result = take_in(unknown.values(), source=SOURCE)
    refs = {record.ref for record in unknown.values()}
    said = SourceRecord.objects.filter(source__slug=SOURCE, ref__in=refs)
    numbers = dict(said.values_list("ref", "paper_id"))
    return {place: numbers[record.ref] for place, record in unknown.items() if record.ref in numbers}, result.refused
