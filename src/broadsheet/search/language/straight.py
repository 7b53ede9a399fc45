"""Whether the whole of what was typed is a name of one paper, so that the answer is the paper itself."""

from __future__ import annotations

import re

from broadsheet.catalogue.models import KEY_LENGTH, KEY_LETTERS
from broadsheet.sources.identifiers import parse_identifier

_PREFIX = re.compile(r"(?:id|paper|arxiv)\s*:?\s+|id\s*:\s*", re.IGNORECASE)
_KEY = re.compile(rf"[{KEY_LETTERS}]{{{KEY_LENGTH}}}", re.IGNORECASE)
_WRAPPING = " \t\r\n<>\"'“”‘’«»`"
_LONGEST = 500


def straight(typed: str) -> str | None:
    """The identifier, address or key that ``typed`` is as a whole, fit for ``catalogue.lookup.paper_named``.

    Quotes, angle brackets, ``id:`` and a full stop or comma around it do not matter. None for everything else; a word
    of ten letters looks like a key, so only the catalogue knows whether there is such a paper.
    """
    if len(typed) > _LONGEST:
        return None
    text = _inside(typed)
    for candidate in dict.fromkeys((text, _PREFIX.sub("", text, count=1), text.rstrip(".,;"), _unbracketed(text))):
        if _KEY.fullmatch(candidate) or parse_identifier(candidate):
            return candidate
    return None


def _inside(text: str) -> str:
    return text.strip(_WRAPPING)


def _unbracketed(text: str) -> str:
    is_wrapped = text[:1] in "([" and text[-1:] in ")]" and len(text) > 2
    return _inside(text[1:-1]) if is_wrapped else text
