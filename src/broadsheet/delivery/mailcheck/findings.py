"""Looking at what the domain name system says of an instance's mail, and saying what it means and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from broadsheet.delivery.mailcheck.resolving import LookupFailedError, Resolver
from broadsheet.delivery.mailcheck.spf import Evaluation, SpfError, record_of


class Verdict(Enum):
    """How well something stands."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what is there, what should be, and what to do where that differs."""

    about: str
    verdict: Verdict
    there: str
    should: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How an instance sends: domains of From and of the return path, the mail server, a DKIM selector if known.

    ``is_signed`` says that each letter has a return address of its own.
    """

    from_domain: str
    return_domain: str
    server: str = ""
    selector: str = ""
    is_signed: bool = True


def look(sending: Sending, resolver: Resolver) -> list[Finding]:
    """All that can be said before a letter was received somewhere, in the order in which it is put right."""
    steps: list[tuple[str, Callable[[Sending, Resolver], list[Finding]]]] = [
        ("MX", _mx),
        ("Return addresses", _return_addresses),
        ("SPF", _spf),
        ("DKIM", _dkim),
        ("DMARC", _dmarc),
        ("PTR", _ptr),
    ]
    found: list[Finding] = []
    for about, step in steps:
        try:
            found += step(sending, resolver)
        except LookupFailedError as error:
            told = f"no name server answered ({error})"
            found.append(Finding(about, Verdict.DOUBTFUL, told, "an answer", "Try again later."))
    return found


def is_aligned(one: str, other: str, *, is_strict: bool = False) -> bool:
    """Whether two domains count as the same for DMARC (RFC 7489, 3.1).

    Relaxed alignment is by organisational domain, which takes a list of public suffixes to know; one being the other or
    below it is told without.
    """
    first, second = one.lower().rstrip("."), other.lower().rstrip(".")
    if first == second:
        return bool(first)
    return not is_strict and (first.endswith(f".{second}") or second.endswith(f".{first}"))


def dmarc_of(domain: str, resolver: Resolver) -> tuple[str, dict[str, str]]:
    """Where the DMARC policy of a domain stands, and its tags; both empty where there is none (RFC 7489, 6.6.3)."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        name = ".".join(labels[start:])
        texts = [
            text for text in resolver.txt(f"_dmarc.{name}") if text.lower().replace(" ", "").startswith("v=dmarc1")
        ]
        if len(texts) == 1:
            return name, tags_of(texts[0])
    return "", {}


def tags_of(text: str) -> dict[str, str]:
    """The ``name=value`` pairs of a record, names in small letters."""
    pairs = (piece.partition("=") for piece in text.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}


def _mx(sending: Sending, resolver: Resolver) -> list[Finding]:
    hosts = resolver.mx(sending.return_domain)
    should = f"a mail server that takes what comes back to {sending.return_domain}"
    if hosts and any(hosts):
        return [Finding("MX", Verdict.GOOD, ", ".join(filter(None, hosts)), should)]
    if not hosts and resolver.addresses(sending.return_domain):
        told = "no MX record; mail goes to the domain's own address"
        return [Finding("MX", Verdict.DOUBTFUL, told, should, "Add an MX record; some receivers ask for one.")]
    hint = "Add an MX record for it, or bounces are lost and letters may be refused."
    return [Finding("MX", Verdict.BAD, "nothing takes mail there", should, hint)]


def _return_addresses(sending: Sending, resolver: Resolver) -> list[Finding]:
    should = "a signed return address for each letter, so that a bounce names its letter and cannot be made up"
    if sending.is_signed:
        return [Finding("Return addresses", Verdict.GOOD, f"signed ones at {sending.return_domain}", should)]
    hint = (
        "Set BROADSHEET_BOUNCE_ADDRESS, let your mail server hand bounces+ANYTHING at that domain to "
        "`broadsheet bounces serve` or into a mailbox (BROADSHEET_BOUNCES)."
    )
    return [Finding("Return addresses", Verdict.DOUBTFUL, "letters come back to the sender", should, hint)]


def _spf(sending: Sending, resolver: Resolver) -> list[Finding]:
    domain = sending.return_domain
    should = f"one TXT record of {domain} that begins with v=spf1, names who sends, and ends with -all or ~all"
    try:
        record = record_of(resolver, domain)
        if record is None:
            hint = f"Add a TXT record to {domain}, such as: v=spf1 mx include:PROVIDER -all"
            return [Finding("SPF", Verdict.BAD, "no record", should, hint), _spf_alignment(sending)]
        found = [_spf_end(record, should)]
        if sending.server:
            found.append(_spf_server(sending, record, resolver))
    except SpfError as error:
        hint = "Receivers treat a wrong record as none; shorten it or put it right."
        return [Finding("SPF", Verdict.BAD, str(error), should, hint), _spf_alignment(sending)]
    return [*found, _spf_alignment(sending)]


def _spf_end(record: str, should: str) -> Finding:
    words = record.lower().split()
    if any(word in {"+all", "all"} for word in words):
        return Finding("SPF", Verdict.BAD, record, should, "It lets everybody send in your name: end it with -all.")
    is_closed = words[-1] in {"-all", "~all"} or any(word.startswith("redirect=") for word in words)
    hint = "" if is_closed else "It leaves open who else may send: end it with ~all, and with -all when that works."
    return Finding("SPF", Verdict.GOOD if is_closed else Verdict.DOUBTFUL, record, should, hint)


