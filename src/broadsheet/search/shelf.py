"""Where the instance's index lies: the generation that answers, and the one that is being filled beside it.

Layout of the folder: ``CURRENT`` names the generation in use; ``NEXT`` names the one being filled, how far it is, and
for which model; each generation is a folder ``g<random>`` of an engine. Both files are replaced whole, so a reader sees
the old generation or the new one and never half of one, and an interrupted rebuild goes on where it stopped.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from broadsheet.search.engines.embedded import EmbeddedEngine

CURRENT, NEXT, FORM_FILE = "CURRENT", "NEXT", "form"


@dataclass(frozen=True, slots=True)
class Filling:
    """The generation being filled: its name, the model it is for, and the last paper by row id that is in it."""

    name: str
    fingerprint: str
    filled_to: int = 0


class Shelf:
    """The generations of one instance's index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._opened: dict[str, EmbeddedEngine] = {}

    def current(self) -> EmbeddedEngine | None:
        """The generation in use, up to date; None when nothing was indexed yet or only by an older form of index."""
        name = self._current_name()
        if name is None or self._form_of(name) != EmbeddedEngine.form():
            return None
        return self._open(name)

    def filling(self) -> tuple[EmbeddedEngine, Filling] | None:
        """The generation that is being filled, and how far it is."""
        try:
            told = Filling(**json.loads((self.folder / NEXT).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        if self._form_of(told.name) != EmbeddedEngine.form():
            return None
        return self._open(told.name), told

    def begin(self, fingerprint: str) -> Filling:
        """Begin a new generation beside the current one, for vectors of this model."""
        told = Filling(self._new(), fingerprint)
        self._write(NEXT, json.dumps(asdict(told)))
        return told

    def note_filled(self, told: Filling, last: int) -> None:
        """Remember that papers up to row id ``last`` are in the generation being filled."""
        self._write(NEXT, json.dumps(asdict(replace(told, filled_to=last))))

    def use(self, name: str | None = None) -> None:
        """Answer with this generation (by default a new, empty one) and remove those before the one it replaces.

        That one stays until the next exchange, for a reader that has just read its name.
        """
        replaced, name = self._current_name(), name or self._new()
        self._write(CURRENT, name)
        (self.folder / NEXT).unlink(missing_ok=True)
        for folder in self.folder.glob("g*"):
            if folder.name not in (name, replaced):
                self._opened.pop(folder.name, None)
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writers' lock; another writer waits until this one is done with its batch."""
        with self._locked("writer.lock"):
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

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / name).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _new(self) -> str:
        name = f"g{secrets.token_hex(6)}"
        (self.folder / name).mkdir(parents=True)
        (self.folder / name / FORM_FILE).write_text(EmbeddedEngine.form(), encoding="ascii")
        return name

    def _open(self, name: str) -> EmbeddedEngine:
        opened = self._opened.get(name)
        if opened is None:
            opened = self._opened[name] = EmbeddedEngine(self.folder / name, self.writing)
        else:
            opened.reload()
        return opened

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

    def _write(self, name: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"{name}.new"
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.folder / name)
