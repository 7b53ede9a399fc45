"""The collections of one instance: the one that answers, and the one that is being filled beside it.

How far a collection is filled stands in its metadata, so an interrupted rebuild goes on where it stopped, on whatever
machine. While it is filled its vectors are not indexed; they are once, at the end, and only then the alias is moved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from broadsheet.search.engines.base import EngineError
from broadsheet.search.engines.qdrant import collection
from broadsheet.search.engines.qdrant.address import Address
from broadsheet.search.engines.qdrant.engine import DIMS, QdrantEngine
from broadsheet.search.engines.qdrant.link import Link

# How long a look at the progress of indexing waits before it asks whether to stop.
GLANCE = 5.0


@dataclass(frozen=True, slots=True)
class Filling:
    """The collection being filled: its name, the model it is for, and the last paper by row id that is in it."""

    name: str
    fingerprint: str
    filled_to: int = 0


class QdrantShelf:
    """The collections behind one address."""

    def __init__(self, link: Link, address: Address, *, dims: int = DIMS, is_local: bool = False) -> None:
        self._link = link
        self._address = address
        self._dims = dims
        self._is_local = is_local
        self._current = self._engine("")

    def current(self) -> QdrantEngine | None:
        """The engine on the collection in use; None when nothing was indexed yet or only in an older form."""
        known = collection.about(self._link, self._address.name)
        return self._current if known is not None and known.form == collection.form() else None

    def filling(self) -> tuple[QdrantEngine, Filling] | None:
        """The collection that is being filled, and how far it is."""
        for name in collection.generations(self._link, self._address.name):
            known = collection.about(self._link, name)
            if known is not None and known.filled_to >= 0 and known.form == collection.form():
                return self._engine(name), Filling(name, known.fingerprint, known.filled_to)
        return None

    def begin(self, fingerprint: str) -> Filling:
        """Begin a new collection beside the current one, for vectors of this model; one begun before is given up."""
        before = self.filling()
        if before is not None:
            collection.drop(self._link, before[1].name)
        name = collection.create(self._link, self._address, self._dims, is_bulk=True)
        collection.note(self._link, name, fingerprint=fingerprint, filled_to=0)
        return Filling(name, fingerprint)

    def note_filled(self, told: Filling, last: int) -> None:
        """Remember that papers up to row id ``last`` are in the collection being filled."""
        collection.note(self._link, told.name, filled_to=last)

    def use(self, name: str, should_stop: Callable[[], bool] = lambda: False) -> None:
        """Index what was filled, let the alias stand for it, and delete the instance's other collections.

        Raises ``EngineError`` when told to stop before the index is built; it goes on being built, and this can be
        called again.
        """
        while not collection.finish(self._link, name, GLANCE):
            if should_stop():
                raise EngineError(f"qdrant engine: the new collection {name} is still being indexed")
        collection.note(self._link, name, filled_to=-1)
        collection.use(self._link, self._address.name, name)

    def _engine(self, generation: str) -> QdrantEngine:
        return QdrantEngine(self._link, self._address, generation=generation, dims=self._dims, is_local=self._is_local)
