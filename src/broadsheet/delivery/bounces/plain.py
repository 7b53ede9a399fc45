"""Bounces in plain words, as older servers and some large providers write them, and answers that are none.

Only letters of a mail system are looked at: from its own name, or with an empty return path. What is found is the
text around the refusal, up to where the returned letter begins; ``statuses`` judges it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr

from broadsheet.delivery.bounces.statuses import code_in
from broadsheet.delivery.bounces.texts import header, text_of

_SYSTEMS = re.compile(
    r"^(?:mailer[-_. ]?daemon|mail[-_. ]?daemon|mdaemon|postmaster|postoffice|mail[-_. ]?(?:system|delivery|"
    r"administrator|router)|microsoftexchange\w*|daemon|double-bounce|bounce[sd]?|mailerdaemon)(?:[-+.\w]*)$",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"wasn't\s+able\s+to\s+deliver|not\s+able\s+to\s+deliver|could\s*(?:n't|\s+not)\s+be\s+delivered|cannot\s+be\s+delivered|"
    r"unable\s+to\s+deliver|undeliver(?:able|ed)|not\s+delivered|delivery\s+(?:\S+\s+){0,6}fail|fail(?:ed|ure)\s+(?:\S+\s+)?"
    r"(?:to\s+)?(?:deliver|notice|notification)|permanent\s+(?:fatal\s+)?errors?|returned\s+(?:mail|to\s+sender)|"
    r"(?:could|was)\s*(?:n't|\s+not)\s+(?:be\s+)?(?:deliver|sent|reach)\w*|did(?:n't|\s+not)\s+reach|rejected\s+(?:your|the)\s+"
    r"message|address\s+not\s+found|message\s+blocked|mailbox\s+not\s+found|permanently\s+rejected",
    re.IGNORECASE,
)
_STILL_TRIED = re.compile(
    r"this\s+is\s+a\s+warning\s+(?:message\s+)?only|do\s+not\s+need\s+to\s+(?:resend|send\s+it\s+again)|will\s+(?:be\s+retried|"
    r"keep\s+trying|continue\s+to\s+(?:try|be)|retry)|delivery\s+(?:status\s+notification\s+\(delay\)|(?:is\s+|has\s+been\s+)?"
    r"delayed)|delay\s+reason|no\s+action\s+is\s+required",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\s*(?:>?\s*-{2,}\s*(?:below\s+this\s+line|this\s+is\s+a\s+copy|original\s+message|(?:the\s+)?(?:header|body|text)s?\s+of|"
    r"returned\s+message|unsent\s+message|forwarded\s+message|message\s+header|start\s+of\s+message)|"
    r"return-path:\s|received:\s+from\s|original\s+message\s+(?:headers|follows))",
    re.IGNORECASE | re.MULTILINE,
)
_ANSWERS = re.compile(
    r"^(?:(?:auto(?:matic|matische|mated)?|automatisch\w*|r[ée]ponse\s+automatique|respuesta\s+autom[áa]tica)[\s:-]|out\s+of\s+"
    r"(?:the\s+)?office|abwesenheit|vacation|away\s+from|on\s+(?:leave|holiday)|please\s+(?:confirm|verify)|(?:action|"
    r"confirmation)\s+required|verify\s+your|challenge)",
    re.IGNORECASE,
)
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Failure:
    """A refusal in a server's own words, with its status code where one stands in them."""

    status: str
    text: str


def is_automatic_answer(message: Message) -> bool:
    """Whether a letter is written by a program in somebody's name: an absence (RFC 3834), or a challenge."""
    automatic = header(message, "Auto-Submitted").split(";")[0].strip().lower()
    if automatic.startswith("auto-replied") and not _is_of_a_system(message):
        return True
    named = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-Challenge", "X-Mail-Autoreply", "X-Vacation")
    precedence = header(message, "Precedence").strip().lower()
    return (
        any(message.get(name) for name in named)
        or precedence in {"auto_reply", "auto-reply"}
        or bool(_ANSWERS.search(header(message, "Subject")))
    )


def read_plain(message: Message, parts: list[Message]) -> Failure | None:
    """The refusal that a mail system's letter tells of; None for anything else, and for what is still being tried."""
    text = _words(parts)
    failed_recipients = header(message, "X-Failed-Recipients")
    if not failed_recipients and not _is_of_a_system(message):
        return None
    whole = " ".join(f"{header(message, 'Subject')} {text}".split())
    if _STILL_TRIED.search(whole):
        return None
    if not failed_recipients and not _FAILED.search(whole):
        return None
    return Failure(code_in(text), text[:_LONGEST])


def _is_of_a_system(message: Message) -> bool:
    name = parseaddr(header(message, "From"))[1].partition("@")[0]
    return bool(_SYSTEMS.match(name)) or header(message, "Return-Path").strip() == "<>"


def _words(parts: list[Message]) -> str:
    """What the system says itself: its plain text, else its HTML without marks, up to the returned letter."""
    plain = [text_of(part) for part in parts if part.get_content_type() == "text/plain"]
    marked = [text_of(part) for part in parts if part.get_content_type() == "text/html"]
    text = "\n".join(plain) or re.sub(r"<[^<>]{0,2000}>", " ", "\n".join(marked))
    found = _ORIGINAL.search(text)
    return text[: found.start()] if found and found.start() else text
