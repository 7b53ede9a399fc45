"""Who wrote what: an author is a printed name, by its slug, or an ORCID."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from broadsheet.catalogue.authors import is_orcid
from broadsheet.catalogue.models import Authorship
from broadsheet.catalogue.text import to_plain


def written_by(author: str) -> QuerySet[Authorship]:
    """The places of an author, a slug (``authors.slug_of``) or an ORCID, on all papers; people of one name are one."""
    return Authorship.objects.filter(**{"orcid" if is_orcid(author) else "slug": author}).order_by()


def printed_name_of(author: str) -> str:
    """What an author is called on most papers, as plain text; the slug or ORCID itself where it is on none."""
    rows = written_by(author).values_list("name").annotate(times=Count("pk")).order_by("-times", "name")
    most = rows.values_list("name", flat=True).first()
    return to_plain(most) if most else author
