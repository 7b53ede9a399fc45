"""What a refusal means for the address: gone for good, or failing for the time being.

The codes are those of RFC 3463 and its registry. Wrongly giving up an address is worse than trying it again on four
more days, so only what says that the address itself is gone counts as hard; what is about us (policy, reputation,
content), about size, or about the way there, is soft whatever its first digit.
"""

from __future__ import annotations

import re
from enum import Enum


class Severity(Enum):
    """How grave a failure is."""

    HARD = "hard"
    SOFT = "soft"


ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?!\.?\d)")
# X.1.7 and X.1.8 are about the sender's address, X.1.9 about a relay's message.
_GONE = frozenset({(1, 0), (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 10), (2, 1)})
_GONE_REPLIES = frozenset({"550", "551", "553"})
_UNKNOWN_WORDS = re.compile(
    r"user\s+(?:is\s+)?unknown|unknown\s+(?:user|recipient|mailbox|address)|no\s+such\s+(?:user|mailbox|recipient|address"
    r"|person|account|email)|(?:user|mailbox|recipient|account|address|person)\s+(?:\S+\s+)?(?:does\s+not|doesn't|do\s+not)"
    r"\s+exist|no\s+(?:mailbox|user)\s+(?:here|by\s+that\s+name)|(?:user|mailbox|recipient|address)\s+(?:\S+\s+){0,3}not\s+"
    r"(?:found|known|listed)|not\s+(?:a\s+)?(?:valid|known)\s+(?:user|mailbox|recipient|address)|invalid\s+(?:recipient|"
    r"mailbox|user|address)|recipient\s+not\s+(?:found|known)|mailbox\s+(?:is\s+)?(?:unavailable|disabled|inactive)|account"
    r"\s+(?:\S+\s+){0,4}(?:disabled|inactive|closed|deactivated)|recipient\s+address\s+rejected:\s+(?:access\s+denied|user"
    r"|undeliverable)|address\s+couldn't\s+be\s+found|wasn't\s+found\s+at",
    re.IGNORECASE,
)
_ABOUT_US = re.compile(
    r"\bspam|block\s?list|black\s?list|blocked|spamhaus|barracuda|reputation|\bdmarc|\bspf\b|\bdkim|policy|rate\s+limit|"
    r"too\s+many|throttl|grey\s?list|unsolicited|content\s+rejected|not\s+authenticated|authentication\s+required",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(?:mailbox|quota|inbox)\s+(?:\S+\s+){0,4}(?:full|exceeded)|over\s?(?:\s+\S+)?\s?quota|insufficient\s+(?:system\s+)?"
    r"storage|out\s+of\s+(?:storage|space)|message\s+(?:\S+\s+)?too\s+(?:large|big)",
    re.IGNORECASE,
)
_TRIED_LONG = re.compile(
    r"in\s+the\s+queue\s+too\s+long|retry\s+time(?:out)?\s+(?:not\s+reached|exceeded)|(?:message|delivery)\s+(?:\S+\s+)?"
    r"(?:expired|timed\s+out)|connection\s+(?:refused|timed\s+out)|could\s+not\s+connect|network\s+(?:is\s+)?unreachable|"
    r"try\s+again\s+later|temporar",
    re.IGNORECASE,
)


def severity(status: str, text: str = "") -> Severity:
    """How grave a failure is, by its status code (``5.1.1``; empty: none was told) and the server's own words.

    The words decide where the code tells nothing, or is used against its meaning as some well-known servers do.
    """
    code = _most_telling(status, text)
    text = " ".join(text.split())
    says_unknown = bool(_UNKNOWN_WORDS.search(text))
    says_about_us = bool(_ABOUT_US.search(text) or _FULL.search(text) or _TRIED_LONG.search(text))
    if code is not None and code[0] == 4:
        return Severity.SOFT
    if says_about_us and not says_unknown:
        return Severity.SOFT
    if code is not None and code[1:] != (0, 0):
        is_gone = code[1:] in _GONE or (says_unknown and code[1] in {0, 3, 4, 5, 7} and code[1:] != (4, 4))
        return Severity.HARD if is_gone else Severity.SOFT
    if says_unknown:
        return Severity.HARD
    replies = _REPLY.findall(text)
    return Severity.HARD if replies and replies[0] in _GONE_REPLIES else Severity.SOFT


def code_in(text: str) -> str:
    """The first enhanced status code of a failure in a text; empty where there is none."""
    codes = [found[0] for found in ENHANCED.finditer(text) if found[1] != "2"]
    return codes[0] if codes else ""


def _most_telling(status: str, text: str) -> tuple[int, int, int] | None:
    """The code of the report or, where that says only that it failed, the one in the server's words."""
    codes = [tuple(map(int, found.groups())) for found in ENHANCED.finditer(f"{status} {text}")]
    failed = [(code[0], code[1], code[2]) for code in codes if code[0] != 2]
    return next((code for code in failed if code[1:] != (0, 0)), failed[0] if failed else None)
