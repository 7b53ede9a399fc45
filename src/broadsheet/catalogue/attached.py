"""What rooms to the right of this one hang on papers: it goes along when papers become one, and comes back.

The catalogue knows nothing of votes and comments. A room that hangs rows on papers says here what becomes of them, when
Django starts (``AppConfig.ready``); ``writing`` and ``identity`` call it inside their transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

Note = dict[str, Any]
"""What was done, as data that survives JSON: row ids and nothing that tells of a person."""


@dataclass(frozen=True, slots=True)
class Attachments:
    """What a room does with its rows on papers.

    ``carry(absorbed, survivor)`` moves all of one paper to another, by row id, and returns a note; afterwards nothing
    hangs on the first. ``give_back(note, survivor, back)`` returns what a note tells of to the paper that came back,
    and gives the note anew, as it holds for that paper. ``kept(papers)`` returns which of some papers must stay, though
    no source speaks of them any more, because people would lose what they wrote.
    """

    carry: Callable[[int, int], Note]
    give_back: Callable[[Note, int, int], Note]
    kept: Callable[[Collection[int]], set[int]]


_ROOMS: dict[str, Attachments] = {}


def register(room: str, attachments: Attachments) -> None:
    """Let a room say what becomes of its rows; a second time replaces the first."""
    _ROOMS[room] = attachments


def carry(absorbed: int, survivor: int) -> dict[str, Note]:
    """Move everything that hangs on one paper to another; returns the notes of all rooms."""
    return {room: attachments.carry(absorbed, survivor) for room, attachments in _ROOMS.items()}


def give_back(notes: Mapping[str, Note], survivor: int, back: int) -> dict[str, Note]:
    """Return what these notes tell of to the paper that came back; the note of a room that is gone stays as it is."""
    return dict(notes) | {
        room: attachments.give_back(notes[room], survivor, back)
        for room, attachments in _ROOMS.items()
        if room in notes
    }


def kept(papers: Collection[int]) -> set[int]:
    """Which of these papers must stay because of what hangs on them."""
    return set().union(*(attachments.kept(papers) for attachments in _ROOMS.values()))
