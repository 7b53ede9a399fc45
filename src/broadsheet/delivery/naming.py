"""What a question to the catalogue is called, and which page shows it: in letters, feeds, lists of saved searches."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from broadsheet.catalogue.authorships import printed_name_of
from broadsheet.catalogue.models import Organisation, SavedPage
from broadsheet.catalogue.text import to_plain
from broadsheet.community.models import Collection
from broadsheet.search.query import PaperQuery, written_years


def title_of(query: PaperQuery) -> str:
    """What a query is called, as plain text; never empty.

    A collection is only named in a query that was resolved for whoever may see it (``search.inside.resolved``).
    """
    parts = [to_plain(query.words)] if query.words else []
    if query.saved:
        page = SavedPage.objects.filter(slug=query.saved).first()
        parts.append(to_plain(page.title) if page else query.saved)
    if query.organisation:
        organisation = Organisation.objects.filter(slug=query.organisation).first()
        parts.append(to_plain(organisation.name) if organisation else query.organisation)
    if query.author:
        parts.append(printed_name_of(query.author))
    if query.inside:
        parts.append(_("inside %(what)s") % {"what": query.inside})
    if query.collection:
        parts.append(_title_of_collection(query))
    parts += query.categories
    parts += _periods(query)
    if query.has_code:
        parts.append(_("with code"))
    if query.like:
        parts.append(_("like %(what)s") % {"what": ", ".join(to_plain(name) for name in query.like)})
    if query.order in ("trending", "rising"):
        parts.append(query.order)
    return ", ".join(parts) or _("Newest papers")


def _title_of_collection(query: PaperQuery) -> str:
    collection = Collection.objects.filter(key=query.collection).first() if query.within is not None else None
    return to_plain(collection.title) if collection else _("a collection")


def _periods(query: PaperQuery) -> list[str]:
    parts = [written_years(query.years)] if query.years else []
    if query.day_from and query.day_from == query.day_to:
        parts.append(query.day_from.isoformat())
    elif query.day_from or query.day_to:
        parts.append(f"{query.day_from or '…'} – {query.day_to or '…'}")
    if query.last:
        parts.append(_("of the last %(what)s") % {"what": query.last})
    return parts


def path_of(query: PaperQuery) -> str:
    """The path of the page that shows a query, with its parameters."""
    path, said = reverse("web:search"), ""
    if query.saved and not (query.words or query.day_from or query.day_to):
        path, said = reverse("web:saved_page", args=[query.saved]), "saved"
    elif query.author and not (query.words or query.like or query.saved):
        path, said = reverse("web:author", args=[query.author]), "author"
    elif query.organisation and not (query.words or query.like or query.saved):
        path, said = reverse("web:organisation", args=[query.organisation]), "org"
    elif query.collection and not (query.words or query.like or query.saved or query.inside):
        path, said = reverse("web:collection", args=[query.collection]), "collection"
    elif query.order in ("trending", "rising") and _is_trending_page(query):
        path = reverse("web:trending")
    elif query.day_from and query.day_from == query.day_to and not (query.words or query.saved or query.inside):
        path, said = reverse("web:day", args=[query.day_from.isoformat()]), "date"
    params = urlencode([pair for pair in query.params() if pair[0] != said])
    return path + (f"?{params}" if params else "")


def _is_trending_page(query: PaperQuery) -> bool:
    """Whether the page of trending papers shows a query as it is."""
    shown = PaperQuery(categories=query.categories, last=query.last, has_code=query.has_code, sort=query.sort)
    return query.params() == shown.params()
