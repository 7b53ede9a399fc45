"""How templates show what strangers wrote: always through the catalogue's text module."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from broadsheet.catalogue import text
from broadsheet.catalogue.authorships import byline
from broadsheet.search.query import PaperQuery, week_of

register = template.Library()
register.filter("iso_week", week_of)
register.filter("byline", byline)

LEAD_LENGTH = 2_000
SECOND_LENGTH = 170
ITEM_LENGTH = 230
BRIEF_LENGTH = 96
# The same abstracts are read all morning: about 10 MB hold the texts of the newest hundred days.
TEXTS_KEPT = 4_096
LENGTHS = {"lead": LEAD_LENGTH, "second": SECOND_LENGTH, "item": ITEM_LENGTH, "brief": BRIEF_LENGTH}


@register.filter
def as_html(value: str) -> SafeString:
    """Text as received, as safe HTML with MathML and links."""
    return _html(value, autolink=True)


@register.filter
def as_title(value: str) -> SafeString:
    """A title as safe HTML without links, since it is usually inside one."""
    return _html(value, autolink=False)


@lru_cache(maxsize=TEXTS_KEPT)
def _html(value: str, *, autolink: bool) -> SafeString:
    return mark_safe(text.to_html(value, autolink=autolink))  # noqa: S308  (to_html escapes and sanitises)


@register.filter
def as_plain(value: str) -> str:
    """Text as received, as readable characters; the template escapes it."""
    return text.to_plain(value)


@register.filter
@lru_cache(maxsize=TEXTS_KEPT)
def parts_of(value: str, density: str) -> tuple[str, str]:
    """An abstract as received, in two parts: its first lines, for a card of the given density, and the rest."""
    return text.split_lead(value, LENGTHS[density])


@register.simple_tag
def feed_url(query: PaperQuery | None, kind: str) -> str:
    """The address, without host, of a query's feed of one kind: rss, atom or json.

    None is the newest day, whichever that is; the list of all papers is told from it by its order.
    """
    address = reverse("web:feed", args=[kind])
    return address if query is None else f"{address}?{query.urlencode() or 'sort=newest'}"


@register.simple_tag
def view_url(path: str, params: list[tuple[str, str]], view: str) -> str:
    """The address of the first page of the same list in another view; an empty view is the usual one."""
    pairs = [pair for pair in params if pair[0] != "view"]
    return page_url(path, [*pairs, *([("view", view)] if view else [])], 1)


@register.simple_tag
def page_url(path: str, params: list[tuple[str, str]], number: int, upto: Sequence[tuple[str, str]] = ()) -> str:
    """The address of one page of a list; ``upto`` holds it to the papers that were there when it was opened."""
    pairs = [*params, *upto, *([("p", str(number))] if number > 1 else [])]
    return path + (f"?{urlencode(pairs)}" if pairs else "")
