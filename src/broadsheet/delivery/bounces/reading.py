"""Reading what came back: reports of RFC 3464 and RFC 5965, and the letters of servers that follow neither.

Everything in here is a stranger's input. Size, parts and depth are bounded before anything is parsed, nothing is
unpacked, and no report is believed for more than what the signed address says that it is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import Enum

from broadsheet.delivery.bounces.plain import is_automatic_answer, read_plain
from broadsheet.delivery.bounces.statuses import Severity, code_in, severity
from broadsheet.delivery.bounces.texts import ADDRESS, header, headers, text_of, without_addresses

LARGEST = 1024 * 1024
"""A report with all of a letter of ours in it has a quarter of this."""
ENDING = "unsubscribe"
"""The subject by which a reader's mail program ends a subscription (the mailto of List-Unsubscribe, RFC 2369, 3.2)."""
MOST_LINES = 30_000
MOST_PARTS = 60
MOST_BOUNDARIES = 1_000
MOST_RECIPIENTS = 50
LONGEST_PART_HEADER = 4_000
# A header of a part with its folded lines: the standard parser takes minutes for very long ones.
_PART = re.compile(rb"^content-[a-z-]{1,30}[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
_ARRIVED = frozenset({"delivered", "relayed", "expanded"})
_ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Apparently-To", "To", "Cc")
_RECIPIENT = ("Original-Recipient", "Final-Recipient", "Original-Rcpt-To", "X-Failed-Recipients")
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_OF_FIELDS = _STATUS | {"message/feedback-report"}
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "text/rfc822")


