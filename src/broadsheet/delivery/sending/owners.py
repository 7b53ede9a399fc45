"""Which senders of this home are alive: each holds the lock of a file of its own, which the kernel lets go with it.

So what a sender that was killed had claimed is seen at once by the next one, without waiting for the lease to be over.
A sender of another home (another machine) has no file here; what it had is taken over when its lease is over.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def alive(folder: Path) -> Iterator[str]:
    """Be a sender: yields a name that no other one has, and that counts as alive as long as this process is in here."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{os.getpid()}-{secrets.token_hex(8)}"
    path = folder / name
    # Locked under another name first: whoever sees the final one finds it locked.
    draft = folder / f".{name}"
    with draft.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        draft.rename(path)
        try:
            yield name
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def gone(folder: Path) -> Iterator[list[str]]:
    """Yields the names of senders that ended without a word, and forgets them afterwards.

    Each is held by one process at a time; where the block raises, they are found again by the next one.
    """
    with ExitStack() as held:
        found = []
        for path in sorted(folder.glob("[!.]*")):
            try:
                file = held.enter_context(path.open("r"))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, FileNotFoundError):
                continue
            found.append(path)
        yield [path.name for path in found]
        for path in found:
            path.unlink(missing_ok=True)
