"""Who wrote what: an author is a printed name, by its slug, or an ORCID."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.utils.translation import gettext, ngettext

from broadsheet.catalogue.authors import is_orcid
from broadsheet.catalogue.models import Authorship, Paper
from broadsheet.catalogue.text import to_plain


def written_by(author: str) -> QuerySet[Authorship]:
    """The places of an author, a slug (``authors.slug_of``) or an ORCID, on all papers; people of one name are one."""
    return Authorship.objects.filter(**{"orcid" if is_orcid(author) else "slug": author}).order_by()


def printed_name_of(author: str) -> str:
    """What an author is called on most papers, as plain text; the slug or ORCID itself where it is on none."""
    rows = written_by(author).values_list("name").annotate(times=Count("pk")).order_by("-times", "name")
    most = rows.values_list("name", flat=True).first()
    return to_plain(most) if most else author


def byline(paper: Paper) -> str:
    """Who wrote a paper, short: up to three names and how many more, or only the number where no name is known."""
    names = [to_plain(authorship.name) for authorship in paper.authorships.all()][:3]
    count = paper.author_count or 0
    if not names:
        return ngettext("%(n)d author", "%(n)d authors", count) % {"n": count} if count else ""
    more = count - len(names)
    if more > 0:
        return gettext("%(names)s and %(n)d more") % {"names": ", ".join(names), "n": more}
    if len(names) == 1:
        return names[0]
    return gettext("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
