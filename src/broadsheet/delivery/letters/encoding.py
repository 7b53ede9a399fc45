"""The MIME of a letter (RFC 2045 to 2047), made so that what is the same in many letters is encoded once.

Bodies are quoted-printable: pure ASCII in lines of at most 76 characters, whatever a server can take. A text that was
encoded in pieces is joined with soft line breaks, which a reader takes out again (RFC 2045, 6.7).
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Sequence
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, Policy
from typing import Self

SOFT_BREAK = "=\n"
_HEADERS = {
    kind: (
        SMTP.header_factory("Content-Type", f'text/{kind}; charset="utf-8"'),
        SMTP.header_factory("Content-Transfer-Encoding", "quoted-printable"),
    )
    for kind in ("plain", "html")
}
_VERSION = SMTP.header_factory("MIME-Version", "1.0")


def quoted(text: str) -> str:
    """A text as quoted-printable UTF-8. What UTF-8 cannot say becomes a question mark."""
    return b2a_qp(text.encode("utf-8", "replace"), istext=True).decode("ascii")


def quoted_around(text: str, marks: Sequence[str]) -> str:
    """As ``quoted``, with each of the marks (letters and digits) left whole, to be replaced by something quoted."""
    pieces = re.split(f"({'|'.join(marks)})", text)
    return "".join(
        f"{SOFT_BREAK}{piece}{SOFT_BREAK}" if index % 2 else quoted(piece) for index, piece in enumerate(pieces)
    )


class Whole(str):
    """A header of one or more addresses in angle brackets (RFC 2369), none of which is ever broken.

    The library would begin a long one on a line below the header's name, which some readers of the header do not
    expect, though they should.
    """

    __slots__ = ("name",)
    name: str

    def __new__(cls, name: str, *parts: str) -> Self:
        """The header of a name with these parts."""
        made = super().__new__(cls, ", ".join(parts))
        made.name = name
        return made

    def fold(self, *, policy: Policy) -> str:
        """The header as it travels, a part a line."""
        return f"{self.name}: {self.replace(', ', f',{policy.linesep} ')}{policy.linesep}"


class Letter(EmailMessage):
    """A message of two bodies that are encoded already: ``as_bytes`` joins them instead of going over every line."""

    def set_bodies(self, boundary: str, text: str, html: str) -> None:
        """Take a body in plain text and one in HTML, both quoted-printable; clients show the last that they know."""
        self["MIME-Version"] = _VERSION
        self["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
        self.set_payload([_part("plain", text), _part("html", html)])

    def as_bytes(self, unixfrom: bool = False, policy: Policy | None = None) -> bytes:
        """The letter as it travels, byte for byte what ``email.generator.BytesGenerator`` writes."""
        if policy is None:
            policy = self.policy
        boundary, parts = self.get_boundary(), self.get_payload()
        if unixfrom or boundary is None or not isinstance(parts, list):
            return super().as_bytes(unixfrom, policy)
        end = policy.linesep.encode("ascii")
        out = [_head(self, policy), end]
        for index, part in enumerate(parts):
            body = part.get_payload().replace("\n", policy.linesep).encode("ascii")
            start = b"" if index == 0 else end
            out += [start, b"--", boundary.encode("ascii"), end, _head(part, policy), end, body]
        out += [end, b"--", boundary.encode("ascii"), b"--", end]
        return b"".join(out)


def _head(part: MIMEPart, policy: Policy) -> bytes:
    return b"".join(policy.fold_binary(name, value) for name, value in part.raw_items())


def _part(kind: str, content: str) -> MIMEPart:
    part = MIMEPart(SMTP)
    part["Content-Type"], part["Content-Transfer-Encoding"] = _HEADERS[kind]
    part.set_payload(content)
    return part
