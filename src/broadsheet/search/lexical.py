"""The word index: BM25 (k1 = 1.2, b = 0.75) over folded, English-stemmed words, by tantivy.

Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond"; tantivy follows Lucene in
keeping document lengths in one byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import tantivy

from broadsheet.search.documents import Filters, IndexDocument

ANALYSER = "folded_english"
WRITER_MEMORY = 64_000_000
# Enough for every word of a paragraph-long question; more would only cost time.
MOST_QUERY_TERMS = 200


def _analyser() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", stored=True, indexed=True, fast=True)
    builder.add_text_field("text", stored=False, tokenizer_name=ANALYSER)
    builder.add_text_field("authors", stored=False, tokenizer_name=ANALYSER)
    builder.add_text_field("title_key", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("category", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", stored=False, indexed=True, fast=True)
    builder.add_boolean_field("has_code", stored=False, indexed=True)
    return builder.build()


class LexicalIndex:
    """The word index in one folder. One process writes at a time; any number read."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(folder))
        self._analyser = _analyser()
        self._index.register_tokenizer(ANALYSER, self._analyser)

    def reload(self) -> None:
        """See what a writer, in whatever process, has committed."""
        self._index.reload()

    def count(self) -> int:
        """How many papers can be found."""
        return int(self._index.searcher().num_docs)

    def update(self, documents: Iterable[IndexDocument], gone: Iterable[int] = ()) -> None:
        """Add or replace documents and remove others, in one commit. Raises ``ValueError`` while another writes."""
        writer = self._index.writer(WRITER_MEMORY, 1)
        for number in gone:
            writer.delete_documents_by_term("number", number)
        for document in documents:
            writer.delete_documents_by_term("number", document.number)
            writer.add_document(_stored(document))
        writer.commit()
        writer.wait_merging_threads()
        self.reload()

    def search(self, words: str, filters: Filters, limit: int) -> tuple[np.ndarray, np.ndarray]:
        """The best ``limit`` papers for folded ``words``.

        Returns their numbers, int64 of shape (n,), and BM25 scores, float32 of shape (n,), best first.
        """
        query = self._words_query(words)
        if query is None or limit < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        clauses = [(tantivy.Occur.Must, query), *self._filter_clauses(filters)]
        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
        return self._numbers(searcher, [address for _, address in hits]), np.array(
            [score for score, _ in hits], np.float32
        )

    def matching(self, filters: Filters) -> np.ndarray:
        """The numbers of all papers that satisfy ``filters``, int64, in no order."""
        clauses = self._filter_clauses(filters) or [(tantivy.Occur.Must, tantivy.Query.all_query())]
        searcher = self._index.searcher()
        hits = searcher.search(
            tantivy.Query.boolean_query(clauses), max(searcher.num_docs, 1), count=False, order_by_field="number"
        ).hits
        return np.array([number for number, _ in hits], np.int64)

    def with_title(self, title_key: str, filters: Filters) -> np.ndarray:
        """The numbers of the papers whose whole normalised title is ``title_key``, int64."""
        if not title_key:
            return np.empty(0, np.int64)
        clauses = [
            (tantivy.Occur.Must, tantivy.Query.term_query(self._schema, "title_key", title_key)),
            *self._filter_clauses(filters),
        ]
        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.boolean_query(clauses), 10, count=False).hits
        return self._numbers(searcher, [address for _, address in hits])

    def _numbers(self, searcher: tantivy.Searcher, addresses: Sequence[tantivy.DocAddress]) -> np.ndarray:
        return np.array(searcher.fast_field_values("number", list(addresses)), np.int64)

    def _words_query(self, words: str) -> tantivy.Query | None:
        terms = Counter(self._analyser.analyze(words)).most_common(MOST_QUERY_TERMS)
        if not terms:
            return None
        clauses = []
        for term, times in terms:
            for field in ("text", "authors"):
                query = tantivy.Query.term_query(self._schema, field, term)
                clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, float(times))))
        return tantivy.Query.boolean_query(clauses)

    def _filter_clauses(self, filters: Filters) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        queries = []
        if filters.categories:
            queries.append(tantivy.Query.boolean_query(self._category_clauses(filters.categories)))
        if filters.day_from or filters.day_to:
            first = (filters.day_from or date.min).toordinal()
            last = (filters.day_to or date.max).toordinal()
            queries.append(tantivy.Query.range_query(self._schema, "day", tantivy.FieldType.Integer, first, last))
        if filters.has_code:
            queries.append(tantivy.Query.term_query(self._schema, "has_code", True))
        if filters.numbers is not None:
            queries.append(tantivy.Query.term_set_query(self._schema, "number", sorted(filters.numbers)))
        return [(tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)) for query in queries]

    def _category_clauses(self, categories: Sequence[str]) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        return [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "category", code.lower()))
            for code in categories
        ]


def _stored(document: IndexDocument) -> tantivy.Document:
    entry = tantivy.Document()
    entry.add_integer("number", document.number)
    entry.add_text("text", f"{document.title}\n{document.abstract}")
    entry.add_text("authors", " ".join(document.authors))
    entry.add_text("title_key", document.title_key)
    for code in document.categories:
        entry.add_text("category", code.lower())
        archive = code.partition(".")[0]
        entry.add_text("category", f"{archive.lower()}.*")
    for day in document.days:
        entry.add_integer("day", day.toordinal())
    entry.add_boolean("has_code", document.has_code)
    return entry
