"""Searching inside what is one person's: papers saved, voted for, read, noted or followed, and collections.

A question that says ``inside`` or ``collection`` means other papers for everybody who asks. It is resolved once, for
the one who asks, to row ids that every engine narrows by exactly; an engine never learns who asked. What has not been
resolved has no answer, so that no outlet can forget to ask who is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from django.db.models import QuerySet

from broadsheet.community import library
from broadsheet.community.access import Person, is_member
from broadsheet.community.collections import collection_named, paper_ids_in
from broadsheet.community.follows import followed_paper_ids
from broadsheet.community.models import Account, Shelved
from broadsheet.search.query import Inside, PaperQuery, QueryError

MOST_INSIDE = 20_000
"""Row ids that a question is narrowed to; of more, those that come first in their own order."""


def _shelf(rows: Callable[[Account], QuerySet[Shelved]]) -> Callable[[Account], Sequence[int]]:
    return lambda account: list(rows(account).values_list("paper_id", flat=True)[:MOST_INSIDE])


_INSIDE: Mapping[Inside, Callable[[Account], Sequence[int]]] = {
    "saved": _shelf(library.saved),
    "voted": library.voted_paper_ids,
    "read": _shelf(library.read),
    "noted": _shelf(library.noted),
    "followed": lambda account: sorted(followed_paper_ids(account), reverse=True),
}


def is_personal(query: PaperQuery) -> bool:
    """Whether the answer depends on who asks, so that nobody else may be given it from a cache."""
    return bool(query.inside or query.collection)


def resolved(query: PaperQuery, person: Person) -> PaperQuery:
    """The question with the papers that it stands for when this person asks it.

    Raises ``QueryError`` where nobody is signed in and something of one's own is meant, and for a collection that is
    not there for this person.
    """
    if not is_personal(query):
        return query
    numbers: Sequence[int] = ()
    if query.collection:
        collection = collection_named(person, query.collection)
        if collection is None:
            raise QueryError("collection", query.collection, "a collection that you may see")
        numbers = paper_ids_in(collection)
    if query.inside:
        if not is_member(person):
            raise QueryError("inside", query.inside, "somebody who is signed in: please sign in first")
        own = _INSIDE[query.inside](person)[:MOST_INSIDE]
        held = set(own)
        numbers = [number for number in numbers if number in held] if query.collection else own
    return replace(query, within=tuple(numbers))


def places(query: PaperQuery) -> tuple[int, ...]:
    """The row ids that a resolved question is narrowed to.

    Raises ``QueryError`` where it has not been resolved.
    """
    if query.within is None:
        name = "inside" if query.inside else "collection"
        raise QueryError(name, query.inside or query.collection, "somebody who asks: this outlet does not know who")
    return query.within
