"""The words of the catalogue, kept up to date: a table and, behind it, a journal of what came since.

Files ``words.N`` and ``journal.N`` in one folder. A line of the journal is a checksum and the counts of one update as
JSON; a torn last line is passed over. Folding writes ``words.N+1`` with everything and starts a new journal; whatever
crashes, the highest whole table and its journal are the vocabulary. One process writes at a time; any number read.
All of it can be made anew from the catalogue, so nothing but tables is synced to the disk.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from broadsheet.search.spelling.table import Near, Table, write_table

LEAST_TO_FOLD = 2_000
"""A journal of fewer words is not worth a new table."""


class Vocabulary:
    """How many papers hold a word, and which words are near it. Safe to read from several threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._number = 0
        self._table: Table | None = None
        self._recent: Counter[str] = Counter()
        self._read_to = 0
        self.reload()

    def __len__(self) -> int:
        return len(self._table) if self._table else 0

    def reload(self) -> None:
        """See what the writer has added; cheap when nothing has changed."""
        if max(self._numbers("words"), default=0) != self._number:
            self._open_newest()
        self._read_journal()

    def count(self, word: str) -> int:
        """How many papers hold a folded word."""
        table = self._table
        return max(0, self._recent.get(word, 0) + (table.count(word) if table else 0))

    def near(self, word: str, distance: int, least: int, *, same_initial: bool = True) -> list[Near]:
        """The words within ``distance`` edits (one or two) that at least ``least`` papers hold, in no order.

        What came since the last folding is known to ``count`` and not proposed.
        """
        return self._table.near(word, distance, least, same_initial=same_initial) if self._table and word else []

    def learn(self, counts: Mapping[str, int]) -> None:
        """Add the document frequencies of new papers; negative ones for papers that are gone."""
        changed = {word: count for word, count in counts.items() if count}
        if not changed:
            return
        line = json.dumps(changed, separators=(",", ":")).encode()
        with self._journal.open("ab") as file:
            # A line that a crash has torn ends here.
            file.write(b"\n%08x %s\n" % (zlib.crc32(line), line))
        self._read_journal()
        if self._table is None or len(self._recent) > max(LEAST_TO_FOLD, len(self._table)):
            self.fold()

    def maintain(self) -> bool:
        """Fold the journal into a new table when it has grown to a tenth of it; whether that was done."""
        self.reload()
        if len(self._recent) <= max(LEAST_TO_FOLD, len(self) // 10):
            return False
        self.fold()
        return True

    def fold(self) -> None:
        """Write a new table with everything that was learnt."""
        self.reload()
        counts = dict(self._table.items()) if self._table else {}
        for word, count in self._recent.items():
            counts[word] = counts.get(word, 0) + count
        self.replace(counts)

    def replace(self, counts: Mapping[str, int]) -> None:
        """Forget everything and take these document frequencies."""
        number = max((*self._numbers("words"), *self._numbers("journal")), default=0) + 1
        write_table(self._folder / f"words.{number}", counts)
        self._open_newest()
        for kind in ("words", "journal"):
            for old in self._numbers(kind):
                if old < number:
                    (self._folder / f"{kind}.{old}").unlink(missing_ok=True)

    @property
    def _journal(self) -> Path:
        return self._folder / f"journal.{self._number}"

    def _numbers(self, kind: str) -> list[int]:
        names = (path.name.partition(".") for path in self._folder.glob(f"{kind}.*"))
        return [int(number) for _, _, number in names if number.isdecimal()]

    def _open_newest(self) -> None:
        # Between listing and opening, a writer may have put a newer table in the place of all that were listed.
        for _ in range(3):
            for number in sorted(self._numbers("words"), reverse=True):
                try:
                    table = Table(self._folder / f"words.{number}")
                except (OSError, ValueError):
                    continue
                self._table, self._number, self._read_to, self._recent = table, number, 0, Counter()
                return

    def _read_journal(self) -> None:
        try:
            with self._journal.open("rb") as file:
                file.seek(self._read_to)
                data = file.read()
        except FileNotFoundError:
            return
        whole = data.rfind(b"\n") + 1
        recent = self._recent.copy() if whole else self._recent
        for line in data[:whole].split(b"\n"):
            checksum, _, counts = line.partition(b" ")
            if counts and checksum == b"%08x" % zlib.crc32(counts):
                recent.update(json.loads(counts))
        self._read_to += whole
        self._recent = recent
