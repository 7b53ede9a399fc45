"""A paper as a point: what is stored of it and what is indexed, once for the server, Edge and the local mode."""

from __future__ import annotations

from qdrant_client import models

from broadsheet.search.documents import IndexDocument
from broadsheet.search.engines.qdrant.terms import BREAK, ranked_names, stored, stored_names, unplaced
from broadsheet.search.ordering import INDEXED_SORTS, sort_key
from broadsheet.search.words.schema import TITLE_TIMES

# Raised whenever points of this form cannot be read by the code before or after.
FORMAT = "1"
VECTOR = "meaning"
# Papers are dealt into this many lots by number; a lot is a sample.
LOTS = 1 << 16

RANKED_FIELD = "text"
PLACED_FIELDS = ("title", "abstract", "authors", "organisations")
KEYWORD_FIELDS = ("category", "filed", "organisation", "language", "title_key")
NUMBER_FIELDS = ("number", "days", "year", "votes", "comments", "code", "lot")


def payload_of(document: IndexDocument) -> dict[str, object]:
    """What the cluster stores of a paper. Fields that a paper has not are left out."""
    title, abstract = stored(document.title), stored(document.abstract)
    organisations = f" {BREAK} ".join(" ".join(stored(name)) for _, name in document.organisations)
    ranked = [*unplaced(title) * TITLE_TIMES, *unplaced(abstract), *ranked_names(document.authors)]
    held: dict[str, object] = {
        "number": document.number,
        "lot": lot_of(document.number),
        "text": " ".join(ranked),
        "title": " ".join(title),
        "abstract": " ".join(abstract),
        "authors": " ".join(stored_names(document.authors)),
        "organisations": organisations,
        "title_key": document.title_key,
        "category": list(document.categories),
        "filed": sorted(_filed(document.categories)),
        "organisation": [slug for slug, _ in document.organisations],
        "days": sorted(day.toordinal() for day in document.days),
        "year": document.year,
        "code": int(document.has_code),
        "votes": document.votes_count,
        "comments": document.comments_count,
        "language": document.language,
    }
    held |= {order_key(sort): sort_key(document, sort) for sort in INDEXED_SORTS}
    return {name: value for name, value in held.items() if value not in ("", [], None)}


def order_key(sort: str) -> str:
    """The payload field that a list is ordered by."""
    return f"by_{sort}"


def lot_of(number: int) -> int:
    """The lot of a paper: spread evenly and the same everywhere (Fibonacci hashing, Knuth, TAOCP 6.4)."""
    return (number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF) >> 48


def _filed(categories: tuple[str, ...]) -> set[str]:
    codes = {code.lower() for code in categories}
    return codes | {f"{code.partition('.')[0]}.*" for code in codes}


def indexes() -> dict[str, models.TextIndexParams | models.IntegerIndexParams | models.KeywordIndexParams]:
    """Every payload index of a collection, by field. All lie on disk and are read through the page cache."""
    # No phrase is looked for in the field that words are ranked by, so it needs no positions.
    ranked = models.TextIndexParams(
        type=models.TextIndexType.TEXT,
        tokenizer=models.TokenizerType.WORD,
        scoring=models.TextScoringParams(type=models.TextScoringType.BM25),
        on_disk=True,
    )
    placed = ranked.model_copy(update={"phrase_matching": True})
    keyword = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, on_disk=True)
    integer = models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=True, on_disk=True)
    order = models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=False, range=True, on_disk=True)
    return {
        RANKED_FIELD: ranked,
        **dict.fromkeys(PLACED_FIELDS, placed),
        **dict.fromkeys(KEYWORD_FIELDS, keyword),
        **dict.fromkeys(NUMBER_FIELDS, integer),
        **{order_key(sort): order for sort in INDEXED_SORTS},
    }
