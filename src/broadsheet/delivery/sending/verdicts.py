"""What a mail server's answer means for a letter: the table that the tests hold, stage by stage.

By RFC 5321 (4.2): 2xx done, 4xx refused for the time being, 5xx refused for good. RFC 3463 gives the status that
follows the code, such as ``5.1.1``, which tells whether the address, the letter or we ourselves are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from broadsheet.delivery.values import Fate, Outcome

STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\D|$)")
LONGEST_WORDS = 300
CLOSING = 421
NO_ANSWER = -1
TOO_LARGE = 552


class Stage(Enum):
    """How far a letter came."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "the letter's text"
    END = "the end of the letter"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the server; ``code`` is -1 for what is no answer by the protocol."""

    code: int
    text: str

    @classmethod
    def of(cls, code: int, raw: bytes) -> Reply:
        """An answer as smtplib gives it."""
        return cls(code, " ".join(raw.decode("utf-8", "replace").split())[:LONGEST_WORDS])

    @property
    def status(self) -> str:
        """The status of RFC 3463; empty where the server gave none."""
        found = STATUS.match(self.text)
        return found[0] if found else ""

    def __str__(self) -> str:
        return (
            f"{self.code} {self.text}".strip() if self.code != NO_ANSWER else f"no answer by the protocol: {self.text}"
        )


def is_fine(stage: Stage, reply: Reply) -> bool:
    """Whether the server wants the letter so far."""
    wanted = {Stage.MAIL: (250,), Stage.RCPT: (250, 251, 252), Stage.DATA: (354,)}
    return reply.code in wanted[stage] if stage in wanted else 200 <= reply.code < 300


def verdict(stage: Stage, reply: Reply) -> Outcome:
    """What becomes of a letter that got this answer at this stage."""
    told = f"{stage.value}: {reply}"
    if is_fine(stage, reply) and stage is Stage.END:
        return Outcome(Fate.SENT, str(reply))
    if not 500 <= reply.code < 600:
        # Behind the end of a letter only a 4xx says that it was not taken; whatever else it was, nobody knows.
        is_unknown = stage is Stage.END and not 400 <= reply.code < 500
        return Outcome(Fate.IN_DOUBT if is_unknown else Fate.LATER, told)
    if stage is Stage.MAIL and reply.code != TOO_LARGE and reply.status != "5.3.4":
        # The sender is refused and not the letter, and so would all the others be: whoever runs this has to mend it.
        return Outcome(Fate.LATER, told)
    if names_the_address(stage, reply):
        return Outcome(Fate.BOUNCED, told)
    return Outcome(Fate.FAILED, told)


def names_the_address(stage: Stage, reply: Reply) -> bool:
    """Whether a refusal for good is about the address, and not about the letter, our server or us (5.7: policy)."""
    if stage is Stage.RCPT:
        return not reply.status.startswith("5.7.") and reply.code not in (530, 535, 538)
    return stage is Stage.END and reply.status.startswith(("5.1.", "5.2."))


def broken(stage: Stage, is_marked: bool, error: Exception) -> Outcome:
    """What becomes of a letter when the connection broke or nothing came in time."""
    told = f"{stage.value}: {type(error).__name__}: {error}"[:LONGEST_WORDS]
    return Outcome(Fate.IN_DOUBT if is_marked else Fate.LATER, told)
