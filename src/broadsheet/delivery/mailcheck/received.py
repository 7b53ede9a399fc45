"""Looking at a test letter as it was received: who signed it (DKIM, RFC 6376), and whether what matters is covered."""

from __future__ import annotations

import logging
import re
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from importlib import import_module
from typing import Any

from broadsheet.delivery.bounces.texts import header, headers
from broadsheet.delivery.mailcheck.findings import Finding, Verdict, dmarc_of, is_aligned, tags_of
from broadsheet.delivery.mailcheck.resolving import LookupFailedError, MissingPackageError, Resolver

LARGEST = 5 * 1024 * 1024
MOST_SIGNATURES = 5
COVERED = ("from", "list-unsubscribe", "list-unsubscribe-post")
"""RFC 8058, 4: a signature has to cover both headers of one-click unsubscription."""


class UnreadableError(Exception):
    """A file is no letter; the text says why."""


def look_at(raw: bytes, resolver: Resolver) -> list[Finding]:
    """What a received letter shows of its signature, its return path, and what its receiver made of it.

    Raises ``UnreadableError`` for what is no letter, and ``MissingPackageError`` where dkimpy is not installed.
    """
    if len(raw) > LARGEST:
        raise UnreadableError("it is too large for a test letter")
    message = message_from_bytes(raw)
    from_domain = parseaddr(header(message, "From"))[1].rpartition("@")[2].lower()
    if not from_domain:
        raise UnreadableError("it has no From: save the letter with all its headers, as its source")
    try:
        policy = dmarc_of(from_domain, resolver)[1]
    except LookupFailedError:
        policy = {}
    found = _signatures(raw, message, from_domain, policy, resolver)
    found += [_unsubscription(message), _return_path(message, from_domain, policy)]
    return found + _told_by_receiver(message)


def _signatures(
    raw: bytes, message: Message, from_domain: str, policy: dict[str, str], resolver: Resolver
) -> list[Finding]:
    should = f"a valid signature by {from_domain} that covers {', '.join(COVERED)}"
    signatures = headers(message, "DKIM-Signature")[:MOST_SIGNATURES]
    if not signatures:
        hint = "Let your mail server or provider sign letters (opendkim, rspamd, or a switch of the provider)."
        return [Finding("DKIM", Verdict.BAD, "it is not signed", should, hint)]
    found = [
        _signature(raw, number, tags_of(text), from_domain, policy, resolver) for number, text in enumerate(signatures)
    ]
    good = [one for one in found if one.verdict is Verdict.GOOD]
    # One signature that holds and aligns is enough; what the others lack is then of no matter.
    return good or found


def _signature(
    raw: bytes, number: int, tags: dict[str, str], from_domain: str, policy: dict[str, str], resolver: Resolver
) -> Finding:
    signer, selector = tags.get("d", "").lower(), tags.get("s", "")
    told = f"signed by {signer or 'nobody'} with the key {selector or '?'}"
    should = f"a valid signature by {from_domain} that covers {', '.join(COVERED)}"
    problem = _problem(raw, number, resolver)
    if problem:
        hint = "The key, or something between the mail server and here that changed the letter."
        return Finding("DKIM", Verdict.BAD, f"{told}: not valid ({problem})", should, hint)
    if not is_aligned(signer, from_domain, is_strict=policy.get("adkim", "r").lower() == "s"):
        hint = f"It counts for {signer} and not for DMARC of {from_domain}: sign with a key of that domain."
        return Finding("DKIM", Verdict.BAD, f"{told}: valid, not aligned", should, hint)
    covered = {name.strip().lower() for name in tags.get("h", "").split(":")}
    missing = [name for name in COVERED if name not in covered]
    if missing:
        hint = "Add them to what is signed, or one-click unsubscription is not believed (RFC 8058, 4)."
        return Finding("DKIM", Verdict.BAD, f"{told}: valid, without {', '.join(missing)}", should, hint)
    return Finding("DKIM", Verdict.GOOD, f"{told}: valid and aligned", should)


def _problem(raw: bytes, number: int, resolver: Resolver) -> str:
    """Why a signature does not hold; empty where it does."""
    try:
        dkim: Any = import_module("dkim")
    except ImportError as error:
        raise MissingPackageError("this needs the extra `mailcheck`: pip install 'broadsheet[mailcheck]'") from error

    def text_of(name: bytes | str, timeout: int = 5) -> bytes | None:
        asked = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        texts = resolver.txt(asked.rstrip("."))
        return texts[0].encode() if texts else None

    verifier: Any = dkim.DKIM(raw, logger=logging.getLogger(f"{__name__}.dkim"), minkey=1024)
    try:
        return "" if verifier.verify(idx=number, dnsfunc=text_of) else "the signature does not fit the letter"
    except LookupFailedError as error:
        return f"no name server answered, {error}"
    except (dkim.DKIMException, ValueError, KeyError, TypeError) as error:
        return str(error) or type(error).__name__


def _unsubscription(message: Message) -> Finding:
    link, post = header(message, "List-Unsubscribe"), header(message, "List-Unsubscribe-Post")
    should = "List-Unsubscribe with an https address, and List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    told = f"{link or 'no List-Unsubscribe'}; {post or 'no List-Unsubscribe-Post'}"
    if "<https://" in link and post.replace(" ", "") == "List-Unsubscribe=One-Click":
        return Finding("One-click unsubscription", Verdict.GOOD, "both headers are there", should)
    hint = (
        "The address begins with BROADSHEET_BASE_URL, which has to be https; a relay may also have taken headers out."
    )
    return Finding("One-click unsubscription", Verdict.BAD, told, should, hint)


def _return_path(message: Message, from_domain: str, policy: dict[str, str]) -> Finding:
    domain = parseaddr(header(message, "Return-Path"))[1].rpartition("@")[2].lower()
    should = f"a return path of {from_domain}, or of a domain above or below it"
    if not domain:
        hint = "Save the letter as its receiver stored it, with all headers."
        return Finding("Return path", Verdict.DOUBTFUL, "the file has no Return-Path", should, hint)
    if is_aligned(domain, from_domain, is_strict=policy.get("aspf", "r").lower() == "s"):
        return Finding("Return path", Verdict.GOOD, domain, should)
    hint = (
        "SPF then does not count for DMARC; a signature has to. Set BROADSHEET_BOUNCE_ADDRESS in the sender's domain."
    )
    return Finding("Return path", Verdict.DOUBTFUL, domain, should, hint)


def _told_by_receiver(message: Message) -> list[Finding]:
    """What the first ``Authentication-Results`` says (RFC 8601): the receiver's own, as it stands on top."""
    text = header(message, "Authentication-Results")
    found = []
    for method in ("spf", "dkim", "dmarc"):
        told = re.search(rf"\b{method}\s*=\s*(\w+)", text, re.IGNORECASE)
        if told is None:
            continue
        is_good = told[1].lower() == "pass"
        about = f"{method.upper()} as its receiver says"
        hint = "" if is_good else "What is said above of it tells why."
        found.append(Finding(about, Verdict.GOOD if is_good else Verdict.BAD, told[1].lower(), "pass", hint))
    return found
