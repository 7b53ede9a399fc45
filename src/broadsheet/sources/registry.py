"""The sources that there are: those that come along, and those that other packages add by an entry point.

An entry point of the group ``broadsheet.sources`` names a source and leads to what makes it: a class or a function
without arguments (``docs/write-a-source.md`` shows one). One that cannot be loaded is told of and costs nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from urllib.parse import urlsplit

from broadsheet.sources.arxiv.oai_source import ArxivOaiSource
from broadsheet.sources.arxiv.source import ArxivSource
from broadsheet.sources.biorxiv import BioRxiv
from broadsheet.sources.crossref import Crossref
from broadsheet.sources.datacite import DataCite
from broadsheet.sources.feeds import Feed
from broadsheet.sources.follow import DailyPapers
from broadsheet.sources.openalex import OpenAlex
from broadsheet.sources.openreview import OpenReview
from broadsheet.sources.protocol import ENTRY_POINTS, Source
from broadsheet.sources.pubmed import PubMed
from broadsheet.sources.record import SourceError
from broadsheet.sources.semantic_scholar import SemanticScholar

logger = logging.getLogger(__name__)

_BY_ADDRESS: dict[str, Callable[[str], Source]] = {"follow": DailyPapers, "feed": Feed}
_BUILT_IN = frozenset(
    {
        *("arxiv", "arxiv-oai", "huggingface", "biorxiv", "medrxiv", "openreview", "pubmed", "crossref", "datacite"),
        *("semanticscholar", "openalex", "follow", "feed"),
    }
)
_PARTS = ("name", "slug", "title", "calendar", "schedule", "schemes", "harvest", "fetch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What the sources are given to introduce themselves; all optional."""

    contact: str = ""
    openalex: str = ""
    semantic_scholar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A source that somebody asked for by a word, and the categories that were named with it."""

    source: Source
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenSource:
    """An entry point that makes no source, and why."""

    name: str
    reason: str


def source_named(word: str, keys: Keys | None = None) -> Wanted:
    """The source that a word names: ``arxiv:cs.CL+cs.LG``, ``huggingface``, ``biorxiv:neuroscience``,
    ``follow:https://papers.example.org``, ``feed:https://journal.example.org/rss``.

    Behind ``follow:`` and ``feed:`` stands an address, behind all others categories with ``+`` between them.
    Raises ``SourceError`` for an unknown source, naming the known ones, and for an address that is none.
    """  # noqa: D205  (a list of examples)
    name, _, rest = word.strip().partition(":")
    if name in _BY_ADDRESS:
        return Wanted(source=_BY_ADDRESS[name](_address(word, rest)))
    makers = _makers(keys or Keys())
    if name not in makers:
        broken = next((source for source in broken_sources() if source.name == name), None)
        if broken is not None:
            raise SourceError(f"the source {name!r} cannot be used: {broken.reason}")
        known = ", ".join([*makers, *(f"{kind}:ADDRESS" for kind in _BY_ADDRESS)])
        raise SourceError(f"unknown source {word!r}; known: {known}")
    categories = tuple(dict.fromkeys(category.strip() for category in rest.split("+") if category.strip()))
    return Wanted(source=makers[name](), categories=categories)


def known_sources(keys: Keys | None = None) -> list[Source]:
    """One source of each name that needs no address, those that come along first."""
    return [make() for make in _makers(keys or Keys()).values()]


def sources_for(schemes: Collection[str], keys: Keys | None = None) -> list[Source]:
    """The sources that look up identifiers of one of the schemes, those nearest to the paper's own place first."""
    return [source for source in known_sources(keys) if not source.schemes.isdisjoint(schemes)]


def broken_sources() -> list[BrokenSource]:
    """The entry points that make no source."""
    return list(_from_entry_points().broken)


def _makers(keys: Keys) -> dict[str, Callable[[], Source]]:
    return {
        "arxiv": ArxivSource,
        "arxiv-oai": ArxivOaiSource,
        "huggingface": DailyPapers,
        "biorxiv": BioRxiv,
        "medrxiv": lambda: BioRxiv("medrxiv"),
        "openreview": OpenReview,
        "pubmed": lambda: PubMed(contact=keys.contact),
        "crossref": lambda: Crossref(contact=keys.contact),
        "datacite": DataCite,
        "semanticscholar": lambda: SemanticScholar(key=keys.semantic_scholar),
        "openalex": lambda: OpenAlex(key=keys.openalex, contact=keys.contact),
        **_from_entry_points().makers,
    }


def _address(word: str, text: str) -> str:
    try:
        parts = urlsplit(text.strip())
        is_site = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_site = False
    if not is_site:
        raise SourceError(f"{word!r}: expected an address behind the colon, such as https://papers.example.org")
    return text.strip()


@dataclass(frozen=True, slots=True)
class _Found:
    """What the entry points of the group lead to."""

    makers: dict[str, Callable[[], Source]]
    broken: list[BrokenSource]


@cache
def _from_entry_points() -> _Found:
    """Look every entry point of the group up, once."""
    found = _Found({}, [])
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        made = _loaded(point)
        if point.name in found.makers or point.name in _BUILT_IN:
            made = BrokenSource(name=point.name, reason=f"{point.value}: there is another source of this name")
        if isinstance(made, BrokenSource):
            logger.warning("the source %s cannot be used: %s", made.name, made.reason)
            found.broken.append(made)
        else:
            found.makers[point.name] = made
    return found


def _loaded(point: EntryPoint) -> Callable[[], Source] | BrokenSource:
    try:
        make = point.load()
        source = make()
        missing = [part for part in _PARTS if not hasattr(source, part)]
    except Exception as error:  # noqa: BLE001  (other people's code may fail in any way, and only its own source fails)
        return BrokenSource(name=point.name, reason=f"{point.value}: {type(error).__name__}: {error}")
    if missing:
        return BrokenSource(name=point.name, reason=f"{point.value} has no {', '.join(missing)}")
    if source.name != point.name:
        return BrokenSource(name=point.name, reason=f"{point.value} calls itself {source.name!r}")
    return make  # type: ignore[no-any-return]  # it was just seen to make one