class Told(Enum):
    """What a report tells."""

    HARD = "hard bounce"
    SOFT = "soft bounce"
    COMPLAINT = "complaint"
    ENOUGH = "unsubscribed"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A letter that came back, read.

    ``answer`` is the other server's words, or why the report tells nothing. ``addressed_to`` are all addresses that may
    be the signed one, ``recipients`` those that it says were written to. ``message_ids`` are those of the letter that
    is reported on, ``own_id`` is the report's.
    """

    told: Told
    answer: str
    addressed_to: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    own_id: str = ""


def read(raw: bytes, recipient: str = "") -> Report:
    """What a letter to the bounce address tells; ``recipient`` is whom the envelope named, where that is known.

    Never raises for what a stranger may send: what is too large, too nested or no report tells nothing.
    """
    if len(raw) > LARGEST:
        return Report(told=Told.NOTHING, answer="it is too large")
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if raw.count(b"\n") > MOST_LINES:
        return Report(told=Told.NOTHING, answer="it has too many lines")
    part_headers = _PART.findall(raw)
    if any(len(one) > LONGEST_PART_HEADER for one in part_headers):
        return Report(told=Told.NOTHING, answer="it has headers that are too long")
    if len(part_headers) > 4 * MOST_PARTS or len(_BOUNDARY.findall(raw)) > MOST_BOUNDARIES:
        return Report(told=Told.NOTHING, answer="it has too many parts")
    try:
        return _read(message_from_bytes(raw), recipient)
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError, AssertionError) as error:
        # The standard parser trips over some malformed letters, each in its own way.
        return Report(told=Told.NOTHING, answer=f"it cannot be read ({type(error).__name__})")


def _read(message: Message, recipient: str) -> Report:
    parts = _parts(message)
    returned = [one for part in parts for one in _returned(part)]
    feedback = next((part for part in parts if part.get_content_type() == "message/feedback-report"), None)
    fields = [block for part in parts if part.get_content_type() in _OF_FIELDS for block in _blocks(part)]
    told, answer = _judge(message, parts, fields, is_complaint=feedback is not None)
    addressed = [recipient, *(word for name in _ENVELOPE for word in headers(message, name))]
    if feedback is not None:
        # A provider's complaint comes to an address of its own; the letter's return address stands inside.
        addressed += [word for one in fields for word in headers(one, "Original-Mail-From")]
        addressed += [word for one in returned for word in headers(one, "Return-Path")]
    written_to = [word for one in (*fields, message) for name in _RECIPIENT for word in headers(one, name)]
    return Report(
        told=told,
        answer=without_addresses(answer),
        addressed_to=_addresses(addressed),
        recipients=_addresses(written_to),
        message_ids=tuple(dict.fromkeys(word for one in returned for word in headers(one, "Message-ID"))),
        own_id=header(message, "Message-ID").strip()[:250],
    )


def _judge(message: Message, parts: list[Message], fields: list[Message], *, is_complaint: bool) -> tuple[Told, str]:
    """What is told, and in which words."""
    if is_complaint:
        return _complaint(fields)
    if any(part.get_content_type() in _STATUS for part in parts):
        return _delivery_status(fields)
    if is_automatic_answer(message):
        return Told.NOTHING, "it is an automatic answer"
    if " ".join(header(message, "Subject").split()).casefold() == ENDING:
        return Told.ENOUGH, "asked by mail"
    failure = read_plain(message, parts)
    if failure is None:
        return Told.NOTHING, "it is no report"
    found = severity(failure.status, failure.text)
    return (Told.HARD if found is Severity.HARD else Told.SOFT), failure.text


def _complaint(fields: list[Message]) -> tuple[Told, str]:
    """A report of abuse (RFC 5965). ``not-spam`` takes nothing back, and ``virus`` says nothing of what is wanted."""
    kind = next((header(one, "Feedback-Type") for one in fields if one.get("Feedback-Type")), "").strip().lower()
    agent = next((header(one, "User-Agent") for one in fields if one.get("User-Agent")), "")
    if kind in {"abuse", "fraud", "opt-out", "opt-out-list"}:
        return Told.COMPLAINT, f"{kind}, told by {agent or 'a provider'}"
    return Told.NOTHING, f"a feedback report of type {kind or 'none'}"


def _delivery_status(fields: list[Message]) -> tuple[Told, str]:
    """What the groups of fields say, one a recipient (RFC 3464, 2.3); the first group is about the message."""
    groups = [one for one in fields if one.get("Action") or one.get("Status")][:MOST_RECIPIENTS]
    actions = [header(one, "Action").split("(")[0].strip().lower() for one in groups]
    failed = [one for one, action in zip(groups, actions, strict=True) if action == "failed"]
    if not failed:
        return Told.NOTHING, f"a report of what is {', '.join(sorted(set(actions) - {''})) or 'not said'}"
    worst = Told.SOFT, ""
    for one in failed:
        status = code_in(header(one, "Status"))
        words = header(one, "Diagnostic-Code").partition(";")[2].strip() or header(one, "Diagnostic-Code").strip()
        answer = f"{status} {words}".strip() if status and status not in words else words or status
        if severity(status, words) is Severity.HARD:
            worst = Told.HARD, answer
            break
        worst = Told.SOFT, worst[1] or answer
    if worst[0] is Told.HARD and any(action in _ARRIVED for action in actions):
        # One address of ours was handed on to several: it reached somebody, so it is not gone.
        return Told.SOFT, worst[1]
    return worst


def _parts(message: Message) -> list[Message]:
    """All parts but those of the letter that was sent back, which are somebody else's report or our own words."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < MOST_PARTS:
        part = waiting.pop(0)
        found.append(part)
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += [one for one in payload if isinstance(one, Message)]
    return found


def _blocks(part: Message) -> list[Message]:
    """The groups of header fields of a part, which some servers encode although they must not."""
    payload = part.get_payload()
    if isinstance(payload, list) and any(isinstance(one, Message) and one.keys() for one in payload):
        blocks = [one for one in payload if isinstance(one, Message)]
        if len(blocks) > 1 or "Action" in blocks[0] or "Feedback-Type" in blocks[0]:
            return blocks
    text = text_of(part)
    return [message_from_bytes(block.encode("utf-8", "replace")) for block in re.split(r"\r?\n[ \t]*\r?\n", text)]


def _returned(part: Message) -> list[Message]:
    """The letter that was sent back, or its head."""
    if part.get_content_type() not in _RETURNED:
        return []
    payload = part.get_payload()
    if isinstance(payload, list):
        return [one for one in payload if isinstance(one, Message)][:1]
    return [message_from_bytes(text_of(part).encode("utf-8", "replace"))]


def _addresses(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for text in texts for found in ADDRESS.findall(text)))[: 2 * MOST_RECIPIENTS]
