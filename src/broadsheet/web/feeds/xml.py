"""The little XML that feeds are written in: every text and every attribute is made fit for XML 1.0 and escaped here."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

# XML 1.0, 2.2: what is no Char cannot be written, not even as a reference.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def storable(text: str) -> str:
    """A text without the characters that XML 1.0 has no place for."""
    return _FORBIDDEN.sub("", text)


def element(name: str, text: str = "", /, **attributes: str) -> str:
    """One element with a text, or empty; attributes without a value are left out, ``_`` in their names is ``:``."""
    opened = f"<{name}{_attributes(attributes)}"
    return f"{opened}>{escape(storable(text))}</{name}>" if text else f"{opened}/>"


def holding(name: str, children: list[str], /, **attributes: str) -> str:
    """One element around others that are written already."""
    return f"<{name}{_attributes(attributes)}>{''.join(children)}</{name}>"


def _attributes(given: dict[str, str]) -> str:
    return "".join(f" {name.replace('_', ':')}={quoteattr(storable(value))}" for name, value in given.items() if value)
