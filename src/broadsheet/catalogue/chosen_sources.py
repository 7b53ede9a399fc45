"""The sources that the operator's settings name, introduced with the keys and the contact that the settings have."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.conf import settings

from broadsheet.catalogue.outside import contact
from broadsheet.sources.protocol import Source
from broadsheet.sources.record import SourceError
from broadsheet.sources.registry import Keys, Wanted, known_sources, source_named

logger = logging.getLogger(__name__)

# The column of a job's name, without the word before it.
LONGEST_WORD = 280


@dataclass(frozen=True, slots=True)
class Chosen:
    """A source by its word in the settings, with its categories.

    ``archives`` are other sources of the same papers, which may know what it cannot serve any more.
    """

    word: str
    source: Source
    categories: tuple[str, ...] = ()
    archives: tuple[Source, ...] = ()


def keys() -> Keys:
    """What the settings let sources introduce themselves with."""
    return Keys(contact=contact(), openalex=settings.OPENALEX_KEY, semantic_scholar=settings.SEMANTIC_SCHOLAR_KEY)


def named(word: str) -> Chosen:
    """The source that a word of the settings or of a command names.

    Raises ``SourceError`` for an unknown one, naming the known ones.
    """
    if len(word) > LONGEST_WORD:
        raise SourceError(f"{word[:60]!r}... has more than {LONGEST_WORD} characters")
    told = keys()
    wanted: Wanted = source_named(word, told)
    source = wanted.source
    archives = tuple(other for other in known_sources(told) if other.slug == source.slug and other.name != source.name)
    return Chosen(word, source, wanted.categories, archives)


def chosen() -> list[Chosen]:
    """The sources of ``BROADSHEET_SOURCES``; a word that names none is logged and left out."""
    found = []
    for word in dict.fromkeys(settings.SOURCES):
        try:
            found.append(named(word))
        except SourceError as error:
            logger.error("BROADSHEET_SOURCES: %s", error)  # noqa: TRY400  (a wrong setting, no fault of ours)
    return found


def titles() -> dict[str, str]:
    """The names for people of what papers are said to come from, by what the catalogue calls it."""
    found: dict[str, str] = {}
    for source in known_sources(keys()):
        found.setdefault(source.slug, source.title)
    return found
