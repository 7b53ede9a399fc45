"""Finding one paper, or many, by any of their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from broadsheet.catalogue.admission import storable_text
from broadsheet.catalogue.merging import title_hash
from broadsheet.catalogue.models import KEY_LENGTH, KEY_LETTERS, Identifier, Paper, PaperAlias, SourceRecord
from broadsheet.sources.identifiers import ParsedIdentifier, parse_identifier

_IdentifierName = tuple[str, str]


def paper_named(name: str) -> Paper | None:
    """The paper with this public key (also one that was merged away), identifier or address; None when unknown.

    Accepts whatever people paste: an arXiv id with or without version, a DOI, an OpenReview or PubMed id, and the web
    addresses of all of them.
    """
    text = name.strip()
    if _is_key(text):
        paper = Paper.objects.filter(key=text.lower()).first()
        if paper is not None:
            return paper
        alias = PaperAlias.objects.filter(key=text.lower()).select_related("paper").first()
        if alias is not None:
            return alias.paper
    parsed = parse_identifier(text)
    if parsed is None or not _is_storable(parsed):
        return None
    identifier = Identifier.objects.filter(scheme=parsed.scheme, value=parsed.value).select_related("paper").first()
    return identifier.paper if identifier else None


def shown_paper_named(name: str) -> Paper | None:
    """As ``paper_named``, without the papers that are hidden."""
    paper = paper_named(name)
    return None if paper is None or paper.is_hidden else paper


def numbers_named(names: Collection[str]) -> dict[str, int]:
    """The row ids of papers by any of their names, as ``shown_paper_named`` knows them, in few queries.

    In the order of ``names``; unknown ones are left out.
    """
    keys = {name: name.strip().lower() for name in names if _is_key(name.strip())}
    by_key: dict[str, int] = {}
    if keys:
        aliases = PaperAlias.objects.filter(key__in=keys.values(), paper__is_hidden=False)
        by_key.update(aliases.values_list("key", "paper_id"))
        by_key.update(Paper.objects.filter(key__in=keys.values(), is_hidden=False).values_list("key", "pk"))
    parsed = {name: one for name in names if (one := parse_identifier(name)) is not None}
    by_identifier = {one: paper.pk for one, paper in _identified(parsed.values()).items() if not paper.is_hidden}
    found: dict[str, int] = {}
    for name in names:
        number = by_key.get(keys.get(name, ""))
        if number is None and name in parsed:
            number = by_identifier.get(_name_of(parsed[name]))
        if number is not None:
            found[name] = number
    return found


def papers_identified(identifiers: Collection[ParsedIdentifier]) -> dict[ParsedIdentifier, str]:
    """The names of the papers that have any of these identifiers, in few queries."""
    found = _identified(identifiers)
    return {one: found[_name_of(one)].name for one in identifiers if _name_of(one) in found}


def paper_titled(title: str) -> Paper | None:
    """The one paper that any source gave this title, whatever its capitals and signs; None for none or several."""
    hashed = title_hash(title)
    if not hashed:
        return None
    papers = Paper.objects.filter(pk__in=SourceRecord.objects.filter(title_hash=hashed).values("paper"))[:2]
    return papers[0] if len(papers) == 1 else None


def papers_titled(titles: Collection[str]) -> dict[str, str]:
    """The names of the papers that a source gave one of these titles; not those of titles that several papers have."""
    hashes = {title: title_hash(title) for title in titles}
    wanted = {hashed for hashed in hashes.values() if hashed}
    papers: dict[str, set[str]] = defaultdict(set)
    rows = SourceRecord.objects.filter(title_hash__in=wanted).values_list("title_hash", "paper__arxiv_id", "paper__key")
    for hashed, arxiv, key in rows:
        papers[hashed].add(arxiv or key)
    return {title: next(iter(papers[hashed])) for title, hashed in hashes.items() if len(papers[hashed]) == 1}


def _is_key(text: str) -> bool:
    return len(text) == KEY_LENGTH and set(text.lower()) <= set(KEY_LETTERS)


def _is_storable(identifier: ParsedIdentifier) -> bool:
    """An address may hide in %00 what no database takes."""
    return storable_text(identifier.value) == identifier.value


def _name_of(identifier: ParsedIdentifier) -> _IdentifierName:
    """The identifier without a version."""
    return identifier.scheme, identifier.value


def _identified(identifiers: Collection[ParsedIdentifier]) -> dict[_IdentifierName, Paper]:
    """The paper of each identifier, without its abstract, by scheme and value."""
    by_scheme: dict[str, set[str]] = defaultdict(set)
    for one in filter(_is_storable, identifiers):
        by_scheme[one.scheme].add(one.value)
    found = {}
    for scheme, values in by_scheme.items():
        rows = Identifier.objects.filter(scheme=scheme, value__in=values).select_related("paper")
        found.update({(scheme, row.value): row.paper for row in rows.defer("paper__abstract")})
    return found
