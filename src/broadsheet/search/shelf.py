"""Where the instance's index lies: the generation that answers, and the one that is being filled beside it.

Layout of the folder: ``CURRENT`` names the generation in use; ``NEXT`` names the one being filled, how far it is, and
for which model; each generation is a folder ``g<random>`` of the embedded engine. Both files are replaced whole, so a
reader sees the old generation or the new one and never half of one, and an interrupted rebuild goes on where it
stopped. With a cluster the generations are collections there, and only ``NEXT`` and the locks are kept in the folder.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from broadsheet.search.engines.base import Engine
from broadsheet.search.engines.embedded import EmbeddedEngine
from broadsheet.search.spelling import Vocabulary

if TYPE_CHECKING:
    from broadsheet.search.engines.qdrant.engine import QdrantEngine

CURRENT, NEXT, FORM_FILE = "CURRENT", "NEXT", "form"


@dataclass(frozen=True, slots=True)
class Filling:
    """The generation being filled: its name, the model it is for, and the last paper by row id that is in it."""

    name: str
    fingerprint: str
    filled_to: int = 0


class Shelf(ABC):
    """The generations of one instance's index."""

    def __init__(self, folder: Path) -> None:
        """``folder`` keeps what the generations have in common; it is made on the first write."""
        self.folder = folder
        self._vocabularies: dict[Path, Vocabulary] = {}

    @abstractmethod
    def current(self) -> Engine | None:
        """The generation in use, up to date; None when nothing was indexed yet or only by an older form of index."""

    @abstractmethod
    def _engine(self, name: str) -> Engine | None:
        """A generation by its name, up to date; None when it is of another form or gone."""

    @abstractmethod
    def _new(self, fingerprint: str) -> str:
        """Make an empty generation for vectors of a model, and give its name."""

    @abstractmethod
    def _answer_with(self, name: str) -> None:
        """Let a generation answer from now on, and remove those that are not needed any more."""

    @abstractmethod
    def _words_folder(self, engine: Engine) -> Path:
        """Where the words of a generation are kept for spelling."""

    def vocabulary(self, engine: Engine) -> Vocabulary:
        """The words of the papers in a generation, up to date."""
        folder = self._words_folder(engine)
        opened = self._vocabularies.get(folder)
        if opened is None:
            # Those of generations that are gone are forgotten with them.
            self._vocabularies = {path: words for path, words in self._vocabularies.items() if path.is_dir()}
            opened = self._vocabularies[folder] = Vocabulary(folder)
        else:
            opened.reload()
        return opened

    def filling(self) -> tuple[Engine, Filling] | None:
        """The generation that is being filled, and how far it is."""
        try:
            told = Filling(**json.loads((self.folder / NEXT).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        engine = self._engine(told.name)
        return (engine, told) if engine else None

    def begin(self, fingerprint: str) -> Filling:
        """Begin a new generation beside the current one, for vectors of this model."""
        told = Filling(self._new(fingerprint), fingerprint)
        self._write(NEXT, json.dumps(asdict(told)))
        return told

    def note_filled(self, told: Filling, last: int) -> None:
        """Remember that papers up to row id ``last`` are in the generation being filled."""
        self._write(NEXT, json.dumps(asdict(replace(told, filled_to=last))))

    def use(self, name: str | None = None) -> None:
        """Answer with this generation, by default a new, empty one; give up another that is being filled."""
        self._answer_with(name or self._new(""))
        (self.folder / NEXT).unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writers' lock; another writer waits until this one is done with its batch."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "writer.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def embedding(self) -> Iterator[bool]:
        """Try to be the one that embeds; says whether this process is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "embedding.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _write(self, name: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"{name}.new"
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.folder / name)


class EmbeddedShelf(Shelf):
    """Generations in the instance's own folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._opened: dict[str, EmbeddedEngine] = {}

    def current(self) -> EmbeddedEngine | None:
        """The generation that ``CURRENT`` names."""
        name = self._current_name()
        return self._engine(name) if name else None

    def _engine(self, name: str) -> EmbeddedEngine | None:
        opened = self._opened.get(name)
        if opened is not None:
            opened.reload()
            return opened
        if self._form_of(name) != EmbeddedEngine.form():
            return None
        opened = self._opened[name] = EmbeddedEngine(self.folder / name, self.writing)
        return opened

    def _words_folder(self, engine: Engine) -> Path:
        assert isinstance(engine, EmbeddedEngine)
        return engine.folder / "spelling"

    def _new(self, fingerprint: str) -> str:  # noqa: ARG002  (the vectors bring it with them)
        name = f"g{secrets.token_hex(6)}"
        (self.folder / name).mkdir(parents=True)
        (self.folder / name / FORM_FILE).write_text(EmbeddedEngine.form(), encoding="ascii")
        return name

    def _answer_with(self, name: str) -> None:
        # The generation before this one stays until the next exchange, for a reader that has just read its name.
        replaced = self._current_name()
        self._write(CURRENT, name)
        for folder in self.folder.glob("g*"):
            if folder.name not in (name, replaced):
                self._opened.pop(folder.name, None)
                shutil.rmtree(folder, ignore_errors=True)

    def _current_name(self) -> str | None:
        try:
            return (self.folder / CURRENT).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    def _form_of(self, name: str) -> str:
        try:
            return (self.folder / name / FORM_FILE).read_text(encoding="ascii")
        except FileNotFoundError:
            return ""


class ClusterShelf(Shelf):
    """Generations as collections of a Qdrant cluster; an alias names the one that answers."""

    def __init__(self, folder: Path, url: str, dims: int) -> None:
        """Raises ``AddressError`` for an address that is not one, ``EngineError`` without the extra ``qdrant``."""
        from broadsheet.search.engines.qdrant import from_url

        super().__init__(folder)
        self._alias = from_url(url, dims)
        self._dims = dims
        self._generations: dict[str, QdrantEngine] = {}

    def current(self) -> QdrantEngine | None:
        """The collection that the alias stands for. Raises ``EngineGoneError`` when the cluster cannot be reached."""
        return self._of_this_form(self._alias)

    def _engine(self, name: str) -> QdrantEngine | None:
        engine = self._generations.get(name)
        if engine is None:
            engine = self._alias.of(name)
            self._generations = {name: engine}
        return self._of_this_form(engine)

    def _words_folder(self, engine: Engine) -> Path:
        from broadsheet.search.engines.qdrant import collection

        assert not isinstance(engine, EmbeddedEngine)
        name: str = getattr(engine, "collection", "")
        if name == self._alias.collection:
            name = collection.target(self._alias.link, name) or name
        return self.folder / "spelling" / name

    def _of_this_form(self, engine: QdrantEngine) -> QdrantEngine | None:
        from broadsheet.search.engines.qdrant import collection

        about = collection.about(engine.link, engine.collection)
        if about is None or about.form != collection.form():
            return None
        engine.reload()
        return engine

    def _new(self, fingerprint: str) -> str:
        from broadsheet.search.engines.qdrant import collection

        link, address = self._alias.link, self._alias.address
        name = collection.create(link, address, self._dims, is_bulk=bool(fingerprint))
        if fingerprint:
            collection.note(link, name, fingerprint=fingerprint)
        return name

    def _answer_with(self, name: str) -> None:
        from broadsheet.search.engines.qdrant import collection

        # Switched on at once and not waited for: until the graph is there the cluster compares with every vector.
        collection.index_vectors(self._alias.link, name)
        collection.use(self._alias.link, self._alias.address.name, name)
