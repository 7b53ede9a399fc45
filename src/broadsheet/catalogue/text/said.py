"""What a text says that an address leads to: "Code: https://...", "our project page is at https://...".

Asked only of addresses whose host does not tell. Conservative: the words must stand directly before the address.
"""

from __future__ import annotations

import re
from typing import Literal

SaidKind = Literal["code", "project", "model", "dataset", "video", "other"]

_READ_BACK = 160
_NOUNS: dict[SaidKind, str] = {
    "project": r"(?:project(?:'s)?|our|paper|research|accompanying|companion)[ -](?:home ?|web ?)?(?:page|site)",
    "code": r"(?:source |full |training |inference |evaluation )?codes?|code ?base|implementations?|software",
    "dataset": r"data ?sets?|data|corpus|benchmarks?",
    "model": r"(?:model )?(?:weights|checkpoints)|models?",
    "video": r"(?:demo |demonstration )?videos?",
}
_NOUN = "|".join(f"(?P<{kind}>{words})" for kind, words in _NOUNS.items())
_ANY = re.compile(rf"\b(?:{_NOUN})\b", re.IGNORECASE)
_PLAIN = "|".join(_NOUNS.values())
_JOINED = r"(?: *(?:,|&|/|,? and) *(?:(?:our|the|all|trained|pre-?trained) )*)"
_FILLER = (
    r"(?:\s+(?:is|are|can|could|may|will|be|been|has|have|also|now|all|found|made|publicly|freely|openly|fully|available|"
    r"released|accessible|accessed|hosted|provided|shared|downloaded|online|open|open-?sourced?|sourced|on|at|in|from|"
    r"here|under|via|the|this|our|project|following|link|links|url|address|website|page)|\s*[:\-–—(\[~,]|\\url\{|\s)*"
)
_SAID = re.compile(rf"(?P<list>\b(?:{_PLAIN})(?:{_JOINED}(?:{_PLAIN}))*)\b{_FILLER}\Z", re.IGNORECASE)
_ELSEWHERE = re.compile(r"https?://\S+|[.!?;] ")
_OUR_PAGE = re.compile(r"\b(?:our|this|project)\b[^,]*\b(?:page|website)\b", re.IGNORECASE)


def said_kind(before: str) -> SaidKind:
    """What the words at the end of ``before``, the text up to an address, call it; ``other`` where they say nothing.

    A page of the project goes before all else, and code before what is named with it.
    """
    # Another address, or another sentence, is about something else.
    text = _ELSEWHERE.split(" ".join(f"{before[-_READ_BACK:]}|".split())[:-1])[-1]
    said = _SAID.search(text)
    if said is None:
        return "other"
    kinds = {found.lastgroup for found in _ANY.finditer(said["list"])}
    if _OUR_PAGE.search(text, said.end("list")):
        kinds.add("project")
    for kind in _NOUNS:
        if kind in kinds and (kind in ("project", "code") or len(kinds) == 1):
            return kind
    return "other"
