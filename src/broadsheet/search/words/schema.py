"""The fields of the word index, and a paper as it is stored in them.

``text`` is what unmarked words are ranked by: the abstract and, ``TITLE_TIMES``, the title. One field of that kind is
BM25F with the title's weight as its multiplicity (Robertson, Zaragoza and Taylor 2004) and, unlike a weighted sum of
fields, leaves tantivy's block-max WAND pruning at work. To save a second copy of all abstracts, ``text`` also answers
what is asked of the abstract alone: title words stand so far apart in it that no phrase joins them, and ``title_only``
names the terms that are there for the title's sake.
"""

from __future__ import annotations

from hashlib import blake2b

import tantivy

from broadsheet.search.documents import IndexDocument
from broadsheet.search.ordering import INDEXED_SORTS, IndexedSort, sort_key
from broadsheet.search.words.analysis import ENGLISH, ENGLISH_ANALYSER, NAMES, english, names, prepared

FORMAT = "words-1"
"""Changes with the fields: an index of another format has to be built anew."""
TITLE_TIMES = 2
# A phrase with this many stop words in a row would be found in a title's words; nobody writes one.
_TITLE_STEP = 16
RAW = "raw"
SORT_FIELDS: dict[IndexedSort, str] = {sort: f"by_{sort}" for sort in INDEXED_SORTS}
TERM_FIELDS = ("number", "title_hash", "year", "day")
FACT_FIELDS = ("votes", "comments")


def schema() -> tantivy.Schema:
    """The schema of a word index; nothing of a text is stored but its terms."""
    builder = tantivy.SchemaBuilder()
    for name in ("text", "title", "organisations"):
        builder.add_text_field(name, tokenizer_name=ENGLISH)
    builder.add_text_field("authors", tokenizer_name=NAMES)
    for name in ("title_only", "archive", "language", "category_key"):
        builder.add_text_field(name, tokenizer_name=RAW, index_option="basic")
    builder.add_text_field("category", tokenizer_name=RAW, index_option="basic", fast=True)
    builder.add_text_field("organisation", tokenizer_name=RAW, index_option="basic", fast=True)
    for name in TERM_FIELDS:
        builder.add_integer_field(name, indexed=True, fast=name != "title_hash")
    for name in (*FACT_FIELDS, *SORT_FIELDS.values()):
        builder.add_integer_field(name, fast=True)
    builder.add_boolean_field("has_code", indexed=True, fast=True)
    return builder.build()


def register_analysers(index: tantivy.Index) -> None:
    """Tell an index how its fields are analysed; needed at every opening."""
    index.register_tokenizer(ENGLISH, english())
    index.register_tokenizer(NAMES, names())


def title_hash(title_key: str) -> int:
    """A number for a normalised title, so that the index holds 8 bytes of each; 64 bits do not collide by chance."""
    return int.from_bytes(blake2b(title_key.encode(), digest_size=8).digest(), "big", signed=True)


def archive_of(code: str) -> str:
    """The archive of a category, in small letters: ``cs`` of ``cs.CL``, ``hep-th`` of itself."""
    return code.lower().partition(".")[0]


def entry(document: IndexDocument) -> tantivy.Document:
    """A paper as it is stored."""
    stored = tantivy.Document()
    stored.add_integer("number", document.number)
    _add_texts(stored, document)
    _add_facts(stored, document)
    return stored


def _add_texts(stored: tantivy.Document, document: IndexDocument) -> None:
    abstract, title = (tuple(filter(None, prepared(text))) for text in (document.abstract, document.title))
    in_title = [term for value in title for term in ENGLISH_ANALYSER.analyze(value)]
    in_abstract = {term for value in abstract for term in ENGLISH_ANALYSER.analyze(value)}
    for value in abstract:
        stored.add_text("text", value)
    if in_title:
        stored.add_pre_tokenized_text("text", _spread(in_title * TITLE_TIMES))
    for value in title:
        stored.add_text("title", value)
    for term in set(in_title) - in_abstract:
        stored.add_text("title_only", term)
    for name in document.authors:
        for value in filter(None, prepared(name)):
            stored.add_text("authors", value)
    for slug, name in dict(document.organisations).items():
        stored.add_text("organisation", slug)
        for value in filter(None, prepared(name)):
            stored.add_text("organisations", value)
    if document.title_key:
        stored.add_integer("title_hash", title_hash(document.title_key))


def _spread(terms: list[str]) -> tantivy.PreTokenizedString:
    tokens = [tantivy.Token(term, at * _TITLE_STEP, 0, 0) for at, term in enumerate(terms, 1)]
    return tantivy.PreTokenizedString("", tokens)


def _add_facts(stored: tantivy.Document, document: IndexDocument) -> None:
    for code in dict.fromkeys(document.categories):
        stored.add_text("category", code)
    for key in dict.fromkeys(code.lower() for code in document.categories):
        stored.add_text("category_key", key)
    for archive in dict.fromkeys(map(archive_of, document.categories)):
        stored.add_text("archive", archive)
    for day in set(document.days):
        stored.add_integer("day", day.toordinal())
    if document.year is not None:
        stored.add_integer("year", document.year)
    stored.add_boolean("has_code", document.has_code)
    if document.language:
        stored.add_text("language", document.language)
    stored.add_integer("votes", document.votes_count)
    stored.add_integer("comments", document.comments_count)
    for sort, name in SORT_FIELDS.items():
        stored.add_integer(name, sort_key(document, sort))