def _spf_server(sending: Sending, record: str, resolver: Resolver) -> Finding:
    about, should = "SPF of the server", f"pass for the addresses that {sending.server} sends from"
    results: dict[str, str] = {}
    for address in resolver.addresses(sending.server)[:4]:
        results[address] = Evaluation(resolver).result(sending.return_domain, address)
    told = ", ".join(f"{address} {result}" for address, result in results.items()) or "its addresses are not known"
    if results and set(results.values()) == {"pass"}:
        return Finding(about, Verdict.GOOD, told, should)
    hint = "If it hands letters on to other servers, name those (your provider tells which); else add it to the record."
    return Finding(about, Verdict.DOUBTFUL, told, should, hint)


def _spf_alignment(sending: Sending) -> Finding:
    told = f"letters are from {sending.from_domain} and come back to {sending.return_domain}"
    should = "both of one domain, or one below the other, so that SPF counts for DMARC"
    if is_aligned(sending.from_domain, sending.return_domain):
        return Finding("SPF alignment", Verdict.GOOD, told, should)
    hint = "Set BROADSHEET_BOUNCE_ADDRESS to an address in the sender's domain; else DKIM alone has to carry DMARC."
    return Finding("SPF alignment", Verdict.DOUBTFUL, told, should, hint)


def _dkim(sending: Sending, resolver: Resolver) -> list[Finding]:
    should = (
        f"a signature by {sending.from_domain} on each letter, and its key at SELECTOR._domainkey.{sending.from_domain}"
    )
    if not sending.selector:
        hint = (
            "Which key your mail server signs with is only seen on a letter: send one (--to) and look at it "
            "(--received), or name the selector (--selector)."
        )
        return [Finding("DKIM", Verdict.DOUBTFUL, "not known from here", should, hint)]
    name = f"{sending.selector}._domainkey.{sending.from_domain}"
    records = [tags_of(text) for text in resolver.txt(name)]
    keys = [tags for tags in records if "p" in tags]
    if not keys:
        hint = f"Publish the public key that your mail server signs with as a TXT record of {name}."
        return [Finding("DKIM", Verdict.BAD, f"no key at {name}", should, hint)]
    if not keys[0]["p"]:
        return [
            Finding("DKIM", Verdict.BAD, f"the key at {name} is revoked", should, "Publish the key that is in use.")
        ]
    kind = keys[0].get("k", "rsa")
    is_short = kind == "rsa" and len(keys[0]["p"].replace(" ", "")) < 300
    hint = "It looks shorter than 2048 bits: make a longer one when you can." if is_short else ""
    told = f"a key ({kind}) at {name}"
    return [Finding("DKIM", Verdict.DOUBTFUL if is_short else Verdict.GOOD, told, should, hint)]


def _dmarc(sending: Sending, resolver: Resolver) -> list[Finding]:
    where, tags = dmarc_of(sending.from_domain, resolver)
    should = (
        f"a TXT record of _dmarc.{sending.from_domain} such as v=DMARC1; p=none; rua=mailto:you@{sending.from_domain}"
    )
    if not where:
        hint = "Large receivers refuse bulk mail without one. Begin with p=none, read the reports, then tighten it."
        return [Finding("DMARC", Verdict.BAD, "no policy", should, hint)]
    told = f"at {where}: " + "; ".join(f"{name}={value}" for name, value in tags.items())
    if tags.get("p", "").lower() not in {"none", "quarantine", "reject"}:
        return [Finding("DMARC", Verdict.BAD, told, should, "It has no policy (p=) and counts as none.")]
    is_strict = tags.get("aspf", "r").lower() == "s"
    if is_strict and not is_aligned(sending.from_domain, sending.return_domain, is_strict=True):
        hint = "With aspf=s both domains must be the same: change one of them, or aspf, or rely on DKIM."
        return [Finding("DMARC", Verdict.DOUBTFUL, told, should, hint)]
    hint = "" if "rua" in tags else "Without rua= nobody tells you who sends in your name."
    return [Finding("DMARC", Verdict.GOOD, told, should, hint)]


def _ptr(sending: Sending, resolver: Resolver) -> list[Finding]:
    if not sending.server:
        return []
    should = "a name for each address of the mail server that leads back to that address"
    addresses = resolver.addresses(sending.server)[:4]
    if not addresses:
        hint = "Correct BROADSHEET_EMAIL_URL; or the name is known on your own network alone."
        return [Finding("PTR", Verdict.DOUBTFUL, f"{sending.server} has no address", should, hint)]
    wrong = []
    for address in addresses:
        names = resolver.names(address)
        if not any(address in resolver.addresses(name) for name in names[:4]):
            wrong.append(f"{address} ({', '.join(names) or 'no name'})")
    if not wrong:
        return [Finding("PTR", Verdict.GOOD, f"{len(addresses)} addresses have names that lead back", should)]
    hint = "Whoever rents you the address sets its name. Of no matter where that server hands letters to a provider."
    return [Finding("PTR", Verdict.DOUBTFUL, "; ".join(wrong), should, hint)]
